# SPDX-License-Identifier: Apache-2.0
# hits: 3
mkdir -p /root/.aws /root/.kube
touch /root/.aws/credentials /root/.kube/config
cat /root/.aws/credentials
cp /root/.kube/config /tmp/c
grep -r . /root/.docker/config.json 2> /dev/null
