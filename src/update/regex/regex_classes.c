// SPDX-License-Identifier: Apache-2.0
// Which characters a regex never tells apart.
#include <errno.h>
#include <stdlib.h>

#include "update/regex/regex_code.h"

static const struct regex_range word_ranges[] = {
	{ '0', '9' }, { 'A', 'Z' }, { '_', '_' }, { 'a', 'z' }
};
static const struct regex_range newline_range[] = { { '\n', '\n' } };

/* Characters are cut into runs wherever a set begins or ends; classes are sets of runs. */
struct cutter {
	struct arena *arena;
	uint32_t count; /* runs */
	uint32_t *first;
	uint32_t *class; /* of each run */
	uint32_t classes;
	uint32_t *left; /* for each class: its runs outside of the set at hand */
	uint32_t *
		goes; /* for each class: 1 + the one that its runs in the set go to, or 0 */
	uint32_t *gone; /* the classes that goes[] was set for */
};

static int by_value(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static uint32_t add_cuts(uint32_t *cuts, uint32_t count, const struct regex_set *set)
{
	for (uint32_t i = 0; i < set->count; i++) {
		cuts[count++] = set->ranges[i].first;
		cuts[count++] = set->ranges[i].last + 1;
	}
	return count;
}

/* Sets beyond the tree's own that assertions look at. */
static uint32_t assert_sets(const struct regex_tree *tree, struct regex_set out[2])
{
	uint32_t count = 0;
	bool words = false, lines = false;

	for (uint32_t i = 0; i < tree->count; i++) {
		if (tree->nodes[i].kind != REGEX_NODE_ASSERT)
			continue;
		if (tree->nodes[i].arg >= REGEX_WORD_EDGE)
			words = true;
		else
			lines = true;
	}
	/* These are only read. */
	if (words)
		out[count++] =
			(struct regex_set){ (struct regex_range *)(uintptr_t)word_ranges,
					    4, 0 };
	if (lines)
		out[count++] = (struct regex_set){
			(struct regex_range *)(uintptr_t)newline_range, 1, 0
		};
	return count;
}

static int cut_runs(struct cutter *cutter, const struct regex_tree *tree,
		    const struct regex_set *more, uint32_t more_count)
{
	size_t total = 2;
	uint32_t count = 0, kept = 0, *cuts;

	for (uint32_t i = 0; i < tree->set_count; i++)
		total += 2 * (size_t)tree->sets[i].count;
	for (uint32_t i = 0; i < more_count; i++)
		total += 2 * (size_t)more[i].count;
	cuts = arena_array(cutter->arena, total, sizeof(*cuts));
	if (!cuts)
		return -ENOMEM;
	cuts[count++] = 0;
	cuts[count++] = 0x80; /* so that no run is of ASCII and beyond */
	for (uint32_t i = 0; i < tree->set_count; i++)
		count = add_cuts(cuts, count, &tree->sets[i]);
	for (uint32_t i = 0; i < more_count; i++)
		count = add_cuts(cuts, count, &more[i]);
	qsort(cuts, count, sizeof(*cuts), by_value);
	for (uint32_t i = 0; i < count; i++)
		if (cuts[i] <= REGEX_POINT_MAX && (!kept || cuts[i] != cuts[kept - 1]))
			cuts[kept++] = cuts[i];
	cutter->first = cuts;
	cutter->count = kept;
	cutter->class = arena_array(cutter->arena, kept, sizeof(*cutter->class));
	cutter->left =
		arena_array(cutter->arena, (size_t)kept + 1, sizeof(*cutter->left));
	cutter->goes =
		arena_array(cutter->arena, (size_t)kept + 1, sizeof(*cutter->goes));
	cutter->gone =
		arena_array(cutter->arena, (size_t)kept + 1, sizeof(*cutter->gone));
	if (!cutter->class || !cutter->left || !cutter->goes || !cutter->gone)
		return -ENOMEM;
	return 0;
}

/* The run that ${point} is in. */
static uint32_t run_at(const struct cutter *cutter, uint32_t point)
{
	uint32_t low = 0, high = cutter->count;

	while (high - low > 1) {
		uint32_t middle = (low + high) / 2;

		if (point < cutter->first[middle])
			high = middle;
		else
			low = middle;
	}
	return low;
}

/* Walk the runs of ${set}. */
#define FOR_RUNS(cutter, set, run)                                                       \
	for (uint32_t r_ = 0; r_ < (set)->count; r_++)                                   \
		for (uint32_t run = run_at(cutter, (set)->ranges[r_].first);             \
		     run < (cutter)->count &&                                            \
		     (cutter)->first[run] <= (set)->ranges[r_].last;                     \
		     run++)

/* Split every class that is partly in ${set}. */
static void split_by(struct cutter *cutter, const struct regex_set *set)
{
	uint32_t count = 0;

	FOR_RUNS(cutter, set, run)
	cutter->left[cutter->class[run]]--;
	FOR_RUNS(cutter, set, run)
	{
		uint32_t old = cutter->class[run], *goes = &cutter->goes[old];

		if (!*goes) {
			*goes = 1 + (cutter->left[old] ? cutter->classes++ : old);
			cutter->gone[count++] = old;
		}
		cutter->class[run] = *goes - 1;
		cutter->left[*goes - 1]++;
	}
	for (uint32_t i = 0; i < count; i++)
		cutter->goes[cutter->gone[i]] = 0;
}

/* Number the classes by their first run. */
static int number_classes(struct cutter *cutter)
{
	uint32_t *number = arena_array(cutter->arena, cutter->classes, sizeof(*number));
	uint32_t count = 0;

	if (!number)
		return -ENOMEM;
	for (uint32_t run = 0; run < cutter->count; run++) {
		uint32_t *of = &number[cutter->class[run]];

		if (!*of)
			*of = ++count;
		cutter->class[run] = *of - 1;
	}
	cutter->classes = count;
	return 0;
}

static uint64_t *members_of(struct cutter *cutter, const struct regex_set *set)
{
	uint64_t *bits =
		arena_array(cutter->arena, (cutter->classes + 63) / 64, sizeof(*bits));

	if (!bits)
		return NULL;
	FOR_RUNS(cutter, set, run)
	bits[cutter->class[run] / 64] |= 1ull << cutter->class[run] % 64;
	return bits;
}

static int describe(struct cutter *cutter, const struct regex_tree *tree,
		    struct regex_classes *out)
{
	const struct regex_set words = { (struct regex_range *)(uintptr_t)word_ranges, 4,
					 0 };

	out->members = arena_array(cutter->arena, tree->set_count, sizeof(*out->members));
	out->run_class =
		arena_array(cutter->arena, cutter->count, sizeof(*out->run_class));
	out->near = arena_array(cutter->arena, cutter->classes, 1);
	if (!out->members || !out->run_class || !out->near)
		return -ENOMEM;
	for (uint32_t i = 0; i < tree->set_count; i++) {
		out->members[i] = members_of(cutter, &tree->sets[i]);
		if (!out->members[i])
			return -ENOMEM;
	}
	for (uint32_t run = 0; run < cutter->count; run++) {
		uint32_t class = cutter->class[run], point = cutter->first[run];

		out->run_class[run] = (uint16_t) class;
		if (regex_set_has(&words, point))
			out->near[class] = REGEX_NEAR_WORD;
		else if (point == '\n')
			out->near[class] = REGEX_NEAR_NEWLINE;
	}
	for (uint32_t byte = 0; byte < 128; byte++)
		out->ascii[byte] = (uint8_t)cutter->class[run_at(cutter, byte)];
	out->count = cutter->classes;
	out->run_count = cutter->count;
	out->run_first = cutter->first;
	return 0;
}

int regex_classes(const struct regex_tree *tree, struct regex_classes *out,
		  struct why *why)
{
	struct cutter cutter = { .arena = tree->arena, .classes = 1 };
	struct regex_set more[2];
	uint32_t more_count = assert_sets(tree, more);
	int r = cut_runs(&cutter, tree, more, more_count);

	if (r < 0)
		return r;
	cutter.left[0] = cutter.count;
	for (uint32_t i = 0; i < tree->set_count; i++)
		split_by(&cutter, &tree->sets[i]);
	for (uint32_t i = 0; i < more_count; i++)
		split_by(&cutter, &more[i]);
	r = number_classes(&cutter);
	if (!r && cutter.classes > REGEX_CLASSES_MAX) {
		why_set(why, 0, 1, "a regex tells at most %u kinds of characters apart",
			REGEX_CLASSES_MAX);
		return -EINVAL;
	}
	return r ? r : describe(&cutter, tree, out);
}
