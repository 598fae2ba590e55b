/* SPDX-License-Identifier: Apache-2.0 */
/* A log file -> its events: unpacked, told by content, one after another. */
#pragma once

#include "base/buffer.h"
#include "detect/intake/intake.h"

struct reader;

enum reader_result {
	READER_END, /* no more events in the file */
	READER_EVENT,
	READER_BAD,    /* something there is no event; the next call goes on behind it */
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
