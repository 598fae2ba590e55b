/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of bytes that is a Windows event log -> its chunks. */
#pragma once

#include "format/evtx_chunk.h"
#include "format/window.h"

#define EVTX_HEAD_SIZE 4096 /* bytes of the file header's block */

/* What is wrong with a file as a whole; several may be. */
enum evtx_file_damage {
	EVTX_FILE_CUT = 1 << 0,     /* it ends inside its header */
	EVTX_FILE_NO_HEAD = 1 << 1, /* it begins with a chunk */
	EVTX_FILE_VERSION = 1 << 2, /* not 3.x; read as if it were */
	EVTX_FILE_SUM = 1 << 3,     /* checksum of its header */
};

struct evtx_file {
	window_read *read;
	void *user;
	uint64_t offset;       /* of the chunk in the stream */
	uint64_t next_offset;  /* of the one behind it */
	uint32_t number;       /* of the chunk, from 0, unused ones included */
	uint32_t announced;    /* chunks, as the header says; often wrong */
	uint16_t major, minor; /* version */
	bool is_dirty;         /* was not closed: checksums may be old */
	bool began, ended;
	uint32_t left; /* bytes at the front of ${block} that were read already */
	uint8_t block[EVTX_CHUNK_SIZE];
};

enum evtx_file_result {
	EVTX_FILE_END,
	EVTX_FILE_CHUNK, /* opened into ${*chunk} */
	EVTX_FILE_BAD,   /* a block that is no chunk; the next call goes on behind it */
};

/* Do these first bytes belong to an event log? */
bool evtx_file_tell(struct text head);

/*
 * evtx_file_start(file, read, user, damage):
 * Read the header.  0 and bits of enum evtx_file_damage, with which the chunks can be
 * asked for all the same; or what ${read} said, negative.
 */
int evtx_file_start(struct evtx_file *file, window_read *read, void *user,
		    unsigned *damage) MUST_USE;

/*
 * evtx_file_resume(file, read, user, number, offset, is_dirty):
 * Begin behind the header, with chunk ${number}, which stands at ${offset} in the stream.
 */
void evtx_file_resume(struct evtx_file *file, window_read *read, void *user,
		      uint32_t number, uint64_t offset, bool is_dirty);

/* Does the header (EVTX_HEAD_SIZE bytes) say that the log was not closed? */
bool evtx_file_is_dirty(const uint8_t *head);

/*
 * evtx_file_next(file, chunk, damage):
 * The next chunk, valid until the next call, with bits of enum evtx_chunk_damage; blocks of
 * zeroes, which logs have behind their last chunk, are passed over.  Chunks are looked for to
 * the end of the stream, whatever the header says of their number.  Returns an enum
 * evtx_file_result, or what ${read} said, negative.
 */
int evtx_file_next(struct evtx_file *file, struct evtx_chunk *chunk,
		   unsigned *damage) MUST_USE;
