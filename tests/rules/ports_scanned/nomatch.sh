# SPDX-License-Identifier: Apache-2.0
bash -c 'for turn in {1..25}; do : < /dev/tcp/192.0.2.9/80; done' 2> /dev/null || true
bash -c 'for port in {1..10}; do : < /dev/tcp/192.0.2.9/$port; done' 2> /dev/null || true
bash -c 'for host in {1..25}; do : < /dev/tcp/192.0.2.$host/$host; done' 2> /dev/null || true
