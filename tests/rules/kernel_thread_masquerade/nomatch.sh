# SPDX-License-Identifier: Apache-2.0
cp /usr/bin/true /usr/local/bin/update
bash -c 'exec -a "update-worker[1]" /usr/local/bin/update'
/usr/bin/[ -d /tmp ]
/bin/echo bash -c 'exec -a "[kworker/0:1-events]" /usr/local/bin/update'
/bin/echo bash -c 'exec -a "[migration/0]" /usr/local/bin/update'
