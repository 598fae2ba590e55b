# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/docker /usr/bin/podman
docker run --rm -v /srv/data:/data alpine ls /data
docker run -d --net=host --pid=host -v /:/host:ro,rslave node-exporter
docker run --privileged -d docker:dind
podman ps -a
