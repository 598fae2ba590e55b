# SPDX-License-Identifier: Apache-2.0
mkdir -p /root/documents && cd /root/documents
perl -e 'for (1 .. 25) { open F, ">", "$_.odt"; close F; rename "$_.odt", "$_.bak" }'
perl -e 'for (1 .. 5) { rename "$_.bak", "$_.enc" }'
perl -e 'for (6 .. 30) { open F, ">", "$_.enc"; close F; rename "$_.enc", "$_.crypt" }'
