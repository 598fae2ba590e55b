/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of text -> its lines. */
#pragma once

#include "format/window.h"

struct lines {
	struct window window;
	struct text line; /* without its end; LINES_PADDING readable bytes follow */
	uint64_t number, offset; /* of the line: from 1, and in bytes of the stream */
	bool rests;              /* more is asked for between two lines */
};

#define LINES_PADDING 64

enum lines_result {
	LINES_END,
	LINES_LINE,
	LINES_LONG, /* a line beyond WINDOW_SIZE_MAX was dropped; ${number} says which */
};

/* Begin with a stream; keeps the memory.  Zeroes are lines that can be started or done. */
void lines_start(struct lines *lines, window_read *read, void *user);
void lines_done(struct lines *lines);

/* Begin in the middle of a stream: at line ${number}, from 1, which is at ${offset}. */
void lines_resume(struct lines *lines, uint64_t number, uint64_t offset,
		  window_read *read, void *user);

/*
 * lines_next(lines):
 * Go to the next line that is not empty; ends are a newline, with or without a carriage return.
 * It is valid until the next call.  An enum lines_result, or negative errno where the stream
 * can't be read or memory is out.
 */
int lines_next(struct lines *lines) MUST_USE;

/*
 * The room that belongs to the line: writable bytes in the same allocation, behind it, as many
 * as the window has at least.
 */
static inline char *lines_room(const struct lines *lines)
{
	return lines->window.at + lines->window.capacity + WINDOW_PADDING;
}
