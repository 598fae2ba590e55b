// SPDX-License-Identifier: Apache-2.0
// The recorder's disk, as open files.
#include "detect/recorder/files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/random.h>
#include <sys/stat.h>

static int64_t files_size(void *user, unsigned segment)
{
	const int *fds = user;
	struct stat st;

	return fstat(fds[segment], &st) < 0 ? -errno : st.st_size;
}

static ssize_t files_read(void *user, unsigned segment, void *to, size_t size,
			  uint64_t at)
{
	const int *fds = user;
	ssize_t got = pread(fds[segment], to, size, (off_t)at);

	return got < 0 ? -errno : got;
}

static ssize_t files_write(void *user, unsigned segment, const void *from, size_t size,
			   uint64_t at)
{
	const int *fds = user;
	ssize_t written = pwrite(fds[segment], from, size, (off_t)at);

	return written < 0 ? -errno : written;
}

static int files_sync(void *user, unsigned segment)
{
	const int *fds = user;

	return fdatasync(fds[segment]) < 0 ? -errno : 0;
}

/* By then it was done. */
static int files_synced(void *user, bool wait)
{
	(void)user;
	(void)wait;
	return 0;
}

static int reserve(int fd, off_t size)
{
	if (fallocate(fd, 0, 0, size) == 0)
		return 0;
	if (errno != EOPNOTSUPP)
		return -errno;
	/* Some file systems can't; there a full disk is noticed block by block. */
	return ftruncate(fd, size) < 0 ? -errno : 0;
}

static int files_clear(void *user, unsigned segment, uint64_t size)
{
	const int *fds = user;
	int fd = fds[segment], r;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -errno;
	/* Where it can, the disk that the file has stays the file's. */
	if (size && (uint64_t)st.st_size == size &&
	    fallocate(fd, FALLOC_FL_ZERO_RANGE, 0, st.st_size) == 0)
		return 0;
	if (ftruncate(fd, 0) < 0)
		return -errno;
	if (size == 0)
		return 0;
	r = reserve(fd, (off_t)size);
	/* A part of what was asked for would be taken for a segment of another size. */
	if (r)
		(void)!ftruncate(fd, 0);
	return r;
}

static int files_random(void *user, uint64_t *out)
{
	(void)user;
	return getrandom(out, sizeof(*out), 0) == sizeof(*out) ? 0 : -EIO;
}

struct recorder_disk files_disk(int *fds)
{
	return (struct recorder_disk){ .user = fds,
				       .size = files_size,
				       .read = files_read,
				       .write = files_write,
				       .sync = files_sync,
				       .synced = files_synced,
				       .clear = files_clear,
				       .random = files_random };
}
