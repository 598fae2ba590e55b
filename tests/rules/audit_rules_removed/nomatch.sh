# SPDX-License-Identifier: Apache-2.0
# fake: /usr/sbin/auditctl
auditctl -l
auditctl -s
auditctl -R /etc/audit/audit.rules
auditctl -w /etc/shadow -p wa -k shadow
auditctl -e 1
/bin/echo auditctl -D
/bin/echo auditctl -e 0
/bin/echo auditctl -a never,task
