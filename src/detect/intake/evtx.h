/* SPDX-License-Identifier: Apache-2.0 */
/* A stream that is a Windows event log (EVTX) -> its events. */
#pragma once

#include "base/buffer.h"
#include "detect/intake/intake.h"
#include "format/window.h"

struct evtx_reader;

enum evtx_result {
	EVTX_END,
	EVTX_EVENT,
	EVTX_DAMAGED, /* something there cannot be read; the next call goes on behind it */
};

/* 0 or -ENOMEM.  ${intake} must outlive it. */
int evtx_reader_create(struct intake *intake, struct evtx_reader **out) MUST_USE;
void evtx_reader_free(struct evtx_reader *reader);

/* Begin with a stream; nothing is read yet. */
void evtx_reader_start(struct evtx_reader *reader, window_read *read, void *user);

/*
 * evtx_reader_resume(reader, read, user, number, offset, is_dirty):
 * Begin with what a stream has behind its header, from chunk ${number} at ${offset} on;
 * ${is_dirty}: what the header says of the log.
 */
void evtx_reader_resume(struct evtx_reader *reader, window_read *read, void *user,
			uint32_t number, uint64_t offset, bool is_dirty);

/*
 * evtx_reader_carve(reader):
 * From the next stream on, also look for records where none should be: behind the last one of
 * a chunk, between damaged ones, and in blocks that are no chunk.  They come behind the others
 * of their block; those that are damaged, and copies of one that has come (the same id, written
 * at the same time; of those the last 500,000 at least are known) are passed over.  0 or
 * -ENOMEM.
 */
int evtx_reader_carve(struct evtx_reader *reader) MUST_USE;

/* Whether the event at hand was found so. */
bool evtx_reader_is_carved(const struct evtx_reader *reader);

/* Chunks in which something was damaged, since the reader was made. */
uint64_t evtx_reader_damaged_chunks(const struct evtx_reader *reader);

/*
 * What was found so, since the reader was made, and passed over for it cannot be read any more:
 * nearly always because other records stand where its template stood.
 */
uint64_t evtx_reader_lost_records(const struct evtx_reader *reader);

/*
 * evtx_reader_next(reader, event, why):
 * The next event, as its JSON would give it; it is valid until the next call.  A record that
 * is damaged gives the event that can be read of it, if any, and then DAMAGED.  For DAMAGED
 * ${why} has chunk, record and reason, its file and line left alone.  Returns an enum
 * evtx_result, or negative errno where the stream can't be read, or memory is out.
 */
int evtx_reader_next(struct evtx_reader *reader, struct event *event,
		     struct why *why) MUST_USE;

/* Of the event at hand: the shape, the record's id, and its offset in the stream. */
enum intake_shape evtx_reader_shape(const struct evtx_reader *reader);
uint64_t evtx_reader_record(const struct evtx_reader *reader);
uint64_t evtx_reader_offset(const struct evtx_reader *reader);

/* Append the event at hand as JSON on one line: docs/formats/evtx.md. */
void evtx_reader_json(struct evtx_reader *reader, struct buffer *out);
