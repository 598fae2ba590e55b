// SPDX-License-Identifier: Apache-2.0
// CRC-32, with carry-less multiplication where the processor has it.
#include "format/crc32.h"

#include <zlib.h>
#ifdef __x86_64__
#include <immintrin.h>
#endif

#define FOLD_SIZE_MIN 64

uint32_t crc32_plain(const uint8_t *at, size_t size, uint32_t before)
{
	return (uint32_t)crc32_z(before, at, size);
}

#ifdef __x86_64__
#define CLMUL __attribute__((target("pclmul,sse4.1")))

/* Powers of x modulo the polynomial, bits reflected: pairs for the two halves of a lane. */
static const uint64_t by_64_bytes[2] = { 0x154442bd4, 0x1c6e41596 };
static const uint64_t by_16_bytes[2] = { 0x1751997d0, 0x0ccaa009e };
static const uint64_t by_8_bytes[2] = { 0x163cd6124, 0 };
static const uint64_t reduction[2] = { 0x1db710641, 0x1f7011641 };

CLMUL static inline __m128i load(const void *at)
{
	return _mm_loadu_si128(at);
}

/* ${lane} moved on by what ${power} stands for, and ${next} there. */
CLMUL static inline __m128i fold(__m128i lane, __m128i power, __m128i next)
{
	__m128i low = _mm_clmulepi64_si128(lane, power, 0x00);
	__m128i high = _mm_clmulepi64_si128(lane, power, 0x11);

	return _mm_xor_si128(_mm_xor_si128(low, high), next);
}

/* 128 bits -> 32, by folding and then Barrett's reduction. */
CLMUL static uint32_t reduce(__m128i lane)
{
	const __m128i low_32 = _mm_setr_epi32(-1, 0, -1, 0);
	__m128i power = load(by_16_bytes), part;

	part = _mm_clmulepi64_si128(lane, power, 0x10);
	lane = _mm_xor_si128(_mm_srli_si128(lane, 8), part);
	part = _mm_srli_si128(lane, 4);
	lane = _mm_clmulepi64_si128(_mm_and_si128(lane, low_32), load(by_8_bytes), 0x00);
	lane = _mm_xor_si128(lane, part);
	power = load(reduction);
	part = _mm_clmulepi64_si128(_mm_and_si128(lane, low_32), power, 0x10);
	part = _mm_clmulepi64_si128(_mm_and_si128(part, low_32), power, 0x00);
	return (uint32_t)_mm_extract_epi32(_mm_xor_si128(lane, part), 1);
}

/*
 * V. Gopal and others, "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ
 * Instruction", Intel 2009: four lanes of 16 bytes at a time.  ${size} is a multiple of 16, at
 * least FOLD_SIZE_MIN.
 */
CLMUL static uint32_t folded(const uint8_t *at, size_t size, uint32_t before)
{
	__m128i lanes[4], power = load(by_64_bytes);

	for (unsigned i = 0; i < 4; i++)
		lanes[i] = load(at + 16 * i);
	lanes[0] = _mm_xor_si128(lanes[0], _mm_cvtsi32_si128((int)before));
	for (at += 64, size -= 64; size >= 64; at += 64, size -= 64)
		for (unsigned i = 0; i < 4; i++)
			lanes[i] = fold(lanes[i], power, load(at + 16 * i));
	power = load(by_16_bytes);
	for (unsigned i = 1; i < 4; i++)
		lanes[0] = fold(lanes[0], power, lanes[i]);
	for (; size >= 16; at += 16, size -= 16)
		lanes[0] = fold(lanes[0], power, load(at));
	return reduce(lanes[0]);
}

uint32_t crc32_of(const uint8_t *at, size_t size, uint32_t before)
{
	size_t whole = size & ~(size_t)15;

	if (whole < FOLD_SIZE_MIN || !__builtin_cpu_supports("pclmul"))
		return crc32_plain(at, size, before);
	return crc32_plain(at + whole, size - whole, ~folded(at, whole, ~before));
}
#else
uint32_t crc32_of(const uint8_t *at, size_t size, uint32_t before)
{
	return crc32_plain(at, size, before);
}
#endif
