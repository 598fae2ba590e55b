# SPDX-License-Identifier: Apache-2.0
touch /etc/hosts
touch -r /bin/ls /srv/build/stamp
touch -d yesterday /tmp/marker
