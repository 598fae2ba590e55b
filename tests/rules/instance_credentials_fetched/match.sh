# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/bin/curl /usr/bin/wget
curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/web
wget -qO- --header 'Metadata-Flavor: Google' http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token
sh -c 'curl -s -H Metadata:true "http://169.254.169.254/metadata/identity/oauth2/token?resource=https://management.azure.com/" | head -c 0'
