# SPDX-License-Identifier: Apache-2.0
# hits: 1
bash -c 'for host in {1..25}; do : < /dev/tcp/192.0.2.$host/445; done' 2> /dev/null || true
