/* SPDX-License-Identifier: Apache-2.0 */
/* A growing run of bytes with a ceiling given at creation. */
#pragma once

#include "base/auto.h"
#include "base/text.h"

struct buffer {
	char *at;
	size_t size;     /* bytes used */
	size_t capacity; /* bytes allocated */
	size_t limit;    /* bytes it may grow to */
	bool failed; /* something did not fit or memory ran out; the rest was dropped */
};

/*
 * buffer_init(buffer, limit):
 * Make ${buffer} empty; it may grow to ${limit} bytes.  Nothing is allocated yet.
 */
void buffer_init(struct buffer *buffer, size_t limit);

/* Free what it holds; as after buffer_init with the same limit.  Accepts zeroes. */
void buffer_done(struct buffer *buffer);

/* Forget the content, keep the memory; clears ${failed}. */
void buffer_clear(struct buffer *buffer);

/*
 * buffer_need(buffer, more):
 * See to it that ${more} further bytes fit.  Returns 0, -ENOMEM, or -E2BIG at the limit (and
 * sets ${failed}); the content is unchanged in every case.
 */
int buffer_need(struct buffer *buffer, size_t more) MUST_USE;

/*
 * buffer_add(buffer, bytes, size), buffer_text, buffer_string, buffer_char, buffer_format:
 * Append.  What does not fit is dropped whole and sets ${failed}; so a chain of appends is
 * checked once, at its end.
 */
void buffer_add(struct buffer *buffer, const void *bytes, size_t size);
void buffer_text(struct buffer *buffer, struct text text);
void buffer_string(struct buffer *buffer, const char *string);
void buffer_char(struct buffer *buffer, char c);
void buffer_format(struct buffer *buffer, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static inline struct text buffer_view(const struct buffer *buffer)
{
	return (struct text){ .at = buffer->at, .size = buffer->size };
}

static inline void auto_buffer(struct buffer *buffer)
{
	buffer_done(buffer);
}
