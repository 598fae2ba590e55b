// SPDX-License-Identifier: Apache-2.0
// Passing over what cannot matter to a regex, sixteen bytes at a time.
#include "model/regex_format.h"

#ifdef __SSSE3__
#include <tmmintrin.h>
#endif

static bool leaves(const struct regex_skip *skip, uint8_t byte)
{
	return byte < 0x80 ? regex_skip_has(skip->leave, byte) : skip->wide;
}

static bool follows(const struct regex_skip *skip, uint8_t byte)
{
	return byte < 0x80 ? regex_skip_has(skip->follow, byte) : skip->wide_follow;
}

const uint8_t *regex_skip_run_plain(const struct regex_skip *skip, const uint8_t *at,
				    const uint8_t *end)
{
	for (; at < end; at++)
		if (leaves(skip, *at) && (at + 1 == end || follows(skip, at[1])))
			break;
	return at;
}

#ifdef __SSSE3__
/* One bit for each of 16 bytes: it is in ${bits}, or from 0x80 on and so is ${wide}. */
static inline unsigned in_set(__m128i bytes, __m128i bits, unsigned wide)
{
	const __m128i power =
		_mm_setr_epi8(1, 2, 4, 8, 16, 32, 64, (char)128, 0, 0, 0, 0, 0, 0, 0, 0);
	const __m128i nibble = _mm_set1_epi8(15);
	__m128i low = _mm_and_si128(bytes, nibble);
	__m128i high = _mm_and_si128(_mm_srli_epi16(bytes, 4), nibble);
	__m128i both =
		_mm_and_si128(_mm_shuffle_epi8(bits, low), _mm_shuffle_epi8(power, high));
	__m128i none = _mm_cmpeq_epi8(both, _mm_setzero_si128());

	return (~(unsigned)_mm_movemask_epi8(none) & 0xffff) |
	       ((unsigned)_mm_movemask_epi8(bytes) & wide);
}

static inline __m128i load(const uint8_t *at)
{
	return _mm_loadu_si128((const __m128i *)(const void *)at);
}

const uint8_t *regex_skip_run(const struct regex_skip *skip, const uint8_t *at,
			      const uint8_t *end)
{
	const __m128i leave = load(skip->leave), follow = load(skip->follow);
	const unsigned wide = skip->wide ? 0xffff : 0,
		       wide_follow = skip->wide_follow ? 0xffff : 0;
	uint8_t tail[32] = { 0 };
	unsigned stop, left;

	for (; end - at > 16; at += 16) {
		stop = in_set(load(at), leave, wide) &
		       in_set(load(at + 1), follow, wide_follow);
		if (stop)
			return at + __builtin_ctz(stop);
	}
	left = (unsigned)(end - at);
	if (!left)
		return at;
	memcpy(tail, at, left);
	/* What may follow the last byte is not known. */
	stop = in_set(load(tail), leave, wide) &
	       (in_set(load(tail + 1), follow, wide_follow) | 1u << (left - 1));
	stop &= (1u << left) - 1;
	return stop ? at + __builtin_ctz(stop) : end;
}
#else
const uint8_t *regex_skip_run(const struct regex_skip *skip, const uint8_t *at,
			      const uint8_t *end)
{
	return regex_skip_run_plain(skip, at, end);
}
#endif
