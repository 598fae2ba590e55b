# SPDX-License-Identifier: Apache-2.0
# rights: sys_admin
mkdir -p /tmp/a/lower /tmp/a/upper /tmp/a/work /tmp/a/whole
mount -t overlay -o lowerdir=/tmp/a/lower,upperdir=/tmp/a/upper,workdir=/tmp/a/work none \
	/tmp/a/whole
umount /tmp/a/whole
chown -R www-data /tmp/a
as www-data unshare --user --map-root-user --mount mount -t tmpfs none /tmp/a/whole
