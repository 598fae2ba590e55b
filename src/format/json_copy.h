/* SPDX-License-Identifier: Apache-2.0 */
/* Copying the inside of a JSON text up to what is special in it. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#define JSON_STRIDE 16 /* bytes that the unescaper copies in one go */

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

#define json_copy json_copy_sse2
#else
#define json_copy json_copy_plain
#endif
