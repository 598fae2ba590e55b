/* SPDX-License-Identifier: Apache-2.0 */
/* What archive.c and the ways of packing share. */
#pragma once

#include "format/archive.h"

#define ARCHIVE_CHUNK 65536 /* bytes read from the file in one go */

/* A way of packing: how it is told, and how its members are read. */
struct archive_kind {
	bool (*tell)(struct text head);
	int (*open)(struct archive *archive, struct why *why); /* may be NULL */
	int (*next)(struct archive *archive, struct why *why); /* NULL: one member */
	ssize_t (*read)(struct archive *archive, char *at, size_t size);
	void (*close)(struct archive *archive); /* may be NULL */
};

extern const struct archive_kind archive_plain, archive_gzip, archive_zstd, archive_zip;

struct archive {
	const struct archive_kind *kind;
	int fd;
	bool is_input;    /* standard input: not ours to close, nor to seek in */
	bool began;       /* the only member was handed out */
	bool inside;      /* in the middle of a packed stream */
	int failed;       /* what ended the member, negative errno */
	void *state;      /* the kind's own */
	const char *name; /* of the member */
	uint64_t progress;
	size_t from, end; /* what is unread of chunk[] */
	bool ended;       /* the file gave all it has */
	char reason[160];
	char chunk[ARCHIVE_CHUNK];
};

/* Fill the empty chunk: 0 (look at ${ended}) or negative errno. */
int archive_fill(struct archive *archive);

/* Keep a reason and pass ${r} on. */
ssize_t archive_fail(struct archive *archive, int r, const char *reason);
