# SPDX-License-Identifier: Apache-2.0
cp /usr/bin/true /tmp/stage2
exec 7< /tmp/stage2
/proc/self/fd/7
rm /tmp/stage2
cp /usr/bin/true /usr/local/bin/agent
exec 8< /usr/local/bin/agent
rm /usr/local/bin/agent
/proc/self/fd/8
python3 -c '
import os
fd = os.memfd_create("cache")
os.write(fd, open("/usr/bin/true", "rb").read())
os.execve(fd, ["cache"], {})'
/bin/echo /proc/self/fd/7
