# SPDX-License-Identifier: Apache-2.0
sh -c /tmp/not-there
sh -c /etc/hostname
echo 'echo hello' > /opt/tool
sh -c /opt/tool
