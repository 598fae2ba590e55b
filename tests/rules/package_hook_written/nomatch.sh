# SPDX-License-Identifier: Apache-2.0
sh -c "echo 'Acquire::http::Proxy \"http://proxy:3128\";' > /etc/apt/apt.conf.d/01proxy"
cat /etc/apt/apt.conf.d/70debconf
