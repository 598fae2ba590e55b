/* SPDX-License-Identifier: Apache-2.0 */
/* Values that compare without regard to case: as the key of a group, and as a digest. */
#pragma once

#include "base/fold.h"
#include "model/pack_format.h"

#define KEY_VALUE_MAX                                                                    \
	256u /* folded bytes of one value in a key; of longer ones the digest */
#define KEY_SIZE_MAX (PACK_KEYS_MAX * (sizeof(uint16_t) + KEY_VALUE_MAX))
#define KEY_PIECE    1024u /* bytes folded at a time */

struct key_maker {
	uint64_t seed;
	char folded[FOLD_SIZE(KEY_PIECE)];
	char key[KEY_SIZE_MAX];
};

/* The key of ${count} (at most PACK_KEYS_MAX) values; valid until the next is made. */
struct text key_make(struct key_maker *maker, const struct text *values, uint32_t count);

/* 128 bits that, for all practical purposes, only equal tuples of values share. */
void key_digest(struct key_maker *maker, const struct text *values, uint32_t count,
		uint64_t digest[2]);
