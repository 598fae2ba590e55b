/* SPDX-License-Identifier: Apache-2.0 */
/* A stretch of bytes that somebody else owns; text in it is UTF-8 unless said otherwise. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct text {
	const char *at; /* not NUL-terminated; may be NULL where size is 0 */
	size_t size;    /* bytes */
};

/* A text made of a string literal. */
#define TEXT(literal) ((struct text){ .at = "" literal, .size = sizeof(literal) - 1 })

static inline struct text text_of(const char *string)
{
	return (struct text){ .at = string, .size = string ? strlen(string) : 0 };
}

static inline bool text_is(struct text a, struct text b)
{
	return a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0);
}

static inline bool text_starts(struct text a, struct text with)
{
	return a.size >= with.size &&
	       (with.size == 0 || memcmp(a.at, with.at, with.size) == 0);
}

static inline bool text_ends(struct text a, struct text with)
{
	return a.size >= with.size && (with.size == 0 || memcmp(a.at + a.size - with.size,
								with.at, with.size) == 0);
}

/* The part of ${a} from byte ${from} (at most its end) for ${size} bytes (at most to its end). */
static inline struct text text_part(struct text a, size_t from, size_t size)
{
	if (from > a.size)
		from = a.size;
	if (size > a.size - from)
		size = a.size - from;
	return (struct text){ .at = a.at ? a.at + from : NULL, .size = size };
}
