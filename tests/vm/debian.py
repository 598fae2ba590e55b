# SPDX-License-Identifier: Apache-2.0
"""A plain Debian 12 with systemd and ssh: fetched once, copied for each use."""
import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess
import tempfile

import kernels

# With the libraries that the package asks for, so that it can be installed without a network, and
# with a neighbour that looks at the same events.
PACKAGES = ["systemd-sysv", "udev", "dbus", "openssh-server", "libelf1", "libyaml-0-2", "libzip4",
            "libzstd1", "auditd"]
# What would only cost emulated time, or write to the console beside the test.
MASKED = ["apt-daily.timer", "apt-daily-upgrade.timer", "dpkg-db-backup.timer", "fstrim.timer",
          "e2scrub_reap.service", "e2scrub_all.timer", "getty@tty1.service",
          "serial-getty@ttyS0.service", "systemd-timesyncd.service"]


def archive():
    """The root as a tar file in the cache."""
    kernels.CACHE.mkdir(parents=True, exist_ok=True)
    # Another list of packages is another archive.
    which = hashlib.sha256(" ".join(PACKAGES).encode()).hexdigest()[:12]
    place = kernels.CACHE / f"debian-{which}.tar"
    with open(kernels.CACHE / "debian.lock", "w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.exists():
            subprocess.run(["mmdebstrap", "--quiet", "--variant=minbase",
                            "--include=" + ",".join(PACKAGES), "bookworm", f"{place}.new.tar"],
                           check=True, stderr=subprocess.DEVNULL)
            os.rename(f"{place}.new.tar", place)
    return place


@contextlib.contextmanager
def root():
    """A folder with a fresh copy, gone afterwards."""
    with tempfile.TemporaryDirectory(dir=kernels.CACHE, ignore_cleanup_errors=True) as folder:
        subprocess.run(["tar", "-xpf", archive(), "-C", folder, "--numeric-owner"], check=True)
        os.chmod(folder, 0o755)
        yield pathlib.Path(folder)


def inside(folder, *command):
    """Run a command in that root; returns what it wrote."""
    done = subprocess.run(["chroot", folder, *command], stdout=subprocess.PIPE, check=False,
                          stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                          env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
                               "DEBIAN_FRONTEND": "noninteractive"})
    text = done.stdout.decode(errors="replace")
    if done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.returncode}\n{text}")
    return text


def add_test(folder, helper):
    """Make the system run the script that its kernel command line names when it is up, and end."""
    shutil.copy(helper, folder / "usr/bin/helper")
    for script in (pathlib.Path(__file__).parent / "guest").glob("*.sh"):
        shutil.copy(script, folder / "root" / script.name)
    units = folder / "etc/systemd/system"
    for name in MASKED:
        (units / name).unlink(missing_ok=True)
        (units / name).symlink_to("/dev/null")
    (units / "guest-test.service").write_text(
        "[Unit]\nDescription=The test of this guest\nDefaultDependencies=no\n"
        "After=basic.target\n"
        "[Service]\nStandardOutput=tty\nStandardError=tty\nTTYPath=/dev/ttyS0\n"
        "Environment=HOME=/root\n"
        "ExecStart=/bin/sh /root/test.sh\n")
    (folder / "root/test.sh").write_text(
        "for word in $(cat /proc/cmdline); do\n"
        "\tcase $word in\n"
        "\twindhover.test=*) sh \"/root/${word#*=}.sh\"; echo \"GUEST-EXIT $?\" ;;\n\tesac\n"
        "done\nsync\nsystemctl reboot -ff\n")
    wants = units / "multi-user.target.wants"
    wants.mkdir(exist_ok=True)
    (wants / "guest-test.service").symlink_to("../guest-test.service")
    # Something that reaches network.target: a plain root has no network to wait for.
    (wants / "systemd-networkd.service").symlink_to("/lib/systemd/system/systemd-networkd.service")
    (folder / "etc/hostname").write_text("guest\n")


def disk(folder, to, size="800M"):
    """That root as an ext4 disk image."""
    subprocess.run(["truncate", "-s", size, to], check=True)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-E", "lazy_itable_init=1", "-d", folder, to],
                   check=True, env={**os.environ, "PATH": kernels.TOOLS_PATH})
