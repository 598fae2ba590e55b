# SPDX-License-Identifier: Apache-2.0
dial /usr/bin/perl 198.51.100.7 443
cp /usr/bin/true /dev/shm/x
/dev/shm/x 198.51.100.7 443
touch /dev/shm/data
perl -e 'open(F, "/dev/shm/data")'
