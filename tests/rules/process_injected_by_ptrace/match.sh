# SPDX-License-Identifier: Apache-2.0
# hits: 2
reach() {
	python3 - "$@" <<'END'
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
way, pid = sys.argv[1], int(sys.argv[2])
word = ctypes.create_string_buffer(8)
class Piece(ctypes.Structure):
    _fields_ = [("at", ctypes.c_void_p), ("size", ctypes.c_size_t)]
if way in ("attach", "seize"):
    libc.ptrace(16 if way == "attach" else 0x4206, pid, 0, 0)
    if way == "attach":
        os.waitpid(pid, 0x40000000)
    libc.ptrace(17, pid, 0, 0)
else:
    for line in open(f"/proc/{pid}/maps"):
        if "rw-p" in line:
            there = Piece(int(line.split("-")[0], 16), 8)
            break
    here = Piece(ctypes.addressof(word), 8)
    call = libc.process_vm_readv if way == "read" else libc.process_vm_writev
    if way == "write":
        libc.process_vm_readv(pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
    call(pid, ctypes.byref(here), 1, ctypes.byref(there), 1, 0)
END
}
sleep 9 &
sleep 0.2
reach attach $!
reach seize $!
