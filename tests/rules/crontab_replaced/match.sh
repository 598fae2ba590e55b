# SPDX-License-Identifier: Apache-2.0
# hits: 2
# fake: /usr/bin/crontab
(crontab -l; echo '* * * * * /tmp/.x') | crontab -
crontab /dev/shm/c
