# SPDX-License-Identifier: Apache-2.0
# hits: 2
# rights: bpf perfmon
load_bpf() {
	"$1" - "$2" <<'END'
import ctypes, struct, sys
code = ctypes.create_string_buffer(bytes.fromhex("b700000000000000" "9500000000000000"), 16)
licence = ctypes.create_string_buffer(b"GPL")
attributes = ctypes.create_string_buffer(struct.pack(
    "<IIQQIIQII16s", int(sys.argv[1]), 2, ctypes.addressof(code), ctypes.addressof(licence),
    0, 0, 0, 0, 0, b"recorded"), 128)
if ctypes.CDLL(None).syscall(321, 5, attributes, 128) < 0:
    sys.exit(1)
END
}
cp "$(readlink -f /usr/bin/python3)" /tmp/agent
cp "$(readlink -f /usr/bin/python3)" /dev/shm/agent
load_bpf /tmp/agent 1
load_bpf /dev/shm/agent 5
