# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/at
at -l
at -c 7
/bin/echo at -f /tmp/job.sh midnight
