// SPDX-License-Identifier: Apache-2.0
// Which files a path means, and what is in them.
#include "update/rule/rule_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#define FILES_MAX ((size_t)1 << 20)

static void auto_dir(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

/* Append ${path}, which the list owns from then on, also on failure. */
static int add(struct rule_files *files, char *path)
{
	size_t want = files->capacity ? files->capacity * 2 : 16;
	char **grown;

	if (files->count == files->capacity && files->count < FILES_MAX) {
		grown = realloc(files->paths, want * sizeof(char *));
		if (grown) {
			files->paths = grown;
			files->capacity = want;
		}
	}
	if (files->count == files->capacity) {
		free(path);
		return files->count < FILES_MAX ? -ENOMEM : -E2BIG;
	}
	files->paths[files->count++] = path;
	return 0;
}

void rule_files_done(struct rule_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->paths[i]);
	free(files->paths);
	*files = (struct rule_files){ 0 };
}

static int fail(struct why *why, const char *path, int error)
{
	why_file(why, path);
	why_set(why, 0, 0, "%s", strerror(error));
	return -error;
}

static bool is_rule_name(const char *name)
{
	struct text text = text_of(name);

	return text_ends(text, TEXT(".yml")) || text_ends(text, TEXT(".yaml"));
}

/* What stands in a folder: rule files to ${files}, folders to ${folders}. */
static int sort_entry(const char *folder, const char *name, struct rule_files *files,
		      struct rule_files *folders, struct why *why)
{
	AUTO(free) char *path = NULL;
	const char *slash = text_ends(text_of(folder), TEXT("/")) ? "" : "/";
	struct stat st;

	if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return 0;
	if (asprintf(&path, "%s%s%s", folder, slash, name) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	if (lstat(path, &st) < 0)
		return fail(why, path, errno);
	if (S_ISDIR(st.st_mode))
		return add(folders, TAKE(path));
	if (!is_rule_name(name))
		return 0;
	if (S_ISLNK(st.st_mode) && stat(path, &st) < 0)
		return fail(why, path, errno);
	return S_ISREG(st.st_mode) ? add(files, TAKE(path)) : 0;
}

static int read_folder(const char *path, struct rule_files *files,
		       struct rule_files *folders, struct why *why)
{
	AUTO(dir) DIR *dir = opendir(path);
	struct dirent *entry;
	int r = 0;

	if (!dir)
		return fail(why, path, errno);
	while (!r) {
		errno = 0;
		entry = readdir(dir);
		if (!entry)
			return errno ? fail(why, path, errno) : 0;
		r = sort_entry(path, entry->d_name, files, folders, why);
	}
	return r;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int rule_files_find(const char *path, struct rule_files *out, struct why *why)
{
	AUTO(rule_files) struct rule_files folders = { 0 };
	size_t first = out->count;
	struct stat st;
	char *copy;
	int r = 0;

	if (stat(path, &st) < 0)
		return fail(why, path, errno);
	copy = strdup(path);
	if (!copy)
		return -ENOMEM;
	if (!S_ISDIR(st.st_mode))
		return add(out, copy);
	r = add(&folders, copy);
	/* The list grows while it is walked, so that no depth of folders needs a stack. */
	for (size_t i = 0; !r && i < folders.count; i++)
		r = read_folder(folders.paths[i], out, &folders, why);
	if (!r && out->count > first)
		qsort(out->paths + first, out->count - first, sizeof(char *), by_path);
	return r;
}

int rule_file_read(const char *path, struct buffer *out)
{
	AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	ssize_t size;
	int r;

	if (fd < 0)
		return -errno;
	for (;;) {
		r = buffer_need(out, out->capacity - out->size ? 1 : 4096);
		if (r == -E2BIG)
			r = buffer_need(out, 1);
		if (r)
			return r;
		size = read(fd, out->at + out->size, out->capacity - out->size);
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return -errno;
		if (size == 0)
			return 0;
		out->size += (size_t)size;
	}
}
