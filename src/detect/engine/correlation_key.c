// SPDX-License-Identifier: Apache-2.0
// Values that compare without regard to case: as the key of a group, and as a digest.
#include "detect/engine/correlation_key.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#define KEY_IS_DIGEST 0xffffu /* in place of a size */

_Static_assert(KEY_VALUE_MAX < KEY_IS_DIGEST && KEY_VALUE_MAX >= sizeof(XXH128_hash_t),
	       "a size, or the mark of a digest");

/* Where to cut ${text} so that no character is torn: a piece's bytes at most. */
static size_t piece_size(struct text text)
{
	size_t size = KEY_PIECE;

	if (text.size <= size)
		return text.size;
	/* More than three bytes that continue a character do not: then it is no UTF-8. */
	for (unsigned back = 0; back < 4; back++)
		if (((uint8_t)text.at[size - back] & 0xc0) != 0x80)
			return size - back;
	return size;
}

/* Fold the next piece of ${rest}, which moves past it; empty at its end. */
static struct text fold_piece(struct key_maker *maker, struct text *rest)
{
	struct text piece = { .at = maker->folded };
	size_t size = piece_size(*rest);

	if (size)
		piece.size = fold_text(rest->at, size, maker->folded);
	*rest = text_part(*rest, size, rest->size);
	return piece;
}

static void digest_value(struct key_maker *maker, XXH3_state_t *state, struct text value)
{
	uint64_t size = 0;

	while (value.size) {
		struct text piece = fold_piece(maker, &value);

		(void)XXH3_128bits_update(state, piece.at, piece.size);
		size += piece.size;
	}
	/* With its size behind each value no two tuples run into the same bytes. */
	(void)XXH3_128bits_update(state, &size, sizeof(size));
}

void key_digest(struct key_maker *maker, const struct text *values, uint32_t count,
		uint64_t digest[2])
{
	XXH3_state_t state;
	XXH128_hash_t hash;

	XXH3_INITSTATE(&state);
	(void)XXH3_128bits_reset_withSeed(&state, maker->seed);
	for (uint32_t i = 0; i < count; i++)
		digest_value(maker, &state, values[i]);
	hash = XXH3_128bits_digest(&state);
	digest[0] = hash.low64;
	digest[1] = hash.high64;
}

/* The folded value at ${to}, or false where it is longer than a key holds. */
static bool write_folded(struct key_maker *maker, struct text value, char *to,
			 uint16_t *size)
{
	size_t used = 0;

	while (value.size) {
		struct text piece = fold_piece(maker, &value);

		if (piece.size > KEY_VALUE_MAX - used)
			return false;
		memcpy(to + used, piece.at, piece.size);
		used += piece.size;
	}
	*size = (uint16_t)used;
	return true;
}

struct text key_make(struct key_maker *maker, const struct text *values, uint32_t count)
{
	size_t used = 0;

	for (uint32_t i = 0; i < count; i++) {
		char *to = maker->key + used + sizeof(uint16_t);
		uint16_t mark, size;

		if (write_folded(maker, values[i], to, &size)) {
			mark = size;
		} else {
			uint64_t digest[2];

			key_digest(maker, &values[i], 1, digest);
			memcpy(to, digest, sizeof(digest));
			mark = KEY_IS_DIGEST;
			size = sizeof(digest);
		}
		memcpy(maker->key + used, &mark, sizeof(mark));
		used += sizeof(mark) + size;
	}
	return (struct text){ .at = maker->key, .size = used };
}
