// SPDX-License-Identifier: Apache-2.0
// Sets of characters, as a regex's classes and escapes mean them.
#include "update/regex/regex_set.h"

#include <errno.h>
#include <stdlib.h>

#include "base/fold.h"

/* Outside of these fold_point is the identity (a test walks all points). */
static const struct regex_range folding_blocks[] = {
	{ 0x41, 0x587 },      { 0x10a0, 0x2d2f },   { 0xa640, 0xabbf },
	{ 0xff21, 0xff5a },   { 0x10400, 0x10cff }, { 0x11800, 0x118ff },
	{ 0x16e00, 0x16eff }, { 0x1e900, 0x1e9ff },
};

#define FOLDING_BLOCKS (sizeof(folding_blocks) / sizeof(folding_blocks[0]))

int regex_grow(struct arena *arena, void *array, uint32_t *capacity, uint32_t count,
	       size_t size)
{
	void **place = array;
	uint32_t grown = *capacity ? *capacity * 2 : 16;
	void *copy;

	if (count < *capacity)
		return 0;
	copy = arena_array(arena, grown, size);
	if (!copy)
		return -ENOMEM;
	if (count)
		memcpy(copy, *place, count * size);
	*place = copy;
	*capacity = grown;
	return 0;
}

static int add_range(struct arena *arena, struct regex_set *set, uint32_t first,
		     uint32_t last)
{
	int r;

	if (first > last)
		return 0;
	r = regex_grow(arena, &set->ranges, &set->capacity, set->count,
		       sizeof(*set->ranges));
	if (r < 0)
		return r;
	set->ranges[set->count++] = (struct regex_range){ first, last };
	return 0;
}

int regex_set_add(struct arena *arena, struct regex_set *set, uint32_t first,
		  uint32_t last)
{
	int r;

	if (last < 0xd800 || first > 0xdfff)
		return add_range(arena, set, first, last);
	r = first < 0xd800 ? add_range(arena, set, first, 0xd7ff) : 0;
	if (r < 0 || last < 0xe000)
		return r;
	return add_range(arena, set, 0xe000, last);
}

int regex_set_unite(struct arena *arena, struct regex_set *set,
		    const struct regex_set *other)
{
	int r = 0;

	for (uint32_t i = 0; i < other->count && !r; i++)
		r = add_range(arena, set, other->ranges[i].first, other->ranges[i].last);
	return r;
}

static int by_fold(const void *a, const void *b)
{
	const struct regex_fold *x = a, *y = b;

	if (x->folded != y->folded)
		return x->folded < y->folded ? -1 : 1;
	return x->point < y->point ? -1 : x->point > y->point;
}

static int add_fold(struct arena *arena, struct regex_folds *folds, uint32_t point)
{
	uint32_t folded = fold_point(point);
	int r;

	if (folded == point)
		return 0;
	r = regex_grow(arena, &folds->pairs, &folds->capacity, folds->count,
		       sizeof(*folds->pairs));
	if (!r)
		folds->pairs[folds->count++] = (struct regex_fold){ folded, point };
	return r;
}

static int folds_build(struct arena *arena, struct regex_folds *folds)
{
	int r = 0;

	for (size_t i = 0; i < FOLDING_BLOCKS; i++)
		for (uint32_t p = folding_blocks[i].first;
		     p <= folding_blocks[i].last && !r; p++)
			r = add_fold(arena, folds, p);
	if (!r)
		qsort(folds->pairs, folds->count, sizeof(*folds->pairs), by_fold);
	return r;
}

/* The first pair that folds to ${folded} or beyond. */
static uint32_t folds_find(const struct regex_folds *folds, uint32_t folded)
{
	uint32_t low = 0, high = folds->count;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (folds->pairs[middle].folded < folded)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Add all that folds to ${folded}. */
static int add_alike(struct arena *arena, struct regex_set *set,
		     const struct regex_folds *folds, uint32_t folded)
{
	int r = regex_set_add(arena, set, folded, folded);

	for (uint32_t i = folds_find(folds, folded);
	     !r && i < folds->count && folds->pairs[i].folded == folded; i++)
		r = regex_set_add(arena, set, folds->pairs[i].point,
				  folds->pairs[i].point);
	return r;
}

int regex_set_fold(struct arena *arena, struct regex_set *set, struct regex_folds *folds,
		   uint32_t first, uint32_t last)
{
	int r = folds->count ? 0 : folds_build(arena, folds);

	if (!r && first == last)
		return add_alike(arena, set, folds, fold_point(first));
	/* Points that nothing folds to, and that fold to themselves, have no company. */
	for (uint32_t i = 0; i < folds->count && !r; i++) {
		const struct regex_fold *fold = &folds->pairs[i];

		if ((fold->point >= first && fold->point <= last) ||
		    (fold->folded >= first && fold->folded <= last))
			r = add_alike(arena, set, folds, fold->folded);
	}
	return r ? r : regex_set_add(arena, set, first, last);
}

static int by_first(const void *a, const void *b)
{
	const struct regex_range *x = a, *y = b;

	return x->first < y->first ? -1 : x->first > y->first;
}

void regex_set_sort(struct regex_set *set)
{
	uint32_t kept = 0;

	if (!set->count)
		return;
	qsort(set->ranges, set->count, sizeof(*set->ranges), by_first);
	for (uint32_t i = 1; i < set->count; i++) {
		struct regex_range *last = &set->ranges[kept];

		if (set->ranges[i].first > last->last + 1)
			set->ranges[++kept] = set->ranges[i];
		else if (set->ranges[i].last > last->last)
			last->last = set->ranges[i].last;
	}
	set->count = kept + 1;
}

int regex_set_negate(struct arena *arena, struct regex_set *set)
{
	struct regex_set out = { 0 };
	uint32_t from = 0;
	int r = 0;

	for (uint32_t i = 0; i < set->count && !r; i++) {
		if (set->ranges[i].first > from)
			r = add_range(arena, &out, from, set->ranges[i].first - 1);
		from = set->ranges[i].last + 1;
	}
	if (!r && from <= REGEX_POINT_MAX)
		r = add_range(arena, &out, from, REGEX_POINT_MAX);
	if (!r)
		*set = out;
	return r;
}

bool regex_set_has(const struct regex_set *set, uint32_t point)
{
	uint32_t low = 0, high = set->count;

	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (point < set->ranges[middle].first)
			high = middle;
		else if (point > set->ranges[middle].last)
			low = middle + 1;
		else
			return true;
	}
	return false;
}
