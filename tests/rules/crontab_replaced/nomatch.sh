# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/crontab
crontab -l
crontab /home/deploy/schedule.cron
crontab -u www-data -l
crontab /tmp/crontabk3x9q2ab
/bin/echo crontab /dev/shm/c
