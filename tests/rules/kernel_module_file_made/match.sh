# SPDX-License-Identifier: Apache-2.0
# hits: 2
mkdir -p /usr/lib/modules/6.1.0/extra /etc/modules-load.d
cp /etc/hostname /usr/lib/modules/6.1.0/extra/diamorphine.ko
echo diamorphine > /etc/modules-load.d/diamorphine.conf
