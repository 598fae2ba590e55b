/* SPDX-License-Identifier: Apache-2.0 */
/* Sixty-four bytes of JSON at a time: where quotes, backslashes and control bytes stand. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define JSON_BLOCK  64 /* bytes looked at in one go; one bit each in the masks */
#define JSON_STRIDE 16 /* bytes that the unescaper copies in one go */

struct json_masks {
	uint64_t quotes;      /* '"' */
	uint64_t backslashes; /* '\\' */
	uint64_t controls;    /* below 0x20: never allowed inside a text */
};

/* Both twins: the masks of the JSON_BLOCK bytes at ${at}; bit 0 is the first byte. */
static inline struct json_masks json_masks_plain(const char *at)
{
	struct json_masks masks = { 0 };

	for (unsigned i = 0; i < JSON_BLOCK; i++) {
		unsigned char c = (unsigned char)at[i];

		masks.quotes |= (uint64_t)(c == '"') << i;
		masks.backslashes |= (uint64_t)(c == '\\') << i;
		masks.controls |= (uint64_t)(c < 0x20) << i;
	}
	return masks;
}

/*
 * Both twins: copy JSON_STRIDE bytes and tell which of them end a plain run: a quote, a backslash
 * or a control byte.
 */
static inline unsigned json_copy_plain(char *to, const char *from)
{
	unsigned stops = 0;

	memcpy(to, from, JSON_STRIDE);
	for (unsigned i = 0; i < JSON_STRIDE; i++) {
		unsigned char c = (unsigned char)from[i];

		stops |= (unsigned)(c == '"' || c == '\\' || c < 0x20) << i;
	}
	return stops;
}

#if defined(__SSE2__)
/* Sixteen bytes' worth of each mask, moved to where they stand in the block. */
static inline void json_masks_add(const char *at, unsigned shift,
				  struct json_masks *masks)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(at + shift));
	__m128i quotes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
	__m128i backslashes = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
	__m128i controls =
		_mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);

	masks->quotes |= (uint64_t)(unsigned)_mm_movemask_epi8(quotes) << shift;
	masks->backslashes |= (uint64_t)(unsigned)_mm_movemask_epi8(backslashes) << shift;
	masks->controls |= (uint64_t)(unsigned)_mm_movemask_epi8(controls) << shift;
}

static inline struct json_masks json_masks_sse2(const char *at)
{
	struct json_masks masks = { 0 };

	json_masks_add(at, 0, &masks);
	json_masks_add(at, 16, &masks);
	json_masks_add(at, 32, &masks);
	json_masks_add(at, 48, &masks);
	return masks;
}

static inline unsigned json_copy_sse2(char *to, const char *from)
{
	__m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)from);
	__m128i marks = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')),
				     _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')));
	__m128i controls =
		_mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes);

	_mm_storeu_si128((__m128i *)(void *)to, bytes);
	return (unsigned)_mm_movemask_epi8(_mm_or_si128(marks, controls));
}

#define json_look json_masks_sse2
#define json_copy json_copy_sse2
#else
#define json_look json_masks_plain
#define json_copy json_copy_plain
#endif
