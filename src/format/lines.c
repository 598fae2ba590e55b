// SPDX-License-Identifier: Apache-2.0
// A stream of text -> its lines.
#include "format/lines.h"

#include <errno.h>

void lines_start(struct lines *lines, window_read *read, void *user)
{
	window_start(&lines->window, read, user);
	lines->line = (struct text){ 0 };
	lines->number = lines->offset = 0;
}

void lines_resume(struct lines *lines, uint64_t number, uint64_t offset,
		  window_read *read, void *user)
{
	lines_start(lines, read, user);
	lines->number = number - 1;
	lines->window.offset = offset;
}

void lines_done(struct lines *lines)
{
	window_done(&lines->window);
}

/* Drop a line that is too long, up to its end. */
static int skip_long(struct lines *lines)
{
	struct window *w = &lines->window;
	const char *newline = NULL;
	int r;

	do {
		w->from = w->end;
		r = window_more(w);
		if (r)
			return r;
		newline = memchr(w->at + w->from, '\n', w->end - w->from);
	} while (!newline && !w->ended);
	w->from = newline ? (size_t)(newline - w->at) + 1 : w->end;
	lines->number++;
	return LINES_LONG;
}

int lines_next(struct lines *lines)
{
	struct window *w = &lines->window;
	size_t searched = 0;

	for (;;) {
		/* Nothing is there before anything was read. */
		struct text unread = w->at ? window_unread(w) : (struct text){ 0 };
		const char *newline = NULL;
		size_t size = unread.size;
		int r;

		if (size > searched)
			newline = memchr(unread.at + searched, '\n', size - searched);
		if (newline || (w->ended && size)) {
			if (newline)
				size = (size_t)(newline - unread.at);
			lines->number++;
			lines->offset = w->offset + w->from;
			w->from += size + (newline != NULL);
			searched = 0;
			lines->line = text_part(unread, 0, size);
			if (size && lines->line.at[size - 1] == '\r')
				lines->line.size--;
			if (lines->line.size)
				return LINES_LINE;
			continue;
		}
		if (w->ended)
			return LINES_END;
		searched = size;
		lines->rests = size == 0;
		r = window_more(w);
		if (r == -E2BIG)
			return skip_long(lines);
		if (r)
			return r;
	}
}
