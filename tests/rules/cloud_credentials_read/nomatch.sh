# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/kubectl
mkdir -p /root/.aws /root/.kube
touch /root/.aws/config /root/.kube/config
cat /root/.aws/config
ls -la /root/.kube/config
kubectl --kubeconfig /root/.kube/config get pods
