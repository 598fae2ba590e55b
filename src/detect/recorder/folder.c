// SPDX-License-Identifier: Apache-2.0
// The folder of the flight recorder's files: segment-0 to segment-7, and a lock.
#include "detect/recorder/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#define PATH_SIZE 1024

void folder_init(struct folder *folder)
{
	memset(folder->segments, -1, sizeof(folder->segments));
	folder->count = 0;
	folder->lock = -1;
}

void folder_close(struct folder *folder)
{
	for (unsigned i = 0; i < RECORDER_SEGMENTS; i++)
		auto_close(&folder->segments[i]);
	auto_close(&folder->lock);
	folder_init(folder);
}

/* The folder itself and one above it: /var/lib is the system's, the rest is ours. */
static int make(const char *path)
{
	char above[PATH_SIZE];
	const char *slash = strrchr(path, '/');
	size_t size = slash ? (size_t)(slash - path) : 0;

	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return 0;
	if (errno != ENOENT || size == 0 || size >= sizeof(above))
		return -errno;
	memcpy(above, path, size);
	above[size] = '\0';
	if (mkdir(above, 0755) < 0 || mkdir(path, 0700) < 0)
		return -errno;
	return 0;
}

static int open_folder(const char *path, int *out)
{
	AUTO(close) int fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	*out = TAKE_FD(fd);
	return 0;
}

static int open_files(int folder, int flags, struct folder *out)
{
	char name[] = "segment-0";
	struct stat st;

	for (unsigned i = 0; i < RECORDER_SEGMENTS; i++) {
		name[sizeof(name) - 2] = (char)('0' + i);
		/* Whatever else stands there must not make us wait. */
		out->segments[i] = openat(
			folder, name, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
		if (out->segments[i] < 0 && errno == ENOENT && !(flags & O_CREAT))
			continue;
		if (out->segments[i] < 0 || fstat(out->segments[i], &st) < 0)
			return -errno;
		if (!S_ISREG(st.st_mode))
			return -EINVAL;
		out->count++;
	}
	return 0;
}

int folder_write(const char *path, struct folder *out)
{
	AUTO(folder) struct folder files;
	AUTO(close) int folder = -1;
	struct stat st;
	int r = make(path);

	folder_init(&files);
	if (r == 0)
		r = open_folder(path, &folder);
	if (r)
		return r;
	if (fstat(folder, &st) < 0)
		return -errno;
	/* Who else could write here could put anything into the past. */
	if (st.st_uid != geteuid() || st.st_mode & 077)
		return -EPERM;
	files.lock =
		openat(folder, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (files.lock < 0)
		return -errno;
	if (flock(files.lock, LOCK_EX | LOCK_NB) < 0)
		return errno == EWOULDBLOCK ? -EBUSY : -errno;
	r = open_files(folder, O_RDWR | O_CREAT, &files);
	/* The files' names are to be there after a power cut, too. */
	if (r == 0 && fsync(folder) < 0)
		r = -errno;
	if (r)
		return r;
	*out = files;
	folder_init(&files);
	return 0;
}

int folder_read(const char *path, struct folder *out)
{
	AUTO(folder) struct folder files;
	AUTO(close) int folder = -1;
	int r = open_folder(path, &folder);

	folder_init(&files);
	if (r == 0)
		r = open_files(folder, O_RDONLY, &files);
	if (r)
		return r;
	*out = files;
	folder_init(&files);
	return 0;
}
