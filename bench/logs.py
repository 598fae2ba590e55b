# SPDX-License-Identifier: Apache-2.0
"""Text logs to measure with: a host's dull days, and once in a block each line of the test's logs."""
import random

BLOCK_SIZE = 1_000_000
USERS = ("root", "alice", "bob", "deploy", "backup", "www-data")
JOBS = ("/usr/local/bin/backup --daily", "cd / && run-parts --report /etc/cron.hourly",
        "/usr/lib/sysstat/debian-sa1 1 1", "/opt/app/bin/rotate -q /var/log/app")
PAGES = ("/", "/index.html", "/static/app.js", "/static/app.css", "/api/v1/items?page={}",
         "/images/{}.png", "/search?q=kestrel+{}", "/feed.xml")
AGENTS = ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
          "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36", "curl/7.88.1")


def clock(number):
    return "%02d:%02d:%02d" % (number // 3600 % 24, number // 60 % 60, number % 60)


def auth(dice, number):
    """One of sshd's, sudo's or cron's lines, as rsyslog writes them."""
    user, at, pid = dice.choice(USERS), clock(number), dice.randrange(400, 99999)
    address = f"192.0.2.{dice.randrange(1, 255)} port {dice.randrange(1024, 65536)}"
    said = dice.choice((
        f"sshd[{pid}]: Accepted publickey for {user} from {address} ssh2: ED25519 SHA256:{pid:043x}",
        f"sshd[{pid}]: pam_unix(sshd:session): session opened for user {user}(uid=1000) by (uid=0)",
        f"sshd[{pid}]: Received disconnect from {address}:11: disconnected by user",
        f"sshd[{pid}]: Connection closed by authenticating user {user} {address} [preauth]",
        f"CRON[{pid}]: ({user}) CMD ({dice.choice(JOBS)})",
        f"sudo:    {user} : TTY=pts/0 ; PWD=/srv ; USER=root ; COMMAND=/usr/bin/systemctl status app",
        f"systemd-logind[{pid}]: New session {pid} of user {user}."))
    return f"Jul 19 {at} web1 {said}\n"


def audit(dice, number):
    """A program's start as auditd has it: five records of one event."""
    stamp = f"msg=audit({1721361600 + number // 20}.{number % 1000:03d}:{number})"
    pid, code = dice.randrange(400, 99999), dice.randrange(1, 9999)
    return (f'type=SYSCALL {stamp}: arch=c000003e syscall=59 success=yes exit=0 a0=55 a1=56 a2=57 a3=8 '
            f'items=2 ppid={pid} pid={pid + 1} auid=1000 uid=1000 gid=1000 euid=1000 suid=1000 fsuid=1000 '
            'egid=1000 sgid=1000 fsgid=1000 tty=pts0 ses=3 comm="gcc" exe="/usr/bin/gcc" key="exec"\n'
            f'type=EXECVE {stamp}: argc=4 a0="gcc" a1="-c" a2="-o" a3="src/part{code}.o"\n'
            f'type=CWD {stamp}: cwd="/srv/build/{code}"\n'
            f'type=PATH {stamp}: item=0 name="/usr/bin/gcc" inode={code} dev=08:01 mode=0100755 ouid=0 '
            'ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 cap_fi=0 cap_fe=0 cap_fver=0 cap_frootid=0\n'
            f'type=PROCTITLE {stamp}: proctitle=676363002D63002D6F\n')


def access(dice, number):
    """A request, in the combined format."""
    page = dice.choice(PAGES).format(dice.randrange(1000))
    return (f'198.51.100.{dice.randrange(1, 255)} - - [19/Jul/2024:{clock(number)} +0000] '
            f'"GET {page} HTTP/1.1" {dice.choice((200, 200, 200, 304, 404))} {dice.randrange(99999)} '
            f'"https://www.example.org/" "{dice.choice(AGENTS)}"\n')


KINDS = (("auth.log", auth), ("audit.log", audit), ("access.log", access))


def write(samples, folder, size):
    """A log of about ${size} bytes for each kind below ${folder}; the paths."""
    for name, line in KINDS:
        dice, parts, length, number = random.Random(name), [], 0, 0
        while length < BLOCK_SIZE:
            parts.append(line(dice, number))
            length += len(parts[-1])
            number += 1
        block = "".join(parts).encode() + (samples / name).read_bytes()
        path = folder / name
        with open(path, "wb") as file:
            for _ in range(max(1, size // len(block))):
                file.write(block)
        yield path
