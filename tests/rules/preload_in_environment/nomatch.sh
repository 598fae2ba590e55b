# SPDX-License-Identifier: Apache-2.0
LD_PRELOAD=/usr/lib/libfaketime.so.1 /usr/bin/true
LD_LIBRARY_PATH=/tmp /usr/bin/true
PRELOAD=/tmp/x.so /usr/bin/true
