# SPDX-License-Identifier: Apache-2.0
# fake: /usr/bin/docker /usr/bin/podman
docker run --rm -v /srv/data:/data alpine ls /data
docker run -d --net=host --pid=host -v /:/host:ro,rslave node-exporter
docker run --privileged -d docker:dind
podman ps -a
/bin/echo docker run --rm -it -v /:/mnt alpine chroot /mnt sh
/bin/echo docker run --privileged --pid=host alpine nsenter -t 1 -a
/bin/echo podman run --mount type=bind,source=/,target=/host alpine
