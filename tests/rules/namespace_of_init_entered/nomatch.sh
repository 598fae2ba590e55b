# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/nsenter
nsenter -t 4242 -n ss -tln
nsenter --target=1017 --net id
nsenter --net=/run/netns/blue id
