// SPDX-License-Identifier: Apache-2.0
// A stream of JSON documents: one a line, over many lines, or the elements of one array.
#include "format/json_stream.h"

#include <errno.h>

#include "base/fold.h"

struct json_stream {
	struct window window;
	struct json_document document;
	struct json_node *nodes;
	uint64_t line;        /* the line at the front of the window, from 1 */
	uint64_t line_start;  /* where that line begins in the stream */
	uint64_t begins_line; /* of the document */
	size_t indent; /* white space between its line's start and it; 0: also something else */
	bool alone; /* only white space stands before the front of the window in its line */
	bool in_array;
	bool rests; /* more is asked for between two documents */
};

int json_stream_create(struct json_stream **out)
{
	AUTO(free) struct json_stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return -ENOMEM;
	stream->nodes = malloc(JSON_NODES_MAX * sizeof(*stream->nodes));
	if (!stream->nodes)
		return -ENOMEM;
	*out = TAKE(stream);
	return 0;
}

void json_stream_free(struct json_stream *stream)
{
	if (!stream)
		return;
	window_done(&stream->window);
	free(stream->nodes);
	free(stream);
}

void json_stream_start(struct json_stream *stream, window_read *read, void *user)
{
	window_start(&stream->window, read, user);
	stream->document = (struct json_document){ .nodes = stream->nodes,
						   .capacity = JSON_NODES_MAX };
	stream->line = 1;
	stream->line_start = 0;
	stream->alone = true;
	stream->in_array = false;
}

void json_stream_resume(struct json_stream *stream, const struct json_stream_place *place,
			window_read *read, void *user)
{
	json_stream_start(stream, read, user);
	stream->window.offset = stream->line_start = place->offset;
	stream->line = place->line;
	stream->in_array = place->in_array;
}

bool json_stream_rests(const struct json_stream *stream, bool in_array)
{
	return stream->rests && stream->in_array == in_array;
}

static uint64_t here(const struct json_stream *stream)
{
	return stream->window.offset + stream->window.from;
}

static void new_line(struct json_stream *stream)
{
	stream->line++;
	stream->line_start = here(stream);
	stream->alone = true;
}

/* 1 where a byte is at the front of the window, 0 at the end of the input, or negative errno. */
static int fill(struct json_stream *stream)
{
	struct window *w = &stream->window;
	int r;

	if (w->from < w->end)
		return 1;
	if (w->ended)
		return 0;
	r = window_more(w);
	return r ? r : w->from < w->end;
}

/* The same between two documents. */
static int fill_at_rest(struct json_stream *stream)
{
	int r;

	stream->rests = true;
	r = fill(stream);
	stream->rests = false;
	return r;
}

/* Go behind the end of the line. */
static int skip_line(struct json_stream *stream)
{
	struct window *w = &stream->window;
	int r;

	while ((r = fill(stream)) > 0) {
		const char *newline = memchr(w->at + w->from, '\n', w->end - w->from);

		if (newline) {
			w->from = (size_t)(newline - w->at) + 1;
			new_line(stream);
			return 0;
		}
		w->from = w->end;
	}
	return r;
}

/* Does the line at the front have a '{' behind ${indent} white space? */
static int begins_alike(struct json_stream *stream, size_t indent)
{
	struct window *w = &stream->window;
	int r;

	while (w->end - w->from <= indent && !w->ended) {
		r = window_more(w);
		if (r)
			return r;
	}
	if (w->end - w->from <= indent || w->at[w->from + indent] != '{')
		return 0;
	for (size_t i = 0; i < indent; i++)
		if (w->at[w->from + i] != ' ' && w->at[w->from + i] != '\t')
			return 0;
	return 1;
}

/*
 * Go behind a broken document.  A fault in the line where the document began costs that line:
 * one document a line is what most files have.  A fault further down means that it has many
 * lines: then all is skipped up to a line that begins as it did.
 */
static int skip_broken(struct json_stream *stream, bool one_line)
{
	int r = skip_line(stream);

	while (r == 0 && !one_line) {
		r = fill(stream);
		if (r <= 0)
			return r;
		r = begins_alike(stream, stream->indent);
		if (r)
			return r < 0 ? r : 0;
		r = skip_line(stream);
	}
	return r;
}

/* Characters in ${size} bytes. */
static unsigned characters(const char *at, size_t size)
{
	unsigned count = 0;
	uint32_t point;

	for (size_t i = 0; i < size; count++)
		i += utf8_read(at + i, size - i, &point);
	return count;
}

/* Say where ${at} is, counted from the front of the window, what stands there, what should. */
static void explain(const struct json_stream *stream, size_t at, const char *expected,
		    struct why *why)
{
	const struct window *w = &stream->window;
	const char *text = w->at + w->from, *start = text;
	uint64_t line = stream->line, before = here(stream) - stream->line_start;
	unsigned column;

	for (const char *p = text; p < text + at; p++)
		if (*p == '\n') {
			line++;
			start = p + 1;
			before = 0;
		}
	/* What was before the window in this line counts in bytes. */
	if (before <= w->from) {
		start -= before;
		before = 0;
	}
	column = (unsigned)before + characters(start, (size_t)(text + at - start)) + 1;
	if (w->from + at >= w->end)
		why_set(why, (unsigned)line, column,
			"found the end of the input, expected %s", expected);
	else if ((unsigned char)text[at] < 0x20 || (unsigned char)text[at] >= 0x7f)
		why_set(why, (unsigned)line, column, "found byte 0x%02x, expected %s",
			(unsigned char)text[at], expected);
	else
		why_set(why, (unsigned)line, column, "found '%c', expected %s", text[at],
			expected);
}

/* Go to what may begin a document: 1 and its first byte, 0 at the end, or negative errno. */
static int find_start(struct json_stream *stream, unsigned char *first)
{
	struct window *w = &stream->window;
	int r;

	while ((r = fill_at_rest(stream)) > 0) {
		unsigned char c = (unsigned char)w->at[w->from];

		*first = c;
		switch (c) {
		case '\n':
			w->from++;
			new_line(stream);
			break;
		case 0x1e: /* before each text of a JSON text sequence (RFC 7464) */
		case ' ':
		case '\t':
		case '\r':
			w->from++;
			break;
		case ',':
		case ']':
			if (!stream->in_array)
				return 1;
			stream->in_array = c == ',';
			stream->alone = false;
			w->from++;
			break;
		case '[':
			if (stream->in_array)
				return 1;
			stream->in_array = true;
			stream->alone = false;
			w->from++;
			break;
		default:
			return 1;
		}
	}
	return r;
}

/* Skip the byte order mark that some tools put in front. */
static int skip_mark(struct json_stream *stream)
{
	struct window *w = &stream->window;
	int r = 0;

	while (r == 0 && w->end - w->from < 3 && !w->ended)
		r = window_more(w);
	if (r == 0 && w->end - w->from >= 3 &&
	    memcmp(w->at + w->from, "\xef\xbb\xbf", 3) == 0) {
		w->from += 3;
		stream->line_start = here(stream);
	}
	return r;
}

/* Parse what is at the front of the window, reading on as long as that takes. */
static int parse(struct json_stream *stream, struct why *why)
{
	struct json_document *d = &stream->document;
	struct window *w = &stream->window;
	struct json_fault fault = { 0 };
	enum json_result result;
	bool one_line;
	int r;

	for (;;) {
		d->base = w->at + w->from;
		d->size = w->end - w->from;
		d->last = w->ended;
		d->room_at = (uint32_t)(w->capacity + WINDOW_PADDING - w->from);
		d->room_size = (uint32_t)(w->capacity + WINDOW_PADDING);
		result = json_parse(d, &fault);
		if (result != JSON_E_MORE)
			break;
		r = window_more(w);
		if (r)
			return r;
	}
	if (result == JSON_DONE)
		return JSON_STREAM_DOCUMENT;
	explain(stream, fault.at, fault.expected, why);
	one_line = !memchr(d->base, '\n', fault.at);
	d->used = 0;
	r = skip_broken(stream, one_line);
	return r ? r : JSON_STREAM_BAD;
}

/* Step over the document that was handed out last. */
static void consume(struct json_stream *stream)
{
	struct json_document *d = &stream->document;
	struct window *w = &stream->window;
	const char *newline;

	if (!d->used)
		return;
	if (d->lines) {
		newline = memrchr(d->base, '\n', d->used);
		stream->line += d->lines;
		stream->line_start = here(stream) + (size_t)(newline - d->base) + 1;
	}
	stream->alone = false;
	w->from += d->used;
	d->used = 0;
}

int json_stream_next(struct json_stream *stream, struct why *why)
{
	unsigned char first = 0;
	int r;

	consume(stream);
	if (here(stream) == 0) {
		r = skip_mark(stream);
		if (r)
			return r;
	}
	r = find_start(stream, &first);
	if (r <= 0)
		return r < 0 ? r : JSON_STREAM_END;
	stream->begins_line = stream->line;
	stream->indent = stream->alone ? (size_t)(here(stream) - stream->line_start) : 0;
	if (first == '{' || first == '[')
		return parse(stream, why);
	explain(stream, 0, stream->in_array ? "'{', ',' or ']'" : "'{' or '['", why);
	r = skip_line(stream);
	return r ? r : JSON_STREAM_BAD;
}

const struct json_document *json_stream_document(const struct json_stream *stream)
{
	return &stream->document;
}

uint64_t json_stream_line(const struct json_stream *stream)
{
	return stream->begins_line;
}

uint64_t json_stream_offset(const struct json_stream *stream)
{
	return here(stream);
}
