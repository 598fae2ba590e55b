# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/curl /usr/bin/wget
curl -s http://169.254.169.254/latest/meta-data/instance-id
curl -s -X PUT http://169.254.169.254/latest/api/token
wget -qO- --header 'Metadata-Flavor: Google' http://metadata.google.internal/computeMetadata/v1/instance/zone
curl -s http://127.0.0.1:8080/security-credentials/list
/bin/echo curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/web
/bin/echo wget -qO- --header 'Metadata-Flavor: Google' http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token
/bin/echo sh -c 'curl -s -H Metadata:true "http://169.254.169.254/metadata/identity/oauth2/token?resource=https://management.azure.com/" | head -c 0'
