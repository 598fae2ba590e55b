/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of characters, as a regex's classes and escapes mean them. */
#pragma once

#include "base/arena.h"

/*
 * A byte that is not UTF-8 is the point 0xdc00 + byte, as utf8_read gives it: a surrogate, so no
 * character of a pattern.  Complements take it, and nothing that is written does.
 */
#define REGEX_POINT_MAX 0x10ffffu

struct regex_range {
	uint32_t first, last;
};

/* Zeroes are the empty set.  Between regex_set_add and regex_set_sort it may be in disorder. */
struct regex_set {
	struct regex_range *ranges; /* ascending, not touching, once sorted */
	uint32_t count, capacity;
};

/* Which points fold alike, other than by being the same; built when first asked for. */
struct regex_folds {
	struct regex_fold {
		uint32_t folded, point;
	} * pairs; /* ascending; only points that fold to another */
	uint32_t count, capacity;
};

/*
 * regex_grow(arena, array, capacity, count, size):
 * See to it that ${array}, with ${*capacity} elements of ${size} bytes of which ${count} are
 * used, has room for one more.  0 or -ENOMEM.
 */
int regex_grow(struct arena *arena, void *array, uint32_t *capacity, uint32_t count,
	       size_t size) MUST_USE;

/* Add the characters ${first}..${last}, without surrogates.  0 or -ENOMEM. */
int regex_set_add(struct arena *arena, struct regex_set *set, uint32_t first,
		  uint32_t last) MUST_USE;

/* Add what is in ${other}, which is sorted; in a complement, with surrogates.  0 or -ENOMEM. */
int regex_set_unite(struct arena *arena, struct regex_set *set,
		    const struct regex_set *other) MUST_USE;

/* Add what folds like ${first}..${last}.  0 or -ENOMEM. */
int regex_set_fold(struct arena *arena, struct regex_set *set, struct regex_folds *folds,
		   uint32_t first, uint32_t last) MUST_USE;

/* Bring ${set} into order. */
void regex_set_sort(struct regex_set *set);

/* Turn the sorted ${set} into its complement.  0 or -ENOMEM. */
int regex_set_negate(struct arena *arena, struct regex_set *set) MUST_USE;

/* Whether the sorted ${set} has ${point}. */
bool regex_set_has(const struct regex_set *set, uint32_t point);
