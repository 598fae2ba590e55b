# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/bin/nsenter
nsenter -t 1 -m -u -i -n -p -- sh
nsenter --target=1 --all bash
nsenter --mount=/proc/1/ns/mnt -- id
