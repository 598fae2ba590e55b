# SPDX-License-Identifier: Apache-2.0
# hits: 2
# fake: /usr/bin/at
echo /var/tmp/.d | at now + 1 minute
at -f /tmp/job.sh midnight
