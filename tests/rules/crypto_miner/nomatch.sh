# SPDX-License-Identifier: Apache-2.0
# fake: /usr/local/bin/syslogd-helper /tmp/xmrig /usr/bin/pgrep
grep -r stratum+tcp:// /etc/default
/usr/local/bin/syslogd-helper --url http://127.0.0.1:9090/metrics
pgrep xmrig
