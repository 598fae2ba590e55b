# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/curl /usr/bin/wget
curl -s http://169.254.169.254/latest/meta-data/instance-id
curl -s -X PUT http://169.254.169.254/latest/api/token
wget -qO- --header 'Metadata-Flavor: Google' http://metadata.google.internal/computeMetadata/v1/instance/zone
