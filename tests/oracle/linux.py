# SPDX-License-Identifier: Apache-2.0
"""Events of Linux and of web servers, in the JSON that ``windhover scan --dump`` writes of
their logs (docs/formats/text.md) and that laurel and the journal write."""

import re
import xml.etree.ElementTree as ElementTree

AUDIT_STAMP = re.compile(r"[0-9]+\.[0-9]+:[0-9]+")
SERVICES = {
    "linux:sshd": "sshd sshd-auth sshd-session",
    "linux:sudo": "sudo",
    "linux:cron": "anacron atd cron crond crontab",
    "linux:vsftpd": "vsftpd",
    "linux:guacamole": "guacamole guacd",
    "linux:clamav": "clamav clamav-daemon clamav-milter clamd clamonacc clamscan freshclam",
    "linux:auth": "chage chfn chpasswd chsh cockpit-session doas dropbear gdm-autologin "
                  "gdm-password gdm-password] gdm-session-worker gpasswd groupadd groupdel "
                  "groupmod lightdm login newgrp newusers passwd pkexec polkitd runuser "
                  "sddm-helper su sulogin systemd-logind unix_chkpwd useradd userdel usermod",
    "web:nginx": "nginx",
    "web:apache": "apache apache2 httpd",
}
BY_PROGRAM = {program: source for source, programs in SERVICES.items()
              for program in programs.split()}
SUDO = ("TTY", "PWD", "USER", "GROUP", "HOST", "CHROOT", "TSID", "ENV", "COMMAND")
# The number of the argument that says which folder a relative name is in.
FOLDER = {"symlinkat": "a1", "renameat": "a2", "renameat2": "a2", "linkat": "a2"}


def as_list(value):
    """${value}, or its members where it is an array and no object (which is a list, too)."""
    return value if type(value) is list else [value]  # pylint: disable=unidiomatic-typecheck


def service(program, facility):
    """The source of what ${program} logs."""
    name = program.rpartition("/")[2].removeprefix("(").lower()
    found = BY_PROGRAM.get(re.split(r"[()]", name)[0])
    return found or {"4": "linux:auth", "10": "linux:auth", "9": "linux:cron"}.get(
        facility, "linux:syslog")


def add_sudo(event, message):
    user, colon, rest = message.partition(" : ")
    if not colon:
        return
    event.add("SUDO_USER", user)
    while rest:
        part, _, behind = rest.partition(" ; ")
        if rest.startswith("COMMAND="):
            part, behind = rest, ""
        name, equals, value = part.partition("=")
        if equals and name in SUDO:
            event.add(name, value)
        rest = behind


def route(event, program, facility):
    """What the program and the message of an entry say of it."""
    event.source = service(program, facility)
    if event.source == "linux:sudo":
        for message in event.values("message")[:1]:
            add_sudo(event, message)


def first(event, *names):
    for name in names:
        for value in event.values(name):
            return value
    return ""


def read_syslog(event, document):
    for name, value in document:
        if name != "@timestamp":
            event.add(name, value)
    route(event, first(event, "program"), first(event, "facility"))


def read_web(event, document):
    for name, value in document:
        if name != "@timestamp":
            event.add(name, value)
    event.source = "web:webserver"


def read_xml(event, root):
    """Sysmon's event in a message."""
    for element in root.find("System"):
        event.add(element.tag, element.text or "")
        for name, value in element.attrib.items():
            event.add(f"{element.tag}_{name}", value)
    for element in root.find("EventData"):
        event.add(element.get("Name", element.tag), element.text or "")
    event.source = "linux:" + first(event, "Channel").lower()
    event.id = int(first(event, "EventID"))


def read_journal(event, document):
    for name, value in document:
        values = as_list(value)
        if len(values) > 1 and all(re.fullmatch("[0-9]+", str(v)) for v in values):
            value = bytes(int(v) for v in values).decode("utf-8", "surrogateescape")
        event.add(name, value)
        if name == "MESSAGE":
            event.add("message", value)
    message = first(event, "message")
    if message.startswith(("<Event>", "<Event ")):
        try:
            root = ElementTree.fromstring(message)
        except ElementTree.ParseError:
            root = None
        if root is not None:
            event.fields.clear()
            read_xml(event, root)
            return
    route(event, first(event, "SYSLOG_IDENTIFIER", "_COMM"), first(event, "SYSLOG_FACILITY"))


def files(records, call, nametype):
    """The paths from the root of the files that ${call} made or removed, where they are certain."""
    names = [dict(path) for path in as_list(records.get("PATH", []))]
    folder = dict(records.get("CWD", [])).get("cwd", "")
    syscall = call.get("SYSCALL", "")
    for path in names:
        name = path.get("name")
        if path.get("nametype") != nametype or not name:
            continue
        if name.startswith("/"):
            yield name
            continue
        if re.search("at2?$", syscall) and call.get(FOLDER.get(syscall, "a0")) not in (
                "ffffff9c", "ffffffffffffff9c"):
            continue
        while name.startswith("./"):
            name = name[2:]
        if folder:
            yield folder.rstrip("/") + "/" + name


def tell_category(event, records, arguments):
    """The id of the event as one of Sigma's categories, and what the records do not say."""
    call = dict(records.get("SYSCALL", []))
    syscall, done = call.get("SYSCALL"), call.get("success") == "yes"
    family = dict(records.get("SOCKADDR", []) or []).get("saddr_fam")
    if syscall == "connect" and family in ("inet", "inet6") and (
            done or call.get("exit") in ("-115", "EINPROGRESS")):
        event.add("Initiated", "true")
        event.id = 3
    elif done and syscall in ("execve", "execveat"):
        if arguments:
            event.add("CommandLine", " ".join(arguments))
            event.id = 1
    elif done and not (syscall or "").startswith("mkdir"):
        created = list(files(records, call, "CREATE"))
        deleted = syscall in ("unlink", "unlinkat") and list(files(records, call, "DELETE"))
        for path in created or deleted or []:
            event.add("TargetFilename", path)
        event.id = 11 if created else 23 if deleted else None


def read_audit(event, document):
    records, arguments = {}, []
    for name, value in document:
        if name in ("ID", "NODE"):
            event.add(name, value)
            if name == "NODE":
                event.add("node", value)
            continue
        records[name] = value
    for name, value in records.items():
        event.add("type", name)
        for record in as_list(value):
            for field, content in record:
                if name == "EXECVE" and field == "ARGV":
                    arguments = as_list(content)
                    for number, argument in enumerate(arguments):
                        event.add(f"a{number}", argument)
                elif name == "SYSCALL" and "EXECVE" in records and \
                        re.fullmatch("a[0-9]+", field):
                    event.add("(no name)", content)
                else:
                    event.add(field, content)
    tell_category(event, records, arguments)
    event.source = "linux:auditd"


def read_linux(event, document):
    """Whether ${document} is one of these events, which is then read."""
    names = dict(document)
    if AUDIT_STAMP.fullmatch(str(names.get("ID", ""))):
        read_audit(event, document)
    elif "__REALTIME_TIMESTAMP" in names:
        read_journal(event, document)
    elif "program" in names and "message" in names:
        read_syslog(event, document)
    elif "cs-uri-stem" in names and "sc-status" in names:
        read_web(event, document)
    else:
        return False
    return True
