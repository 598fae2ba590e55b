/* SPDX-License-Identifier: Apache-2.0 */
/* A file of lines that is set aside when it is full: FILE, FILE.1 (newer) ... FILE.N (oldest). */
#pragma once

#include "base/auto.h"
#include "base/text.h"

#define ROTATE_SIZE_DEFAULT  (64u << 20)
#define ROTATE_COUNT_DEFAULT 5

struct rotate;

/*
 * rotate_open(path, size, count, out):
 * Append to ${path}, made with mode 0600; set aside before it would exceed ${size} bytes, and keep
 * ${count} old ones.  0, -EINVAL, or -errno.
 */
int rotate_open(const char *path, uint64_t size, unsigned count,
		struct rotate **out) MUST_USE;

/*
 * rotate_write(rotate, lines):
 * Append lines.  The last one may go on in the next call: a line is never in two files, which
 * may make a file larger than its size.  -errno where the disk does not take them: then the
 * file ends with the last line that it took whole, and the next call tries anew, from the
 * beginning of a line on.
 */
int rotate_write(struct rotate *rotate, struct text lines) MUST_USE;

void rotate_close(struct rotate *rotate);
