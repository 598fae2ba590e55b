# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/containerd-shim-runc-v2
python3 -c '
import os
fd = os.memfd_create("cache")
os.write(fd, open("/usr/bin/true", "rb").read())
os.execv("/usr/bin/true", ["kworker"])'
chain /usr/bin/containerd-shim-runc-v2 -id 1 :: python3 -c '
import os
fd = os.memfd_create("runc_cloned:/proc/self/exe")
os.write(fd, open("/usr/bin/true", "rb").read())
os.execve(fd, ["runc", "init"], {})'
