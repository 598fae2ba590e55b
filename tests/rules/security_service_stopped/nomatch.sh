# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/systemctl /usr/bin/pkill /usr/bin/dpkg /usr/bin/dnf /usr/bin/deb-systemd-invoke
systemctl restart rsyslog.service
systemctl kill -s HUP rsyslog.service
systemctl status auditd
systemctl stop nginx.service
pkill -HUP rsyslogd
chain /usr/bin/dpkg --unpack rsyslog_8.2302.0-1_amd64.deb :: systemctl stop rsyslog.service
chain /usr/bin/dnf upgrade :: systemctl stop rsyslog.service
chain /usr/bin/deb-systemd-invoke stop rsyslog.service :: systemctl stop rsyslog.service
/bin/echo systemctl stop rsyslog.service
/bin/echo systemctl disable --now auditd
/bin/echo systemctl mask --now systemd-journald.socket
