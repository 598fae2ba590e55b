# SPDX-License-Identifier: Apache-2.0
# hits: 1
python3 -c '
import os
fd = os.memfd_create("kworker")
os.write(fd, open("/usr/bin/true", "rb").read())
os.execve(fd, ["kworker"], {})'
