/* SPDX-License-Identifier: Apache-2.0 */
/* Rules from the files and folders of a command line. */
#pragma once

#include "update/rule/rule_read.h"

/*
 * rule_files_read(paths, count, placeholders, out, set):
 * Read the rules of ${paths}; ${placeholders} may be NULL.  What could not be opened has been
 * told on stderr when this returns -1; else 0, and ${out} is the caller's to free.
 */
int rule_files_read(char **paths, int count, const char *placeholders,
		    struct rule_reader **out, struct rule_set *set) MUST_USE;

/* Tell on stderr, a line each, which documents were refused and why; how many there are. */
unsigned rule_files_tell_refused(const struct rule_reader *reader);
