# SPDX-License-Identifier: Apache-2.0
# hits: 2
cat /var/run/secrets/kubernetes.io/serviceaccount/token
cp /etc/kubernetes/admin.conf /tmp/k
