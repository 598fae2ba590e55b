# SPDX-License-Identifier: Apache-2.0
# hits: 2
bash -c 'exec 3<>/dev/tcp/198.51.100.7/443' || true
bash -c 'echo probe > /dev/udp/203.0.113.9/514'
