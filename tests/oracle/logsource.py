# SPDX-License-Identifier: Apache-2.0
"""Which events a Sigma log source means.

SigmaHQ's thor.yml is read where the test data is there; without it the few sources that
the generated rules use are known.
"""

import os

from fold import fold

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.environ.get("WINDHOVER_DATA") or \
    os.path.normpath(os.path.join(HERE, "..", "..", "..", "shared", "data"))
THOR = os.path.join(DATA, "sigma", "thor.yml")

SYSMON = {"product": "windows", "service": "sysmon"}
SECURITY = {"product": "windows", "service": "security"}
CORE = [
    {"category": "process_creation", "product": "windows", "rewrite": SYSMON,
     "conditions": {"EventID": 1}},
    {"category": "process_creation", "product": "windows", "rewrite": SECURITY,
     "conditions": {"EventID": 4688},
     "fieldmappings": {"Image": "NewProcessName", "ParentImage": "ParentProcessName"}},
    {"category": "registry_set", "product": "windows", "rewrite": SYSMON,
     "conditions": {"EventID": 13}},
    {"category": "registry_add", "product": "windows", "rewrite": SYSMON,
     "conditions": {"EventID": 12, "EventType": "CreateKey"}},
    {"category": "registry_delete", "product": "windows", "rewrite": SYSMON,
     "conditions": {"EventID": 12, "EventType": "DeleteKey"}},
    {"category": "registry_delete", "product": "windows", "rewrite": SYSMON,
     "conditions": {"EventID": 12, "EventType": "DeleteValue"}},
    {"category": "antivirus", "rewrite": {"product": "windows", "service": "windefend"},
     "conditions": {"EventID": [1115, 1116]},
     "fieldmappings": {"Signature": "ThreatName", "Filename": "Path"}},
    {"product": "windows", "service": "windefend",
     "sources": ["WinEventLog:Microsoft-Windows-Windows Defender/Operational"]},
    {"product": "windows", "service": "sysmon",
     "sources": ["WinEventLog:Microsoft-Windows-Sysmon/Operational"]},
    {"product": "windows", "service": "powershell",
     "sources": ["WinEventLog:Microsoft-Windows-PowerShell/Operational",
                 "WinEventLog:PowerShellCore/Operational"]},
] + [{"product": "windows", "service": name.lower(), "sources": [f"WinEventLog:{name}"]}
     for name in ("Security", "System", "Application")]

# Services that rules name and thor.yml lacks.
MORE = {
    "dns-server": ["DNS Server"],
    "dns-server-analytic": ["Microsoft-Windows-DNS-Server/Analytical"],
    "driver-framework": ["Microsoft-Windows-DriverFrameworks-UserMode/Operational"],
    "microsoft-servicebus-client": ["Microsoft-ServiceBus-Client/Admin",
                                    "Microsoft-ServiceBus-Client/Operational"],
}

# Linux and web servers, which thor.yml has otherwise: a service's sources, and a category's
# event id, as Sysmon has it, in the sources that have such events.
SYSMON_FOR_LINUX = "linux:linux-sysmon/operational"
AUDITD = "linux:auditd"
AUDITD_NAMES = {"Image": "exe", "CurrentDirectory": "cwd", "ProcessId": "pid",
                "ParentProcessId": "ppid", "User": "UID", "DestinationIp": "laddr",
                "DestinationPort": "lport"}
SERVICES = {
    ("linux", "sysmon"): [SYSMON_FOR_LINUX],
    ("linux", "auth"): ["linux:auth", "linux:sshd", "linux:sudo"],
    ("linux", "syslog"): ["linux:syslog", "linux:clamav", "linux:cron", "linux:guacamole",
                          "linux:vsftpd"],
    (None, "apache"): ["web:apache"],
    (None, "nginx"): ["web:nginx"],
} | {("linux", name): [f"linux:{name}"]
     for name in ("auditd", "clamav", "cron", "guacamole", "sshd", "sudo", "vsftpd")}
LINUX_CATEGORIES = {"process_creation": 1, "network_connection": 3, "process_termination": 5,
                    "raw_access_thread": 9, "file_event": 11, "file_delete": 23}
AUDITD_CATEGORIES = ("process_creation", "network_connection", "file_event", "file_delete")


class Target:
    """One source of events that a rule applies to."""

    def __init__(self, source, ids=None, extra=(), renames=None):
        self.source, self.ids, self.extra = source, ids, extra
        self.renames = renames or {}

    def takes_class(self, source, event_id):
        if self.source in ("windows:*", "linux:*"):
            return source.startswith(self.source[:-1])
        return self.source == source and (self.ids is None or event_id in self.ids)

    def takes(self, event):
        return all(fold(value) in event.folded(field) for field, value in self.extra)


class Table:
    def __init__(self, load_yaml):
        entries = CORE
        if os.path.exists(THOR):
            with open(THOR, encoding="utf-8") as file:
                entries = list(load_yaml(file)["logsources"].values())
        self.categories = [entry for entry in entries if "rewrite" in entry]
        self.channels = {service: [f"windows:{name.lower()}" for name in names]
                         for service, names in MORE.items()}
        for entry in entries:
            for source in entry.get("sources", ()):
                if source.startswith("WinEventLog:"):
                    self.channels.setdefault(entry["service"], []).append(
                        f'windows:{source.partition(":")[2].lower()}')

    def resolve(self, product, category, service):
        """The targets of a log source; one that the table does not know is its own source,
        "product/category/service"."""
        own = Target("/".join(part or "" for part in (product, category, service)))
        if category:
            found = list(linux_category(product, category, service))
            found += [target for entry in self.categories
                     if entry["category"] == category
                     and entry.get("product", product) == product
                     and service in (None, entry["rewrite"]["service"])
                     for target in self.targets_of(entry)]
            return found or [own]
        if (product, service) in SERVICES:
            return [Target(source) for source in SERVICES[product, service]]
        if product == "linux" and not service:
            return [Target("linux:*")]
        if product != "windows":
            return [own]
        if not service:
            return [Target("windows:*")]
        return [Target(channel) for channel in self.channels.get(service, ())] or [own]

    def targets_of(self, entry):
        conditions = dict(entry["conditions"])
        ids = conditions.pop("EventID")
        ids = set(ids) if isinstance(ids, list) else {ids}
        return [Target(channel, ids, tuple(conditions.items()), entry.get("fieldmappings"))
                for channel in self.channels[entry["rewrite"]["service"]]]


def linux_category(product, category, service):
    """The targets of a category on Linux, and of web servers."""
    if category == "webserver" and product in (None, "web") and not service:
        yield Target("web:webserver")
    if category not in LINUX_CATEGORIES or product not in (None, "linux"):
        return
    if service in (None, "sysmon"):
        yield Target(SYSMON_FOR_LINUX, {LINUX_CATEGORIES[category]})
    if service in (None, "auditd") and category in AUDITD_CATEGORIES:
        yield Target(AUDITD, {LINUX_CATEGORIES[category]}, (), AUDITD_NAMES)
