# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/nsenter
nsenter -t 4242 -n ss -tln
nsenter --target=1017 --net id
nsenter --net=/run/netns/blue id
/bin/echo nsenter -t 1 -m -u -i -n -p -- sh
/bin/echo nsenter --target=1 --all bash
/bin/echo nsenter --mount=/proc/1/ns/mnt -- id
