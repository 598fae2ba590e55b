// SPDX-License-Identifier: Apache-2.0
// A buffer that slides over a stream: what is not consumed yet stays in one piece.
#include "format/window.h"

#include <errno.h>

void window_start(struct window *window, window_read *read, void *user)
{
	window->from = window->end = 0;
	window->offset = 0;
	window->ended = false;
	window->read = read;
	window->user = user;
}

void window_done(struct window *window)
{
	free(window->at);
	*window = (struct window){ 0 };
}

/* Make room for ${capacity} bytes, with the unread ones at the front. */
static int grow(struct window *window, size_t capacity)
{
	/* Zeroed: readers look at the padding, and what they see must not depend on chance. */
	char *at = calloc(2, capacity + WINDOW_PADDING);

	if (!at)
		return -ENOMEM;
	if (window->end > window->from)
		memcpy(at, window->at + window->from, window->end - window->from);
	free(window->at);
	window->at = at;
	window->capacity = capacity;
	return 0;
}

int window_more(struct window *window)
{
	size_t unread = window->end - window->from, wanted = unread ? 2 * unread : 1;
	size_t capacity = window->capacity ? window->capacity : WINDOW_SIZE_MIN;
	ssize_t got;
	int r;

	if (unread == WINDOW_SIZE_MAX)
		return -E2BIG;
	if (wanted > WINDOW_SIZE_MAX)
		wanted = WINDOW_SIZE_MAX;
	while (capacity < wanted)
		capacity =
			2 * capacity < WINDOW_SIZE_MAX ? 2 * capacity : WINDOW_SIZE_MAX;
	if (capacity != window->capacity) {
		r = grow(window, capacity);
		if (r)
			return r;
	} else if (unread) {
		memmove(window->at, window->at + window->from, unread);
	}
	window->offset += window->from;
	window->from = 0;
	window->end = unread;
	while (window->end < wanted && !window->ended) {
		got = window->read(window->user, window->at + window->end,
				   window->capacity - window->end);
		/* What came before is read first; the stream will say so again. */
		if (got < 0 && window->end > unread)
			break;
		if (got == WINDOW_PAUSE)
			continue;
		if (got < 0)
			return (int)got;
		window->ended = got == 0;
		window->end += (size_t)got;
	}
	window->at[window->end] = 0;
	return 0;
}
