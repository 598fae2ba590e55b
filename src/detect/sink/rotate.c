// SPDX-License-Identifier: Apache-2.0
// A file of lines that is set aside when it is full.
#include "detect/sink/rotate.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>

struct rotate {
	int fd;
	uint64_t size, used;
	unsigned count;
	bool in_line; /* the last write did not end one */
	char path[PATH_MAX - 16];
};

static int open_file(struct rotate *rotate)
{
	struct stat st;

	rotate->fd = open(rotate->path,
			  O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (rotate->fd < 0 || fstat(rotate->fd, &st) < 0)
		return -errno;
	rotate->used = (uint64_t)st.st_size;
	return 0;
}

int rotate_open(const char *path, uint64_t size, unsigned count, struct rotate **out)
{
	struct rotate *rotate;
	int r;

	if (strlen(path) >= sizeof(rotate->path) || size == 0 || count > 1000)
		return -EINVAL;
	rotate = calloc(1, sizeof(*rotate));
	if (!rotate)
		return -ENOMEM;
	memcpy(rotate->path, path, strlen(path) + 1);
	rotate->size = size;
	rotate->count = count;
	r = open_file(rotate);
	if (r) {
		rotate_close(rotate);
		return r;
	}
	*out = rotate;
	return 0;
}

static void name_of(const struct rotate *rotate, unsigned number, char out[PATH_MAX])
{
	if (number)
		(void)snprintf(out, PATH_MAX, "%s.%u", rotate->path, number);
	else
		(void)snprintf(out, PATH_MAX, "%s", rotate->path);
}

static __attribute__((noinline)) void shift(const struct rotate *rotate, unsigned number)
{
	AUTO(free) char *from = malloc(PATH_MAX);
	AUTO(free) char *to = malloc(PATH_MAX);

	if (!from || !to)
		return;
	name_of(rotate, number, from);
	name_of(rotate, number + 1, to);
	(void)rename(from, to);
}

static int set_aside(struct rotate *rotate)
{
	/* The oldest is overwritten by the one before it. */
	for (unsigned i = rotate->count; i-- > 0;)
		shift(rotate, i);
	if (rotate->count == 0 && unlink(rotate->path) < 0)
		return -errno;
	(void)close(rotate->fd);
	return open_file(rotate);
}

int rotate_write(struct rotate *rotate, struct text lines)
{
	int r = 0;

	if (rotate->fd < 0)
		r = open_file(rotate);
	else if (rotate->used && !rotate->in_line &&
		 rotate->used + lines.size > rotate->size)
		r = set_aside(rotate);
	if (r)
		return r;
	if (lines.size)
		rotate->in_line = lines.at[lines.size - 1] != '\n';
	while (lines.size) {
		ssize_t put = write(rotate->fd, lines.at, lines.size);

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		rotate->used += (uint64_t)put;
		lines = text_part(lines, (size_t)put, lines.size);
	}
	return 0;
}

void rotate_close(struct rotate *rotate)
{
	if (!rotate)
		return;
	if (rotate->fd >= 0)
		(void)close(rotate->fd);
	free(rotate);
}
