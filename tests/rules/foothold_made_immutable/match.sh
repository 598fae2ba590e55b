# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/bin/chattr
chattr +i /root/.ssh/authorized_keys
chattr +ia /etc/cron.d/root
chattr -i /etc/passwd
