# SPDX-License-Identifier: Apache-2.0
bash -c 'for host in {1..25}; do : < /dev/tcp/192.0.2.$host/443; done' 2> /dev/null || true
bash -c 'for turn in {1..25}; do : < /dev/tcp/192.0.2.9/445; done' 2> /dev/null || true
bash -c 'for host in {1..9}; do : < /dev/tcp/192.0.2.$host/22; done' 2> /dev/null || true
