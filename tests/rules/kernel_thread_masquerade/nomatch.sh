# SPDX-License-Identifier: Apache-2.0
cp /usr/bin/true /usr/local/bin/update
bash -c 'exec -a "update-worker[1]" /usr/local/bin/update'
/usr/bin/[ -d /tmp ]
