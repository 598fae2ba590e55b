/* SPDX-License-Identifier: Apache-2.0 */
/* A stream that is a text log -> its events: audit records, syslog lines, web server logs. */
#pragma once

#include "base/buffer.h"
#include "base/why.h"
#include "detect/intake/intake.h"
#include "format/window.h"

struct text_log;

enum text_log_result {
	TEXT_LOG_END,
	TEXT_LOG_EVENT,
	TEXT_LOG_BAD, /* a line is nothing that is known; the next call goes on behind it */
};

/*
 * text_log_tell(head, at_end):
 * Are these bytes, the first of a stream (all of it if ${at_end}), the beginning of such a log: at
 * least half of their lines?
 */
bool text_log_tell(struct text head, bool at_end);

/* 0 or -ENOMEM.  ${intake} must outlive it. */
int text_log_create(struct intake *intake, struct text_log **out) MUST_USE;
void text_log_free(struct text_log *log);

/*
 * text_log_start(log, read, user, written_ns):
 * Begin with a stream; what was left of the one before is forgotten.  ${written_ns} is when the log
 * was last written to: stamps without a year are of the year before that.
 */
void text_log_start(struct text_log *log, window_read *read, void *user,
		    int64_t written_ns);

/* A part of a stream: where it begins. */
struct text_log_place {
	uint64_t line, offset; /* from 1; in bytes */
};

/* The same in the middle of a stream, at a place that text_log_cut gave. */
void text_log_resume(struct text_log *log, const struct text_log_place *place,
		     window_read *read, void *user, int64_t written_ns);

/*
 * text_log_cut(bytes):
 * How many of these bytes, which are not the stream's last, are a part that can be read on its own,
 * if text_log_rests at its end; 0: none.
 */
size_t text_log_cut(struct text bytes);

/* Only for ${read}: whether what was given so far ends with a line, and no event is open. */
bool text_log_rests(const struct text_log *log);

/*
 * text_log_next(log, event, why):
 * The next event, valid until the next call.  For BAD ${why} has line and reason.  An audit event
 * comes when its last record is known to have been read.  A line that begins with white space goes
 * on with the program of the line before, as an event of its own.  An enum text_log_result, or
 * negative errno where the stream can't be read or memory is out.
 */
int text_log_next(struct text_log *log, struct event *event, struct why *why) MUST_USE;

/* Of the event at hand: its shape, and where it begins. */
enum intake_shape text_log_shape(const struct text_log *log);
uint64_t text_log_line(const struct text_log *log);
uint64_t text_log_offset(const struct text_log *log);

/* Append the event at hand as JSON on one line: docs/formats/text.md. */
void text_log_json(const struct text_log *log, struct buffer *out);
