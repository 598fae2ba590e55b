/* SPDX-License-Identifier: Apache-2.0 */
/* A log file -> its events: unpacked, told by content, one after another. */
#pragma once

#include "base/buffer.h"
#include "detect/intake/intake.h"
#include "format/window.h"

struct reader;

enum reader_result {
	READER_END, /* no more events in the file */
	READER_EVENT,
	READER_PART, /* reader_split only */
	READER_BAD,  /* something there is no event; the next call goes on behind it */
	READER_NO_LOG, /* the file, or member, is nothing that could hold events; likewise */
	READER_DAMAGED, /* a part of the file can't be read, or not be relied on; likewise */
	READER_FAILED, /* the file, or member, can't be read (on); likewise */
};

/* 0 or -ENOMEM.  ${mappings} may be NULL; both must outlive the reader. */
int reader_create(const struct pack *pack, const struct mappings *mappings,
		  struct reader **out) MUST_USE;
void reader_free(struct reader *reader);

/*
 * reader_open(reader, path, why):
 * Begin with a file, or with standard input for "-".  0, or negative errno with the reason.
 */
int reader_open(struct reader *reader, const char *path, struct why *why) MUST_USE;

/*
 * reader_next(reader, why):
 * The next event of the file.  For BAD, NO_LOG, DAMAGED and FAILED ${why} has the file (with
 * the member of a zip behind a ':'), the place and the reason.
 */
enum reader_result reader_next(struct reader *reader, struct why *why) MUST_USE;

/* Also look for records in the unused space of event logs: see evtx.h.  0 or -ENOMEM. */
int reader_carve(struct reader *reader) MUST_USE;

/* Whether the event is one of those. */
bool reader_is_carved(const struct reader *reader);

/* Damaged chunks of event logs that the reader has met with since it was made. */
uint64_t reader_damaged_chunks(const struct reader *reader);

/* Records that carving found and that cannot be read any more; likewise. */
uint64_t reader_lost_records(const struct reader *reader);

/*
 * Of a large file several readers can read parts at a time.  One, opened with reader_open, cuts it
 * up; what comes of its parts, read each with reader_open_part, is what would have come of it.
 */

/* A stretch of a member.  Zeroes are an empty one. */
struct reader_part {
	struct buffer bytes;
	const struct content *content;
	char file[1024];
	bool is_member;        /* of a zip */
	bool is_last;          /* of its member */
	bool goes_on;          /* what is under way at its end goes on in the next part */
	bool is_array;         /* JSON: an array is around all documents */
	bool is_dirty;         /* EVTX: the log was not closed */
	uint32_t number;       /* EVTX: of the first chunk */
	uint64_t offset, line; /* of its first byte in the member */
	int64_t written_ns;    /* when the file was last written to */
	int failed; /* behind it the member can't be read: negative errno, and ... */
	char reason[160]; /* ... why */
};

void reader_part_done(struct reader_part *part);

/*
 * reader_split(reader, size, part, why):
 * In place of reader_next: cut off the next part, of ${size} bytes at most (the same each time),
 * which is the caller's from then on.  PART; or EVENT, where what comes now has no parts: the
 * rest of the file is to be read with reader_next; or as reader_next END, NO_LOG, FAILED.
 */
enum reader_result reader_split(struct reader *reader, size_t size,
				struct reader_part *part, struct why *why) MUST_USE;

/* The bytes of a part as a stream: where ${read} fails, ${reason} says why. */
struct reader_source {
	window_read *read;
	void *user;
	const char *reason;
};

/*
 * reader_open_part(reader, part, source):
 * Begin with a part; both must stay until reader_next has said END.  At the end of the part, the
 * source asks reader_rests: where it rests, and the part does not go on, the source ends; else it
 * gives WINDOW_PAUSE, unless the part goes on, and if it is asked again the bytes of the part
 * behind it, which is then not to be read on its own.
 */
void reader_open_part(struct reader *reader, const struct reader_part *part,
		      const struct reader_source *source);

/* Whether nothing is under way at the end of ${part}.  Only a source may ask. */
bool reader_rests(const struct reader *reader, const struct reader_part *part);

/* The event, its shape, and what its log names as its host, channel and provider (empty where
   it does not); valid until the next call of next. */
const struct event *reader_event(const struct reader *reader);
enum intake_shape reader_shape(const struct reader *reader);
struct text reader_host(const struct reader *reader);
struct text reader_channel(const struct reader *reader);
struct text reader_provider(const struct reader *reader);

/* Where it is: the file (and member), the line from 1 or, of EVTX,
   the record's id, the offset in the unpacked bytes. */
const char *reader_file(const struct reader *reader);
bool reader_is_member(const struct reader *reader); /* of a zip */
uint64_t reader_line(const struct reader *reader);
uint64_t reader_offset(const struct reader *reader);

/* Append the event as its log has it, as JSON on one line. */
void reader_original(const struct reader *reader, struct buffer *out);

/* How many bytes of the file have been consumed: as it is packed, and of what was in it. */
uint64_t reader_progress(const struct reader *reader);
uint64_t reader_unpacked(const struct reader *reader);
