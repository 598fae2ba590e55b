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
		size_t room = out->limit - out->size;
		size_t want = room < READ_SIZE ? room : READ_SIZE;
		char more;
		ssize_t got;
		int r = buffer_need(out, want);

		if (r)
			return r;
		/* At the limit, one byte tells whether that was all. */
		got = want ? read(fd, out->at + out->size, want) : read(fd, &more, 1);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			return 0;
		if (!want)
			return -E2BIG;
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
	const char *slash = strrchr(path, '/');
	AUTO(free)
	char *folder = slash ? strndup(path, (size_t)(slash - path)) : strdup(".");
	int fd;

	if (!folder)
		return -ENOMEM;
	fd = open(folder[0] ? folder : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int file_replace(const char *path, struct text text, unsigned mode)
{
	return file_replace_parts(path, &text, 1, mode);
}

int file_replace_parts(const char *path, const struct text *parts, size_t count,
		       unsigned mode)
{
	AUTO(close) int folder = open_folder(path);
	AUTO(close) int fd = -1;
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	char beside[NAME_MAX + 1];
	struct stat there;
	int size, r;

	if (folder < 0)
		return folder;
	/* A rename would put a file in the place of a device. */
	if (fstatat(folder, name, &there, AT_SYMLINK_NOFOLLOW) == 0) {
		if (!S_ISREG(there.st_mode) && !S_ISLNK(there.st_mode))
			return FILE_E_NOT_REGULAR;
	} else if (errno != ENOENT) {
		return -errno;
	}
	size = snprintf(beside, sizeof(beside), ".%s.%d", name, (int)getpid());
	if (size < 0 || (size_t)size >= sizeof(beside))
		return -ENAMETOOLONG;
	fd = openat(folder, beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		    mode);
	if (fd < 0)
		return -errno;
	r = 0;
	for (size_t i = 0; i < count && !r; i++)
		r = write_all(fd, parts[i]);
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
