/* SPDX-License-Identifier: Apache-2.0 */
/* From block to block through a segment, whatever its bytes are. */
#pragma once

#include "base/auto.h"
#include "detect/recorder/segment.h"

/*
 * Read up to ${size} bytes at ${at} of segment ${number} into ${to}.  How many were there; fewer
 * than were asked for, or -errno, is the segment's end.
 */
typedef ssize_t walk_read(void *user, unsigned number, void *to, size_t size,
			  uint64_t at);

struct walk {
	walk_read *read;
	void *user;
	struct segment_head head;
	uint8_t fields[256]; /* the writer's to ours: segment_head_read() */
	uint64_t at;         /* of the next block */
	uint64_t used;       /* behind the last bytes that are not zero, as far as seen */
	uint64_t damaged;    /* stretches that are no blocks, and not empty */
	bool in_damage;
	unsigned number;
	uint64_t size; /* of the file */
	char *window;  /* a part of it in memory */
	size_t window_size;
	uint64_t window_at;
};

/* Make a walk that reads with ${read}(${user}, ...).  0 or -ENOMEM. */
int walk_init(struct walk *walk, walk_read *read, void *user) MUST_USE;
void walk_done(struct walk *walk);

/* Begin with the segment ${number}, a file of ${size} bytes.  False: its head is no segment's. */
bool walk_begin(struct walk *walk, unsigned number, uint64_t size);

/*
 * walk_next(walk, head, payload):
 * The next block whose head and payload are as their checksums say; ${payload} is valid until
 * the next call.  What lies between is passed over, and counted where it is not empty.  False
 * at the end of what is written now; damaged and used are known then.
 */
bool walk_next(struct walk *walk, struct block_head *head, struct text *payload);
