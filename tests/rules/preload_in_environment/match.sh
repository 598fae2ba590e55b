# SPDX-License-Identifier: Apache-2.0
# hits: 2
export LD_PRELOAD=/tmp/libhook.so
/usr/bin/true
unset LD_PRELOAD
LD_AUDIT=/usr/lib/libaudit.so:/dev/shm/a.so /usr/bin/true
