/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader keeps; shared by reader.c and reader_split.c. */
#pragma once

#include "detect/intake/evtx.h"
#include "detect/intake/reader.h"
#include "detect/intake/text_log.h"
#include "format/archive.h"
#include "format/journal_export.h"
#include "format/json_stream.h"
#include "format/lines.h"

#define HEAD_SIZE 65536 /* bytes that a content is told by */

/* How a content is cut into parts. */
struct content_parts {
	/* Look at the first bytes of a member. */
	void (*look)(struct reader *reader, struct text head);
	/* How many of the bytes are the next part; 0: no place to cut is to be seen. */
	size_t (*cut)(const struct reader *reader, struct text bytes);
	void (*resume)(struct reader *reader, const struct reader_part *part,
		       window_read *read, void *user);
	bool (*rests)(const struct reader *reader, const struct reader_part *part);
};

extern const struct content_parts reader_json_parts, reader_evtx_parts, reader_log_parts;

/* How far a member has been cut into parts. */
struct split {
	struct buffer rest; /* read, but of the next part */
	uint64_t offset, line;
	bool is_array; /* JSON: an array is around all documents */
	bool is_dirty; /* EVTX: as its header says */
	uint32_t head; /* EVTX: bytes before the first chunk */
};

/* A kind of content: how it is told, and how its events come out. */
struct content {
	bool (*tell)(const struct reader *reader, struct text head);
	void (*begin)(struct reader *reader);
	enum reader_result (*next)(struct reader *reader, struct why *why);
	const char *refusal; /* instead of both: a reason for people */
	/* How it is cut into parts, or NULL: reader_split.c. */
	const struct content_parts *parts;
};

struct reader {
	struct intake *intake;
	struct json_stream *json;
	struct evtx_reader *evtx;
	struct text_log *log;
	struct journal_export *journal;
	int64_t written_ns;                 /* when the file was last written to */
	const struct mapping *text_mapping; /* or NULL */
	struct archive *archive;
	const struct content
		*content; /* of the member at hand; NULL: go to the next one */
	enum intake_shape shape;
	char path[512], file[1024];

	struct lines lines; /* of a text */

	const struct reader_source *source; /* a part is read; there is no archive */
	bool carves;                        /* then an event log is read as a whole */
	bool is_member;                     /* the part is of a member of a zip */
	struct split split;

	uint64_t unpacked;
	size_t head_from, head_size;
	char head[HEAD_SIZE];
	struct event event;
};

/* Go to the next member and tell its content: EVENT, or what reader_next says. */
enum reader_result reader_next_member(struct reader *reader, struct why *why) MUST_USE;

/* A window_read: the member at hand, its head that was looked at first. */
ssize_t reader_read_member(void *reader, char *at, size_t size);

/* The member can't be read on, which ${r} (negative errno) says. */
enum reader_result reader_broken(struct reader *reader, int r, struct why *why) MUST_USE;

/* ${text} without what may stand before a document: a byte order mark, white space. */
struct text reader_skip_space(struct text text);
