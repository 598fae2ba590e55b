/* SPDX-License-Identifier: Apache-2.0 */
/* A buffer that slides over a stream: what is not consumed yet stays in one piece. */
#pragma once

#include <sys/types.h>

#include "base/auto.h"
#include "base/text.h"

#define WINDOW_SIZE_MIN (256u << 10)
#define WINDOW_SIZE_MAX ((16u << 20) + (64u << 10)) /* unread bytes that it can hold */
#define WINDOW_PADDING  64 /* readable bytes behind the unread ones; the first is NUL */

/*
 * Read up to ${size} bytes: their number, 0 at the end, or negative errno; or, once at a place,
 * WINDOW_PAUSE: more than what is there should be asked for only if that is not enough.
 */
#define WINDOW_PAUSE (-1000000)
typedef ssize_t window_read(void *user, char *at, size_t size);

struct window {
	char *at; /* capacity bytes, padding, capacity bytes of room, padding */
	size_t capacity;
	size_t from, end; /* the unread bytes */
	uint64_t offset;  /* where at[0] stands in the stream */
	bool ended;       /* the stream gave all it has */
	window_read *read;
	void *user;
};

/* Start over with another stream; keeps the memory.  A zeroed window is an empty one. */
void window_start(struct window *window, window_read *read, void *user);
void window_done(struct window *window);

/*
 * window_more(window):
 * Read on: at least one byte, and until the unread bytes have doubled, so that a reader that
 * begins anew each time does so a logarithmic number of times.  Moves what is unread.  Returns 0
 * (look at ${ended}), -E2BIG where WINDOW_SIZE_MAX bytes are unread, -ENOMEM, or what the
 * stream said.
 */
int window_more(struct window *window) MUST_USE;

static inline struct text window_unread(const struct window *window)
{
	return (struct text){ .at = window->at + window->from,
			      .size = window->end - window->from };
}
