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
	uint64_t line_at; /* where the last whole line ends */
	unsigned count;
	bool in_line;     /* the last write did not end one */
	bool is_torn;     /* the file ends within a line that does not go on */
	bool is_skipping; /* of the line that goes on, the beginning was not taken */
	char path[PATH_MAX - 16];
};

static int open_file(struct rotate *rotate)
{
	struct stat st;
	char last;

	rotate->fd = open(rotate->path,
			  O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (rotate->fd < 0 || fstat(rotate->fd, &st) < 0)
		return -errno;
	rotate->used = rotate->line_at = (uint64_t)st.st_size;
	/* Whoever wrote it before us may have been cut off. */
	rotate->is_torn = st.st_size &&
			  pread(rotate->fd, &last, 1, st.st_size - 1) == 1 &&
			  last != '\n';
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

static int append(struct rotate *rotate, struct text lines)
{
	while (lines.size) {
		ssize_t put = write(rotate->fd, lines.at, lines.size);
		const char *end;

		if (put < 0 && errno == EINTR)
			continue;
		if (put < 0)
			return -errno;
		end = memrchr(lines.at, '\n', (size_t)put);
		if (end)
			rotate->line_at = rotate->used + (size_t)(end + 1 - lines.at);
		rotate->used += (uint64_t)put;
		lines = text_part(lines, (size_t)put, lines.size);
	}
	return 0;
}

/* A line that can't be completed is taken out again, or else ended before the next. */
static void give_line_up(struct rotate *rotate)
{
	if (rotate->line_at == rotate->used)
		return;
	if (ftruncate(rotate->fd, (off_t)rotate->line_at) == 0)
		rotate->used = rotate->line_at;
	rotate->is_torn = rotate->line_at != rotate->used;
}

static int write_lines(struct rotate *rotate, struct text lines)
{
	int r = 0;

	if (rotate->fd < 0)
		r = open_file(rotate);
	else if (rotate->used && !rotate->in_line &&
		 rotate->used + lines.size > rotate->size)
		r = set_aside(rotate);
	if (r)
		return r;
	if (rotate->is_torn)
		r = append(rotate, TEXT("\n"));
	rotate->is_torn &= r != 0;
	r = r ? r : append(rotate, lines);
	if (r)
		give_line_up(rotate);
	return r;
}

int rotate_write(struct rotate *rotate, struct text lines)
{
	bool is_whole = lines.size && lines.at[lines.size - 1] == '\n';
	int r;

	if (rotate->is_skipping && lines.size) {
		const char *end = memchr(lines.at, '\n', lines.size);

		rotate->is_skipping = !end;
		lines = text_part(lines, end ? (size_t)(end + 1 - lines.at) : lines.size,
				  SIZE_MAX);
	}
	if (!lines.size)
		return 0;
	r = write_lines(rotate, lines);
	rotate->in_line = !r && !is_whole;
	rotate->is_skipping = r && !is_whole;
	return r;
}

void rotate_close(struct rotate *rotate)
{
	if (!rotate)
		return;
	if (rotate->fd >= 0)
		(void)close(rotate->fd);
	free(rotate);
}
