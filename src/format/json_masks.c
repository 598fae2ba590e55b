// SPDX-License-Identifier: Apache-2.0
// Where quotes, backslashes and control bytes stand: three times the same, for three machines.
#include "format/json_masks.h"

#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

void json_masks_plain(const char *at, unsigned count, struct json_masks *out)
{
	for (; count; count--, at += JSON_BLOCK, out++) {
		*out = (struct json_masks){ 0 };
		for (unsigned i = 0; i < JSON_BLOCK; i++) {
			unsigned char c = (unsigned char)at[i];

			out->quotes |= (uint64_t)(c == '"') << i;
			out->backslashes |= (uint64_t)(c == '\\') << i;
			out->controls |= (uint64_t)(c < 0x20) << i;
			out->others |= (uint64_t)(c >= 0x80) << i;
			out->letters |= (uint64_t)(c && strchr("\"\\bfnrt", c)) << i;
		}
	}
}

#if defined(__x86_64__)
/*
 * A byte is a letter if its low and its high four bits have a bit of these tables in common.  A
 * shuffle gives 0 for bytes of 0x80 and above.
 */
#define LOW  0, 0, 1 | 4 | 8, 0, 8, 0, 4, 0, 0, 0, 0, 0, 2, 0, 4, 0
#define HIGH 0, 0, 1, 0, 0, 2, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0

static inline __m128i no_letters16(__m128i x)
{
	__m128i low = _mm_shuffle_epi8(_mm_setr_epi8(LOW), x);
	__m128i high =
		_mm_shuffle_epi8(_mm_setr_epi8(HIGH),
				 _mm_and_si128(_mm_srli_epi16(x, 4), _mm_set1_epi8(15)));

	return _mm_cmpeq_epi8(_mm_and_si128(low, high), _mm_setzero_si128());
}

static inline uint64_t bits16(__m128i bytes, unsigned shift)
{
	return (uint64_t)(unsigned)_mm_movemask_epi8(bytes) << shift;
}

void json_masks_ssse3(const char *at, unsigned count, struct json_masks *out)
{
	const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
	const __m128i last_control = _mm_set1_epi8(0x1f);

	for (; count; count--, at += JSON_BLOCK, out++) {
		struct json_masks masks = { 0 };

		for (unsigned i = 0; i < JSON_BLOCK; i += 16) {
			__m128i x =
				_mm_loadu_si128((const __m128i *)(const void *)(at + i));

			masks.quotes |= bits16(_mm_cmpeq_epi8(x, quote), i);
			masks.backslashes |= bits16(_mm_cmpeq_epi8(x, backslash), i);
			masks.controls |= bits16(
				_mm_cmpeq_epi8(_mm_min_epu8(x, last_control), x), i);
			masks.others |= bits16(x, i);
			masks.letters |= bits16(no_letters16(x), i);
		}
		masks.letters = ~masks.letters;
		*out = masks;
	}
}

#define AVX2 __attribute__((target("avx2")))

AVX2 static inline uint64_t bits32(__m256i low, __m256i high)
{
	return (uint32_t)_mm256_movemask_epi8(low) |
	       (uint64_t)(uint32_t)_mm256_movemask_epi8(high) << 32;
}

AVX2 static inline __m256i no_letters32(__m256i x)
{
	__m256i low = _mm256_shuffle_epi8(_mm256_setr_epi8(LOW, LOW), x);
	__m256i high = _mm256_shuffle_epi8(
		_mm256_setr_epi8(HIGH, HIGH),
		_mm256_and_si256(_mm256_srli_epi16(x, 4), _mm256_set1_epi8(15)));

	return _mm256_cmpeq_epi8(_mm256_and_si256(low, high), _mm256_setzero_si256());
}

AVX2 void json_masks_avx2(const char *at, unsigned count, struct json_masks *out)
{
	const __m256i quote = _mm256_set1_epi8('"'), backslash = _mm256_set1_epi8('\\');
	const __m256i last_control = _mm256_set1_epi8(0x1f);

	for (; count; count--, at += JSON_BLOCK, out++) {
		__m256i x = _mm256_loadu_si256((const __m256i *)(const void *)at);
		__m256i y = _mm256_loadu_si256((const __m256i *)(const void *)(at + 32));

		out->quotes =
			bits32(_mm256_cmpeq_epi8(x, quote), _mm256_cmpeq_epi8(y, quote));
		out->backslashes = bits32(_mm256_cmpeq_epi8(x, backslash),
					  _mm256_cmpeq_epi8(y, backslash));
		out->controls =
			bits32(_mm256_cmpeq_epi8(_mm256_min_epu8(x, last_control), x),
			       _mm256_cmpeq_epi8(_mm256_min_epu8(y, last_control), y));
		out->others = bits32(x, y);
		out->letters = ~bits32(no_letters32(x), no_letters32(y));
	}
}

json_look *json_masks_best(void)
{
	return __builtin_cpu_supports("avx2") ? json_masks_avx2 : json_masks_ssse3;
}
#else
json_look *json_masks_best(void)
{
	return json_masks_plain;
}
#endif
