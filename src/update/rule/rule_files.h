/* SPDX-License-Identifier: Apache-2.0 */
/* Which files a path means, and what is in them. */
#pragma once

#include "base/buffer.h"
#include "base/why.h"

#define RULE_FILE_SIZE_MAX (8u << 20) /* bytes */

/* Paths, each of them allocated. */
struct rule_files {
	char **paths;
	size_t count, capacity;
};

/*
 * rule_files_find(path, out, why):
 * Append ${path} itself, or for a folder every *.yml and *.yaml below it, sorted by path.
 * Symbolic links to files are files; those to folders are left out.  0, or negative errno with
 * ${why}; what was appended before stays.
 */
int rule_files_find(const char *path, struct rule_files *out, struct why *why) MUST_USE;

void rule_files_done(struct rule_files *files);

static inline void auto_rule_files(struct rule_files *files)
{
	rule_files_done(files);
}

/*
 * rule_file_read(path, out):
 * Append the file's bytes to ${out}.  0; negative errno; -E2BIG where ${out}'s limit is too
 * small for it.
 */
int rule_file_read(const char *path, struct buffer *out) MUST_USE;
