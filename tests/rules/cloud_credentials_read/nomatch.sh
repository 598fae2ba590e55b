# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/kubectl
mkdir -p /root/.aws /root/.kube
touch /root/.aws/config /root/.kube/config
cat /root/.aws/config
ls -la /root/.kube/config
kubectl --kubeconfig /root/.kube/config get pods
/bin/echo cat /root/.aws/credentials
/bin/echo cp /root/.kube/config /tmp/c
/bin/echo grep -r . /root/.docker/config.json
