# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/systemctl /usr/bin/pkill /usr/bin/dpkg
systemctl restart rsyslog.service
systemctl kill -s HUP rsyslog.service
systemctl status auditd
systemctl stop nginx.service
pkill -HUP rsyslogd
chain /usr/bin/dpkg --unpack rsyslog_8.2302.0-1_amd64.deb :: systemctl stop rsyslog.service
