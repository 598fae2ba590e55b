// SPDX-License-Identifier: Apache-2.0
// Unicode simple case folding (CaseFolding.txt, status C and S), on UTF-8.
#include "base/fold.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

struct fold_run {
	uint32_t first, last;
	int32_t stride, distance;
};

#include "base/fold_table.h"

#define FOLD_RUNS (sizeof(fold_runs) / sizeof(fold_runs[0]))

uint32_t fold_point(uint32_t point)
{
	size_t low = 0, high = FOLD_RUNS;

	if (point < 0x80)
		return point - 'A' < 26u ? point + 32 : point;
	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct fold_run *run = &fold_runs[middle];

		if (point < run->first)
			high = middle;
		else if (point > run->last)
			low = middle + 1;
		else if (run->stride == 2 && ((point - run->first) & 1))
			return point;
		else
			return (uint32_t)((int32_t)point + run->distance);
	}
	return point;
}

/* Whether the ${size} bytes of ${needle} stand in ${text}; the first is rare. */
static bool holds(struct text text, const char *needle, size_t size)
{
	while (text.size >= size) {
		const char *found = memchr(text.at, needle[0], text.size - size + 1);

		if (!found)
			return false;
		if (memcmp(found, needle, size) == 0)
			return true;
		text = text_part(text, (size_t)(found - text.at) + 1, SIZE_MAX);
	}
	return false;
}

bool text_keeps_ascii(struct text text)
{
	return text_is_ascii(text) ||
	       (!holds(text, "\xc5\xbf", 2) && !holds(text, "\xe2\x84\xaa", 3));
}

static bool utf8_tail(const char *at, size_t count)
{
	for (size_t i = 1; i <= count; i++)
		if (((uint8_t)at[i] & 0xc0) != 0x80)
			return false;
	return true;
}

size_t utf8_read(const char *at, size_t size, uint32_t *point)
{
	const uint8_t *byte = (const uint8_t *)at;
	uint32_t value;

	*point = byte[0] < 0x80 ? byte[0] : 0xdc00u + byte[0];
	if (byte[0] < 0xc2 || byte[0] > 0xf4)
		return 1;
	if (byte[0] < 0xe0) {
		if (size < 2 || !utf8_tail(at, 1))
			return 1;
		*point = (byte[0] & 0x1fu) << 6 | (byte[1] & 0x3fu);
		return 2;
	}
	if (byte[0] < 0xf0) {
		if (size < 3 || !utf8_tail(at, 2))
			return 1;
		value = (byte[0] & 0x0fu) << 12 | (byte[1] & 0x3fu) << 6 |
			(byte[2] & 0x3fu);
		if (value < 0x800 || (value >= 0xd800 && value < 0xe000))
			return 1;
		*point = value;
		return 3;
	}
	if (size < 4 || !utf8_tail(at, 3))
		return 1;
	value = (byte[0] & 0x07u) << 18 | (byte[1] & 0x3fu) << 12 |
		(byte[2] & 0x3fu) << 6 | (byte[3] & 0x3fu);
	if (value < 0x10000 || value > 0x10ffff)
		return 1;
	*point = value;
	return 4;
}

size_t utf8_write(uint32_t point, char *out)
{
	if (point < 0x80) {
		out[0] = (char)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (char)(0xc0 | point >> 6);
		out[1] = (char)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (char)(0xe0 | point >> 12);
		out[1] = (char)(0x80 | (point >> 6 & 0x3f));
		out[2] = (char)(0x80 | (point & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | point >> 18);
	out[1] = (char)(0x80 | (point >> 12 & 0x3f));
	out[2] = (char)(0x80 | (point >> 6 & 0x3f));
	out[3] = (char)(0x80 | (point & 0x3f));
	return 4;
}

/* Fold one character; ${*from} and ${*to} move past it. */
static inline void fold_one(const char *in, size_t size, size_t *from, char *out,
			    size_t *to)
{
	uint32_t point;
	size_t length;

	if ((uint8_t)in[*from] < 0x80) {
		out[(*to)++] = (char)fold_point((uint8_t)in[(*from)++]);
		return;
	}
	length = utf8_read(in + *from, size - *from, &point);
	if (length == 1)
		out[(*to)++] = in[*from];
	else
		*to += utf8_write(fold_point(point), out + *to);
	*from += length;
}

size_t fold_text_plain(const char *in, size_t size, char *out)
{
	size_t from = 0, to = 0;

	while (from < size)
		fold_one(in, size, &from, out, &to);
	return to;
}

#ifdef __SSE2__
/* The block with its ASCII capitals made small. */
static inline __m128i fold_block(__m128i block)
{
	__m128i upper = _mm_and_si128(_mm_cmpgt_epi8(block, _mm_set1_epi8('A' - 1)),
				      _mm_cmplt_epi8(block, _mm_set1_epi8('Z' + 1)));

	return _mm_or_si128(block, _mm_and_si128(upper, _mm_set1_epi8(0x20)));
}

/* The last bytes, fewer than a block: copied, so that nothing is read behind them. */
static size_t fold_rest(const char *in, size_t size, char *out)
{
	char rest[16] = { 0 };
	__m128i block;

	if (size == 0 || size > sizeof(rest))
		return fold_text_plain(in, size, out);
	memcpy(rest, in, size);
	block = _mm_loadu_si128((const __m128i *)(const void *)rest);
	if (_mm_movemask_epi8(block))
		return fold_text_plain(in, size, out);
	_mm_storeu_si128((__m128i *)(void *)out, fold_block(block));
	return size;
}

size_t fold_text(const char *in, size_t size, char *out)
{
	size_t from = 0, to = 0;

	if (size == 0)
		return 0; /* where nothing is, ${in} may be NULL */
	while (size - from >= 16) {
		__m128i block =
			_mm_loadu_si128((const __m128i *)(const void *)(in + from));
		int high = _mm_movemask_epi8(block);

		_mm_storeu_si128((__m128i *)(void *)(out + to), fold_block(block));
		if (!high) {
			from += 16;
			to += 16;
			continue;
		}
		/* The store was right up to the first byte that is not ASCII. */
		from += (unsigned)__builtin_ctz((unsigned)high);
		to += (unsigned)__builtin_ctz((unsigned)high);
		while (from < size && (uint8_t)in[from] >= 0x80)
			fold_one(in, size, &from, out, &to);
	}
	return to + fold_rest(in + from, size - from, out + to);
}
#else
size_t fold_text(const char *in, size_t size, char *out)
{
	return fold_text_plain(in, size, out);
}
#endif
