# SPDX-License-Identifier: Apache-2.0
# hits: 4
# fake: /usr/local/bin/syslogd-helper /tmp/xmrig
/usr/local/bin/syslogd-helper -o stratum+tcp://pool.example.org:3333 -u 4A -p x
/usr/local/bin/syslogd-helper --url pool.supportxmr.com:443 --tls
/tmp/xmrig --version
/usr/local/bin/syslogd-helper -a rx/0 --donate-level 1
