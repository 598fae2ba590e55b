# SPDX-License-Identifier: Apache-2.0
"""A disk as a power cut may leave it, from the log of everything that was written to it.

QEMU's blklogwrites writes down each write and flush in order, in the format of the kernel's
dm-log-writes (Documentation/admin-guide/device-mapper/log-writes.rst).  What was written before the
last flush is there after a cut; of what came later, any part may be.  Killing QEMU could not show
this: what it had written survives in the host's memory.
"""
import os
import struct

MAGIC = 0x6a736677736872
FLUSH, FUA, DISCARD = 1, 2, 4
BLOCK = 4096  # what a disk writes whole, at most


def drives(disk, log):
    """QEMU's words for a disk whose writes are logged."""
    return ["-blockdev", f"driver=file,node-name=disk,filename={disk}",
            "-blockdev", f"driver=file,node-name=log,filename={log}",
            "-blockdev", "driver=blklogwrites,node-name=logged,file=disk,log=log,"
            "log-sector-size=512", "-device", "virtio-blk-pci,drive=logged"]


def read(path):
    """[(flags, offset, bytes or None)] of a log."""
    with open(path, "rb") as file:
        magic, _, count, sector = struct.unpack("<QQQI", file.read(28))
        if magic != MAGIC:
            raise ValueError(f"{path} is no log of writes")
        entries, at = [], sector
        for _ in range(count):
            file.seek(at)
            start, sectors, flags, _ = struct.unpack("<QQQQ", file.read(32))
            at += sector
            data = None
            if not flags & DISCARD:
                file.seek(at)
                data = file.read(sectors * sector)
                at += sectors * sector
            entries.append((flags, start * sector, data))
    return entries


class Replay:
    """The disk of a log, cut after cut; cuts must be asked for in order."""

    def __init__(self, before, entries, promises):
        """${before}: the disk's file before the log; ${promises}: where words of promises go."""
        self.entries, self.promises = entries, promises
        self.stable, self.done, self.promised = {}, 0, 0
        self.size = os.path.getsize(before)
        with open(before, "rb") as file:
            for offset in range(0, self.size, BLOCK):
                block = file.read(BLOCK)
                if block.count(0) != len(block):
                    self.stable[offset] = block
        self.first = next(number for number, entry in enumerate(entries) if entry[1] == promises)

    def promise(self, number):
        """The entry with which this promise was made."""
        word = b"DONE %d\n" % number
        return next(at for at, (_, offset, data) in enumerate(self.entries)
                    if offset == self.promises and data.startswith(word))

    def unflushed_promises(self):
        """Promises that no flush stands before, since the promise before them.

        A guest's flush that the log lacks would make losses of the log look like the guest's.
        """
        found, newest, flushed = [], 0, False
        for flags, offset, data in self.entries:
            flushed |= bool(flags & FLUSH)
            if offset == self.promises and data:
                newest += 1
                if not flushed:
                    found.append(newest)
                flushed = False
        return found

    def put(self, blocks, offset, data):
        """Into the blocks that it touches; what it does not fill stays."""
        while data:
            start = offset - offset % BLOCK
            size = min(len(data), start + BLOCK - offset)
            old = bytearray(blocks.get(start, bytes(BLOCK)))
            old[offset - start:offset - start + size] = data[:size]
            blocks[start] = bytes(old)
            offset, data = offset + size, data[size:]

    def cut(self, at, random, to):
        """Write the disk as it may be when the power goes after entry ${at}.

        Returns the newest promise made by then.  A file that was there is not written into: who
        still reads it goes on to see the cut that it was.
        """
        flushes = [number for number in range(self.done, at + 1)
                   if self.entries[number][0] & FLUSH]
        for flags, offset, data in self.entries[self.done:flushes[-1] + 1 if flushes else self.done]:
            self.note(offset, data)
            self.put(self.stable, offset, data or b"")
        if flushes:
            self.done = flushes[-1] + 1
        blocks = dict(self.stable)
        keep = random.choice((0.0, 0.3, 0.7, 1.0))
        for flags, offset, data in self.entries[self.done:at + 1]:
            self.note(offset, data)
            for part in range(0, len(data or b""), BLOCK):
                if flags & FUA or random.random() < keep:
                    self.put(blocks, offset + part, data[part:part + BLOCK])
        if os.path.exists(to):
            os.unlink(to)
        with open(to, "wb") as file:
            file.truncate(self.size)
            for offset, block in blocks.items():
                file.seek(offset)
                file.write(block)
        return self.promised

    def note(self, offset, data):
        if offset == self.promises and data:
            self.promised = max(self.promised, int(data[5:16].split(b"\n")[0]))
