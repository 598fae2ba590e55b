# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/rclone /usr/local/bin/agent
rclone sync /srv/backup s3-backup:company-backup --config /etc/rclone.conf
rclone listremotes
rclone version
/usr/local/bin/agent --config /tmp/agent.conf
