// SPDX-License-Identifier: Apache-2.0
// Which files are scanned: those named, and those below the folders named.
#include <errno.h>
#include <fts.h>
#include <string.h>
#include <sys/stat.h>

#include "scan.h"

static int add(struct scan_files *files, const char *path, uint64_t size, bool is_named)
{
	struct scan_file *grown;

	if (files->count == files->capacity) {
		size_t capacity = files->capacity ? 2 * files->capacity : 64;

		grown = reallocarray(files->files, capacity, sizeof(*grown));
		if (!grown)
			return -ENOMEM;
		files->files = grown;
		files->capacity = capacity;
	}
	files->files[files->count] = (struct scan_file){ strdup(path), size, is_named };
	if (!files->files[files->count].path)
		return -ENOMEM;
	files->count++;
	files->size += size;
	return 0;
}

static void tell(const char *path, int error)
{
	AUTO(free) char *line = NULL;

	if (asprintf(&line, "%s: %s", path, strerror(error)) < 0)
		line = NULL;
	scan_say(line ? line : strerror(error));
}

static int by_name(const FTSENT **a, const FTSENT **b)
{
	return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* As by_name orders a walk: by one name after the other, so "/" is before all that is in names. */
static int by_path(const void *a, const void *b)
{
	const struct scan_file *first = a, *second = b;
	const char *x = first->path, *y = second->path;

	while (*x && *x == *y) {
		x++;
		y++;
	}
	return (*x == '/' ? 0 : (unsigned char)*x) - (*y == '/' ? 0 : (unsigned char)*y);
}

/* What a step of the walk through a folder adds: 0, 1 for what can't be read, or -errno. */
static int add_entry(struct scan_files *files, const FTSENT *entry)
{
	struct stat st;

	switch (entry->fts_info) {
	case FTS_F:
		return add(files, entry->fts_path, (uint64_t)entry->fts_statp->st_size,
			   false);
	case FTS_SL:
		if (stat(entry->fts_accpath, &st) == 0)
			return S_ISREG(st.st_mode) ? add(files, entry->fts_path,
							 (uint64_t)st.st_size, false)
						   : 0;
		if (errno == ENOENT || errno == ELOOP)
			return 0;
		tell(entry->fts_path, errno);
		return 1;
	case FTS_DNR:
	case FTS_ERR:
	case FTS_NS:
		tell(entry->fts_path, entry->fts_errno);
		return 1;
	default:
		return 0; /* folders, pipes, devices, sockets, broken links */
	}
}

static int add_folder(struct scan_files *files, const char *path)
{
	AUTO(free) char *copy = strdup(path);
	char *const roots[] = { copy, NULL };
	FTS *walk = copy ? fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR | FTS_COMFOLLOW,
				    by_name)
			 : NULL;
	size_t before = files->count;
	int failed = 0, r = 0;
	FTSENT *entry;

	if (!walk)
		return -errno;
	while (r >= 0 && (entry = fts_read(walk))) {
		r = add_entry(files, entry);
		failed += r > 0;
	}
	/* At the end of all that is there, it is 0. */
	if (r >= 0 && errno)
		r = -errno;
	(void)fts_close(walk);
	/* The walk leaves a folder as it is where it finds no memory to sort it with. */
	if (files->count > before)
		qsort(files->files + before, files->count - before, sizeof(*files->files),
		      by_path);
	return r < 0 ? r : failed;
}

static int add_argument(struct scan_files *files, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") == 0)
		return add(files, path, 0, true);
	if (stat(path, &st) != 0)
		return -errno;
	if (S_ISDIR(st.st_mode))
		return add_folder(files, path);
	return add(files, path, S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0, true);
}

int scan_files_add(struct scan_files *files, const char *path)
{
	int r = add_argument(files, path);

	if (r < 0)
		tell(path, -r);
	return r;
}

void scan_files_done(struct scan_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->files[i].path);
	free(files->files);
	*files = (struct scan_files){ 0 };
}
