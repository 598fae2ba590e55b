# SPDX-License-Identifier: Apache-2.0
# hits: 5
# fake: /usr/bin/systemctl /usr/bin/pkill /usr/sbin/service
systemctl stop rsyslog.service
systemctl disable --now auditd
systemctl mask --now systemd-journald.socket
sh /usr/sbin/service auditd stop
pkill -9 falco
