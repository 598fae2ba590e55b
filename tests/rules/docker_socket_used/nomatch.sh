# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/curl
curl -s --unix-socket /var/run/docker.sock http://localhost/containers/json
curl -s --unix-socket /var/run/docker.sock http://localhost/_ping
curl -s http://localhost/containers/create
/bin/echo curl -s -X POST --unix-socket /var/run/docker.sock -H 'Content-Type: application/json' http://localhost/containers/create -d '{"Image":"alpine","HostConfig":{"Binds":["/:/mnt"]}}'
/bin/echo curl -X POST --unix-socket /run/docker.sock http://localhost/v1.41/containers/1f3a/start
