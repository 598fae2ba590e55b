// SPDX-License-Identifier: Apache-2.0
// Where the unified hierarchy of control groups is mounted: what network programs hang on.
#include "detect/kernel/cgroup_root.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define MOUNTS_SIZE (1 << 20) /* read of mountinfo */
#define PATH_SIZE   1024

/* What stands before the next ${end}; ${rest} goes on behind it. */
static struct text cut(struct text *rest, char end)
{
	const char *at = rest->size ? memchr(rest->at, end, rest->size) : NULL;
	size_t size = at ? (size_t)(at - rest->at) : rest->size;
	struct text part = text_part(*rest, 0, size);

	*rest = text_part(*rest, size + 1, SIZE_MAX);
	return part;
}

static bool is_octal(struct text text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.at[i] < '0' || text.at[i] > '7')
			return false;
	return text.size == 3;
}

/* Blanks and the like stand as three octal digits behind a backslash. */
static int unescape(struct text path, char *out, size_t room)
{
	size_t size = 0;

	for (size_t i = 0; i < path.size; i++) {
		struct text digits = text_part(path, i + 1, 3);

		if (size + 1 >= room)
			return -ENAMETOOLONG;
		if (path.at[i] == '\\' && is_octal(digits)) {
			out[size++] =
				(char)((digits.at[0] - '0') << 6 |
				       (digits.at[1] - '0') << 3 | (digits.at[2] - '0'));
			i += 3;
		} else {
			out[size++] = path.at[i];
		}
	}
	out[size] = '\0';
	return 0;
}

int cgroup_root_find(struct text mountinfo, char *out, size_t room)
{
	while (mountinfo.size) {
		struct text line = cut(&mountinfo, '\n'), root, place, field;

		(void)cut(&line, ' '); /* its number, its parent's, the device */
		(void)cut(&line, ' ');
		(void)cut(&line, ' ');
		root = cut(&line, ' ');
		place = cut(&line, ' ');
		do
			field = cut(&line, ' ');
		while (field.size && !text_is(field, TEXT("-")));
		if (text_is(cut(&line, ' '), TEXT("cgroup2")) && text_is(root, TEXT("/")))
			return unescape(place, out, room);
	}
	return -ENODEV;
}

int cgroup_root_open(void)
{
	AUTO(close) int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
	AUTO(free) char *bytes = malloc(MOUNTS_SIZE);
	char path[PATH_SIZE];
	size_t size = 0;
	ssize_t more = 0;
	int r;

	if (fd < 0)
		return -errno;
	if (!bytes)
		return -ENOMEM;
	while (size < MOUNTS_SIZE &&
	       (more = read(fd, bytes + size, MOUNTS_SIZE - size)) > 0)
		size += (size_t)more;
	if (more < 0)
		return -errno;
	r = cgroup_root_find((struct text){ .at = bytes, .size = size }, path,
			     sizeof(path));
	if (r)
		return r;
	r = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return r < 0 ? -errno : r;
}
