/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of a log file, however it is packed: plain, gzip, zstd, or the members of a zip. */
#pragma once

#include <sys/types.h>

#include "base/auto.h"
#include "base/text.h"
#include "base/why.h"

struct archive;

/*
 * archive_open(path, out, why):
 * Open a file, or standard input for "-".  How it is packed is told by its first bytes.  Returns 0
 * or negative errno with the reason in ${why} (its file left alone).
 */
int archive_open(const char *path, struct archive **out, struct why *why) MUST_USE;
void archive_close(struct archive *archive);

static inline void auto_archive(struct archive **archive)
{
	archive_close(*archive);
}

/*
 * archive_next(archive, why):
 * Go to the next member: 1, or 0 where there is none any more.  What is not in a zip has one
 * member.  A member that can't be opened is a negative errno with the reason; the
 * next call goes on behind it.
 */
int archive_next(struct archive *archive, struct why *why) MUST_USE;

/* The member's name in a zip, valid until the next call of next; NULL: it is the whole file. */
const char *archive_member(const struct archive *archive);

/*
 * archive_read(archive, at, size):
 * Read on in the member: the number of bytes, 0 at its end, or negative errno; then
 * archive_reason says more, and every further call the same.  All that can be unpacked comes
 * first, however much each call asks for.  A signal that interrupts gives -EINTR.  The file is
 * read, never mapped: one that shrinks meanwhile ends early.
 */
ssize_t archive_read(struct archive *archive, char *at, size_t size);
const char *archive_reason(const struct archive *archive);

/* How many bytes of the file, as it is packed, have been consumed; about, for a zip. */
uint64_t archive_progress(const struct archive *archive);
