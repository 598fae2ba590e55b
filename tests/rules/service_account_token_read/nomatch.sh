# SPDX-License-Identifier: Apache-2.0
ls /var/run/secrets/kubernetes.io/
cat /etc/kubernetes/manifests/kube-apiserver.yaml
stat /etc/kubernetes/admin.conf
/bin/echo cat /var/run/secrets/kubernetes.io/serviceaccount/token
/bin/echo cp /etc/kubernetes/admin.conf /tmp/k
