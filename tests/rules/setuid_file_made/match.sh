# SPDX-License-Identifier: Apache-2.0
# hits: 3
cp /bin/true /tmp/.sh && chmod 4755 /tmp/.sh
cp /bin/true /root/run && perl -e 'chmod 06711, "/root/run"'
cp /bin/true /dev/shm/x && chmod u+s /dev/shm/x
