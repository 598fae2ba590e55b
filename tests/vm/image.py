# SPDX-License-Identifier: Apache-2.0
"""The first file system of a guest: busybox, our programs with their libraries, modules, a script."""
import os
import pathlib
import re
import stat
import subprocess
import tempfile

BUSYBOX = "/bin/busybox"
HERE = pathlib.Path(__file__).resolve().parent
SENSOR = ["windhoverd", "windhover-loader", "windhover-sensor", "windhover-keeper",
          "windhover-prover", "windhover-recorder"]


class Image:
    """Files and folders by path, written as an uncompressed cpio archive.

    The format is "newc" of cpio(5).  Uncompressed, for unpacking costs emulated time.
    """

    def __init__(self):
        self.entries = {}
        self.folder("/")

    def folder(self, path):
        parts = pathlib.PurePosixPath(path)
        for parent in [*reversed(parts.parents), parts]:
            self.entries.setdefault(str(parent), (stat.S_IFDIR | 0o755, b"", 0))

    def file(self, path, content, mode=0o644):
        self.folder(os.path.dirname(path))
        content = content.encode() if isinstance(content, str) else content
        self.entries[path] = (stat.S_IFREG | mode, content, 0)

    def copy(self, source, path, mode=None):
        source = pathlib.Path(source)
        self.file(path, source.read_bytes(), mode or source.stat().st_mode & 0o7777)

    def link(self, path, target):
        self.folder(os.path.dirname(path))
        self.entries[path] = (stat.S_IFLNK | 0o777, target.encode(), 0)

    def device(self, path, major, minor):
        self.folder(os.path.dirname(path))
        self.entries[path] = (stat.S_IFCHR | 0o600, b"", (major << 8) | minor)

    def program(self, source, path):
        """A program without its debugging sections, and the libraries that it asks for."""
        with tempfile.NamedTemporaryFile() as stripped:
            subprocess.run(["strip", "--strip-debug", "-o", stripped.name, source], check=True)
            self.copy(stripped.name, path, 0o755)
        shown = subprocess.run(["ldd", source], check=True, stdout=subprocess.PIPE).stdout
        for library in re.findall(r"(/\S+) \(0x", shown.decode()):
            self.copy(os.path.realpath(library), library)

    def write(self, to):
        out = bytearray()
        for number, (path, (mode, content, device)) in enumerate(
                [*sorted(self.entries.items()), ("TRAILER!!!", (0, b"", 0))], 1):
            name = path.lstrip("/").encode() or b"."
            fields = [number, mode, 0, 0, 1, 0, len(content), 0, 0, device >> 8, device & 255,
                      len(name) + 1, 0]
            out += b"070701" + b"".join(b"%08x" % field for field in fields) + name + b"\0"
            out += bytes(-len(out) % 4) + content
            out += bytes(-len(out) % 4)
        pathlib.Path(to).write_bytes(out)


def busybox(image):
    image.copy(BUSYBOX, "/bin/busybox", 0o755)
    names = subprocess.run([BUSYBOX, "--list"], check=True, stdout=subprocess.PIPE).stdout
    for name in names.decode().split():
        if name != "busybox":
            image.link(f"/bin/{name}", "busybox")
    # Rules look at the name of the file that runs: these are files of their own.
    for name in ("cat", "base64", "sh"):
        image.copy(BUSYBOX, f"/bin/{name}", 0o755)


def start_only(kernel):
    """Enough to load modules, and to go on with the system on a disk."""
    image = Image()
    for path in ("/proc", "/sys", "/dev", "/tmp", "/run", "/mnt", "/usr/bin"):
        image.folder(path)
    image.device("/dev/console", 5, 1)
    busybox(image)
    image.copy(HERE / "guest/init", "/init", 0o755)
    for script in sorted((HERE / "guest").glob("*.sh")):
        image.copy(script, f"/tests/{script.name}")
    for name in (kernel / "modules.order").read_text().split():
        image.copy(kernel / "modules" / name, f"/modules/{name}")
    image.copy(kernel / "modules.order", "/modules/order")
    return image


def guest(kernel, programs, helper):
    """What a guest without a disk has: ${kernel} is a folder, ${programs} that of what was built."""
    image = start_only(kernel)
    image.program(helper, "/bin/helper")
    for name in SENSOR:
        if (programs / name).exists():
            image.program(programs / name, f"/usr/libexec/windhover/{name}")
    image.program(programs / "windhover", "/usr/bin/windhover")
    image.file("/etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
    image.file("/etc/group", "root:x:0:\n")
    image.file("/etc/shadow", "root:*:20000:0:99999:7:::\n", 0o600)
    return image
