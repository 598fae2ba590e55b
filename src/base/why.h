/* SPDX-License-Identifier: Apache-2.0 */
/* Where and why something a person wrote was not accepted. */
#pragma once

struct why {
	char file[256];   /* as the user named it; empty: not from a file */
	unsigned line;    /* from 1; 0: not known */
	unsigned column;  /* from 1, in characters; 0: not known */
	char reason[384]; /* one sentence: what was found and what was expected */
};

/*
 * why_set(why, line, column, format, ...):
 * Write place and reason into ${why}, leaving its file as it is; a reason that is too long
 * is cut.  ${why} may be NULL: then nothing happens.
 */
void why_set(struct why *why, unsigned line, unsigned column, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/*
 * why_file(why, file):
 * Write the file's name into ${why}; the tail of a name that is too long is kept.
 */
void why_file(struct why *why, const char *file);

/*
 * why_print(why, out, size):
 * Write "file:line:column: reason" into ${out} (${size} bytes, always terminated), leaving
 * out what is not known.
 */
void why_print(const struct why *why, char *out, unsigned long size);
