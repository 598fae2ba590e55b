# SPDX-License-Identifier: Apache-2.0
python3 -c '
import os
fd = os.memfd_create("cache")
os.write(fd, open("/usr/bin/true", "rb").read())
os.execv("/usr/bin/true", ["kworker"])'
