/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: read into memory, written so that a reader sees the old or the new. */
#pragma once

#include "base/buffer.h"

/*
 * file_read(path, out):
 * Append the whole file to ${out}, up to the buffer's limit (-E2BIG beyond it).  0 or -errno.
 */
int file_read(const char *path, struct buffer *out) MUST_USE;

enum {
	FILE_E_NOT_REGULAR = 1, /* a device, pipe, socket or folder stands there */
};

/*
 * file_replace(path, text, mode):
 * Make ${text} the content of the file: written beside it, synced, renamed over it, folder
 * synced.  On failure (-errno, or FILE_E_NOT_REGULAR) what was there is as it was, and nothing
 * is left beside it.
 */
int file_replace(const char *path, struct text text, unsigned mode) MUST_USE;

/* The same with a content that stands in ${count} parts, one behind the other. */
int file_replace_parts(const char *path, const struct text *parts, size_t count,
		       unsigned mode) MUST_USE;
