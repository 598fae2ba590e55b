# SPDX-License-Identifier: Apache-2.0
"""Debian's kernels, fetched once and laid out for QEMU.

Nothing is installed: packages are downloaded with lists of our own, and unpacked into the cache,
so no hook of a package runs and the system's sources stay as they are.  The mirrors are those that
the system is set up with; only further suites of them are named here.
"""
import fcntl
import os
import pathlib
import re
import shutil
import struct
import subprocess
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
CACHE = pathlib.Path(os.environ.get("WINDHOVER_VM_CACHE", ROOT / "build-vm"))
TOOLS_PATH = os.environ["PATH"] + ":/usr/sbin:/sbin"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
MODULES = ["virtio_pci", "virtio_blk", "ext4", "xfs", "btrfs"]

# Every kernel of the matrix: its name here, the packages that make it up (the newest version of
# them is taken), whether the suites of a plain Debian 12 have it, and the part of the sensor that it
# is known to refuse.  Where Debian 12 has it, a machine without it fails; the others are there as
# long as the mirror has them.
MATRIX = {
    "5.10": (r"linux-image-5\.10\.[\d.-]+-cloud-amd64", False, "exec"),  # bpf_loop is of 5.17
    "6.1": (r"linux-image-6\.1\.0-\d+-cloud-amd64", True, None),
    "6.12": (r"linux-image-6\.12\.[\w.+-]*deb12-cloud-amd64", True, None),
    "6.18": (r"linux-(?:image|base|binary|modules)-6\.18\.[\w.+-]*-cloud-amd64", False, None),
    "newest": (r"linux-(?:image|base|binary|modules)-[7-9]\.\d+\.[\w.+-]*-cloud-amd64", False,
               None),
}
REQUIRED = [name for name, (_, required, _) in MATRIX.items() if required]


class Missing(Exception):
    """The mirror does not have this kernel, in a sentence."""


def run(*command, **options):
    environment = {**os.environ, "PATH": TOOLS_PATH, "LC_ALL": "C.UTF-8"}
    return subprocess.run([str(word) for word in command], check=True, env=environment,
                          stdout=subprocess.PIPE, **options).stdout


def mirrors():
    """(the main archive, the security archive) as the system names them."""
    found = {}
    for line in run("apt-get", "indextargets", "--format", "$(CODENAME) $(REPO_URI)",
                    "Created-By: Packages").decode().splitlines():
        suite, uri = line.split()
        found.setdefault(suite, uri)
    if "bookworm" not in found:
        raise Missing("no Debian 12 mirror is set up on this system")
    return found["bookworm"], found.get("bookworm-security")


class Archive:
    """Package lists of our own."""

    def __init__(self, folder):
        self.folder = folder
        main, security = mirrors()
        wanted = [(main, "bookworm"), (main, "trixie-backports")]
        if security:
            wanted += [(security, "bookworm-security"), (security, "bullseye-security")]
        (folder / "lists/partial").mkdir(parents=True, exist_ok=True)
        (folder / "archives/partial").mkdir(parents=True, exist_ok=True)
        (folder / "sources.list").write_text("".join(
            f"deb [signed-by={KEYRING} arch=amd64] {uri} {suite} main\n"
            for uri, suite in wanted))
        # A suite that is gone is a kernel that is missing, and no failure of the others.
        subprocess.run(["apt-get", *self.options(), "-qq", "update"], stderr=subprocess.DEVNULL,
                       stdout=subprocess.DEVNULL, check=False)
        self.names = run("apt-cache", *self.options(), "pkgnames", "linux-").decode().split()

    def options(self):
        return ["-o", f"Dir::Etc::sourcelist={self.folder}/sources.list",
                "-o", "Dir::Etc::sourceparts=-", "-o", f"Dir::State::lists={self.folder}/lists",
                "-o", f"Dir::Cache={self.folder}", "-o", "APT::Sandbox::User=root"]

    def newest(self, pattern):
        """(version, packages) of the newest kernel that is whole."""
        versions = {}
        for name in self.names:
            if re.fullmatch(pattern, name):
                version = re.sub(r"^linux-(image|base|binary|modules)-", "", name)
                versions.setdefault(version, set()).add(name)

        def age(version):
            return [int(number) for number in re.findall(r"\d+", version)]
        for version in sorted(versions, key=age, reverse=True):
            kinds = {name.split("-")[1] for name in versions[version]}
            if "image" in kinds or {"binary", "modules"} <= kinds:
                return version, sorted(versions[version])
        raise Missing("the mirror does not have this kernel")

    def unpack(self, packages, to):
        with tempfile.TemporaryDirectory(dir=self.folder) as here:
            run("apt-get", *self.options(), "-qq", "download", *packages, cwd=here)
            for package in pathlib.Path(here).glob("*.deb"):
                run("dpkg-deb", "-x", package, to)


def elf_of(image):
    """The ELF kernel inside a bzImage.

    Documentation/arch/x86/boot.rst: setup_sects, payload_offset, payload_length.  QEMU starts it by
    its PVH note, without the kernel's own decompressor, which is slow where the CPU is emulated.
    """
    data = image.read_bytes()
    if data[0x1fe:0x200] != b"\x55\xaa" or data[0x202:0x206] != b"HdrS":
        raise ValueError(f"{image} is no bzImage")
    offset, length = struct.unpack_from("<II", data, 0x248)
    start = ((data[0x1f1] or 4) + 1) * 512 + offset
    payload = data[start:start + length]
    tools = {b"\xfd7zXZ": "xz", b"\x28\xb5\x2f\xfd": "zstd", b"\x1f\x8b": "gzip",
             b"\x02\x21\x4c\x18": "lz4"}
    tool = next((tool for magic, tool in tools.items() if payload.startswith(magic)), None)
    if tool is None:
        raise ValueError(f"{image}: unknown compression")
    # The size that follows the stream is not part of it: decoders warn, and are right.
    elf = subprocess.run([tool, "-dc"], input=payload, stdout=subprocess.PIPE, check=False,
                         stderr=subprocess.DEVNULL).stdout
    if elf[:4] != b"\x7fELF":
        raise ValueError(f"{image}: no ELF inside")
    return elf


def module_files(tree, version):
    """The modules of MODULES with what they need, in the order of loading."""
    run("depmod", "-b", tree, version)
    files = []
    for name in MODULES:
        shown = subprocess.run(["modprobe", "-d", tree, "-S", version, "--show-depends", name],
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False,
                               env={"PATH": TOOLS_PATH}).stdout.decode()
        for line in shown.splitlines():
            word, file, *_ = line.split() + [""]
            if word == "insmod" and file not in files:
                files.append(file)
    return [pathlib.Path(file) for file in files]


def lay_out(tree, version, to):
    if not (tree / "lib").exists() and (tree / "usr/lib/modules").exists():
        (tree / "lib").symlink_to("usr/lib")
    modules = tree / "lib/modules" / version
    image = next(file for file in (tree / f"boot/vmlinuz-{version}", modules / "vmlinuz")
                 if file.exists())
    (to / "modules").mkdir(parents=True)
    (to / "vmlinux").write_bytes(elf_of(image))
    order = []
    for file in module_files(tree, version):
        name = re.sub(r"\.ko.*", ".ko", file.name)
        tool = {".xz": "xz", ".zst": "zstd", ".gz": "gzip"}.get(file.suffix)
        content = run(tool, "-dc", file) if tool else file.read_bytes()
        (to / "modules" / name).write_bytes(content)
        order.append(name)
    (to / "modules.order").write_text("".join(f"{name}\n" for name in order))
    (to / "version").write_text(version + "\n")


def fetch(names):
    """Bring the kernels into the cache; returns {name: Missing} of those that can't be had."""
    CACHE.mkdir(parents=True, exist_ok=True)
    missing = {}
    with open(CACHE / "lock", "w", encoding="ascii") as lock:
        # Tests run side by side, and share the cache.
        fcntl.flock(lock, fcntl.LOCK_EX)
        archive = None
        for name in names:
            place = CACHE / "kernels" / name
            if (place / "version").exists():
                continue
            try:
                archive = archive or Archive(CACHE / "apt")
                version, packages = archive.newest(MATRIX[name][0])
                with tempfile.TemporaryDirectory(dir=CACHE) as work:
                    work = pathlib.Path(work)
                    archive.unpack(packages, work / "tree")
                    lay_out(work / "tree", version, work / "kernel")
                    place.parent.mkdir(exist_ok=True)
                    shutil.rmtree(place, ignore_errors=True)
                    os.rename(work / "kernel", place)
            except (Missing, subprocess.CalledProcessError, OSError) as error:
                missing[name] = error
    return missing


def kernel(name):
    """The kernel's folder, fetched where it is not there yet; raises Missing."""
    missing = fetch([name])
    if name in missing:
        error = missing[name]
        raise error if isinstance(error, Missing) else Missing(f"fetching failed: {error}")
    return CACHE / "kernels" / name


def version(name):
    return (CACHE / "kernels" / name / "version").read_text().strip()


if __name__ == "__main__":
    for kernel_name, why in fetch(list(MATRIX)).items():
        print(f"{kernel_name}: {why}")
    for kernel_name in MATRIX:
        if (CACHE / "kernels" / kernel_name / "version").exists():
            print(f"{kernel_name} = {version(kernel_name)}")
