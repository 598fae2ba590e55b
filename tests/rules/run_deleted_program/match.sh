# SPDX-License-Identifier: Apache-2.0
# hits: 1
cp /usr/bin/true /tmp/stage2
exec 7< /tmp/stage2
rm /tmp/stage2
/proc/self/fd/7
