// SPDX-License-Identifier: Apache-2.0
// Whole files: read into memory, written so that a reader sees the old or the new.
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

#define READ_SIZE 65536

int file_read(const char *path, struct buffer *out)
{
	AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	for (;;) {
		int r = buffer_need(out, READ_SIZE);
		size_t room = out->limit - out->size;
		ssize_t got;

		/* Near the limit: read what still fits, and one byte to see whether more is there. */
		if (r == -ENOMEM || (r && room == 0))
			return r;
		if (r) {
			r = buffer_need(out, room);
			if (r)
				return r;
			out->failed = false;
		}
		got = read(fd, out->at + out->size, r ? room : READ_SIZE);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return 0;
		out->size += (size_t)got;
	}
}

static int write_all(int fd, struct text text)
{
	while (text.size) {
		ssize_t written = write(fd, text.at, text.size);

		if (written < 0 && errno == EINTR)
			continue;
		if (written < 0)
			return -errno;
		text = text_part(text, (size_t)written, SIZE_MAX);
	}
	return 0;
}

/* The folder that holds ${path}, opened. */
static int open_folder(const char *path)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t size = slash ? (size_t)(slash - path) : 0;

	if (size >= sizeof(folder))
		return -ENAMETOOLONG;
	memcpy(folder, path, size);
	folder[size] = 0;
	return open(!slash ? "." : size ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

int file_replace(const char *path, struct text text, unsigned mode)
{
	AUTO(close) int folder = open_folder(path);
	AUTO(close) int fd = -1;
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char beside[NAME_MAX + 1];
	int size, r;

	if (folder < 0)
		return folder == -ENAMETOOLONG ? folder : -errno;
	size = snprintf(beside, sizeof(beside), ".%s.%d", name, (int)getpid());
	if (size < 0 || (size_t)size >= sizeof(beside))
		return -ENAMETOOLONG;
	fd = openat(folder, beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return -errno;
	r = write_all(fd, text);
	/* A failed fsync may have dropped the pages: the file is lost, not to be retried. */
	if (!r && fsync(fd) < 0)
		r = -errno;
	if (!r && renameat(folder, beside, folder, name) < 0)
		r = -errno;
	if (r) {
		(void)unlinkat(folder, beside, 0);
		return r;
	}
	return fsync(folder) < 0 ? -errno : 0;
}
