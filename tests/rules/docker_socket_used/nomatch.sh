# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/curl
curl -s --unix-socket /var/run/docker.sock http://localhost/containers/json
curl -s --unix-socket /var/run/docker.sock http://localhost/_ping
curl -s http://localhost/containers/create
