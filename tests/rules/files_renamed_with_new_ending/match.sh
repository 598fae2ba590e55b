# SPDX-License-Identifier: Apache-2.0
# hits: 1
mkdir -p /root/documents && cd /root/documents
perl -e 'for (1 .. 25) { open F, ">", "$_.odt"; close F; rename "$_.odt", "$_.odt.locked" }'
