# SPDX-License-Identifier: Apache-2.0
# hits: 1
by_descriptor() {
	python3 - "$@" <<'END'
import os, sys
if sys.argv[1] == "memory":
    fd = os.memfd_create("m", 0)
    os.write(fd, b"#!/bin/sh\n:\n")
else:
    fd = os.open("/opt/script", os.O_RDONLY)
    if sys.argv[1] == "deleted":
        os.unlink("/opt/script")
os.set_inheritable(fd, True)
os.execve(fd, ["script"], {})
END
}
printf '#!/bin/sh\n:\n' > /opt/script
chmod 755 /opt/script
by_descriptor deleted
