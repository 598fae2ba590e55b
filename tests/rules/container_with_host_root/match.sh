# SPDX-License-Identifier: Apache-2.0
# hits: 3
# fake: /usr/bin/docker /usr/bin/podman
docker run --rm -it -v /:/mnt alpine chroot /mnt sh
docker run --privileged --pid=host alpine nsenter -t 1 -a
podman run --mount type=bind,source=/,target=/host alpine
