# SPDX-License-Identifier: Apache-2.0
# hits: 2
echo x > /dev/shm/stage
shred -uz /dev/shm/stage
cd /tmp
echo x > tool.tar
shred --remove tool.tar
