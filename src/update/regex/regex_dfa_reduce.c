// SPDX-License-Identifier: Apache-2.0
// A table of transitions made small, and its states in the order that the run wants.
#include <errno.h>

#include "update/regex/regex_dfa.h"

#include "base/table.h"

#define WORK_MAX 20000000u /* cells looked at before a table stays as it is */

/* A state from which few bytes, or few pairs of them, lead elsewhere is worth skipping. */
#define SKIP_LEAVE_MAX 64u
#define SKIP_PAIRS_MAX (16u * 128u)

/* The distance of a state from which nothing matches; the others' are below. */
#define FAR UINT16_MAX

static uint16_t renumbered(const uint16_t *number, uint16_t state)
{
	return state >= REGEX_DEAD ? state : number[state];
}

/*
 * One round: states that were alike stay alike only if their rows are.  Moore, "Gedanken-
 * experiments on sequential machines", 1956.
 */
static int refine(const struct regex_dfa *dfa, uint16_t *rows, uint16_t *number,
		  uint32_t *count)
{
	const uint32_t width = dfa->stride;
	AUTO(table) struct table table = { 0 };

	for (uint32_t i = 0; i < dfa->row_count; i++)
		for (uint32_t j = 0; j < width; j++)
			rows[i * width + j] =
				j + 1 == width
					? number[i]
					: renumbered(number, dfa->cells[i * width + j]);
	*count = 0;
	for (uint32_t i = 0; i < dfa->row_count; i++) {
		struct text key = { (const char *)(rows + (size_t)i * width),
				    width * sizeof(*rows) };
		uint32_t found = table_get(&table, key);

		if (found == TABLE_NONE) {
			found = (*count)++;
			if (table_put(&table, key, found) < 0)
				return -ENOMEM;
		}
		number[i] = (uint16_t)found;
	}
	return 0;
}

/* One more than the least distance that ${row} leads to. */
static uint16_t distance_of(const uint16_t *row, uint32_t stride,
			    const uint16_t *distance)
{
	uint16_t least = FAR;

	for (uint32_t j = 0; j + 1 < stride; j++) {
		uint16_t to = row[j] == REGEX_MATCH  ? 0
			      : row[j] == REGEX_DEAD ? FAR
						     : distance[row[j]];

		least = to < least ? to : least;
	}
	return least < FAR ? (uint16_t)(least + 1) : FAR;
}

/*
 * How many characters (the end counted) are the least from each state to a match.  States of
 * different distances are not alike, and knowing it saves a round of refinement for each.  Most
 * states lead to later ones, so few sweeps from the back do; where not, all are called alike.
 */
static void find_distances(const struct regex_dfa *dfa, uint16_t *distance)
{
	const size_t cell_count = (size_t)dfa->row_count * dfa->stride;
	bool changed = true;

	memset(distance, 0xff, dfa->row_count * sizeof(*distance));
	for (size_t work = 0; changed && work < WORK_MAX; work += cell_count) {
		changed = false;
		for (uint32_t i = dfa->row_count; i-- > 0;) {
			uint16_t found = distance_of(dfa->cells + (size_t)i * dfa->stride,
						     dfa->stride, distance);

			changed |= found != distance[i];
			distance[i] = found;
		}
	}
	if (changed)
		memset(distance, 0, dfa->row_count * sizeof(*distance));
}

/* Keep the first row of each number, in order, and let all cells name the numbers. */
static void quotient(struct regex_dfa *dfa, const uint16_t *number)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < dfa->row_count; i++) {
		if (number[i] != kept)
			continue;
		for (uint32_t j = 0; j < dfa->stride; j++)
			dfa->cells[kept * dfa->stride + j] =
				renumbered(number, dfa->cells[i * dfa->stride + j]);
		kept++;
	}
	dfa->start = renumbered(number, dfa->start);
	dfa->row_count = kept;
}

/* Merge states that no text tells apart. */
static int minimise(struct arena *arena, struct regex_dfa *dfa)
{
	const size_t cell_count = (size_t)dfa->row_count * dfa->stride;
	uint16_t *number = arena_array(arena, dfa->row_count, sizeof(*number));
	uint16_t *rows = arena_array(arena, cell_count, sizeof(*rows));
	uint32_t count = 0, before = UINT32_MAX;
	size_t work = 0;

	if (!number || !rows)
		return -ENOMEM;
	find_distances(dfa, number);
	while (count != before) {
		before = count;
		work += cell_count;
		if (work > WORK_MAX)
			return 0;
		if (refine(dfa, rows, number, &count) < 0)
			return -ENOMEM;
	}
	quotient(dfa, number);
	return 0;
}

/* Whether nothing can match from ${state} on. */
static bool is_dead(const struct regex_dfa *dfa, uint32_t state)
{
	const uint16_t *row = dfa->cells + (size_t)state * dfa->stride;
	const uint16_t *columns = row + dfa->stride - REGEX_COLUMNS;

	for (; row < columns; row++)
		if (*row != state)
			return false;
	return columns[REGEX_END] == REGEX_DEAD &&
	       columns[REGEX_LAST_NEWLINE] == REGEX_DEAD;
}

/* The states from which nothing can match have been merged into one: it needs no row. */
static int drop_dead(struct arena *arena, struct regex_dfa *dfa)
{
	uint16_t *number = arena_array(arena, dfa->row_count, sizeof(*number));
	uint32_t kept = 0;

	if (!number)
		return -ENOMEM;
	for (uint32_t i = 0; i < dfa->row_count; i++)
		number[i] = is_dead(dfa, i) ? REGEX_DEAD : (uint16_t)kept++;
	quotient(dfa, number);
	return 0;
}

static void add_bit(uint8_t bits[16], unsigned byte)
{
	bits[byte & 15] |= (uint8_t)(1 << (byte >> 4));
}

static unsigned count_bits(const uint8_t bits[16])
{
	unsigned count = 0;

	for (unsigned i = 0; i < 16; i++)
		count += (unsigned)__builtin_popcount(bits[i]);
	return count;
}

/* Add to skip->follow what does not lead back to ${state} after a character of ${class}. */
static void add_followers(const struct regex_dfa *dfa,
			  const struct regex_classes *classes, uint32_t state,
			  uint32_t class, struct regex_skip *out)
{
	const uint16_t between = dfa->cells[(size_t)state * dfa->stride + class];
	const uint16_t *row = dfa->cells + (size_t)between * dfa->stride;
	const bool ends = between >= REGEX_DEAD;

	for (unsigned byte = 0; byte < 128; byte++)
		if (ends || row[classes->ascii[byte]] != state)
			add_bit(out->follow, byte);
	for (uint32_t run = 0; run < classes->run_count; run++)
		if (classes->run_first[run] >= 0x80 &&
		    (ends || row[classes->run_class[run]] != state))
			out->wide_follow = 1;
}

/* What ${state} may pass over; false where it is not worth it. */
static bool find_skip(const struct regex_dfa *dfa, const struct regex_classes *classes,
		      uint32_t state, struct regex_skip *out)
{
	const uint16_t *row = dfa->cells + (size_t)state * dfa->stride;
	unsigned leaving;

	*out = (struct regex_skip){ 0 };
	for (uint32_t run = 0; run < classes->run_count; run++)
		if (classes->run_first[run] >= 0x80 &&
		    row[classes->run_class[run]] != state)
			out->wide = out->wide_follow = 1;
	for (unsigned byte = 0; byte < 128; byte++)
		if (row[classes->ascii[byte]] != state)
			add_bit(out->leave, byte);
	leaving = count_bits(out->leave);
	if (leaving > SKIP_LEAVE_MAX)
		return false;
	memcpy(out->follow, out->leave, sizeof(out->follow));
	for (uint32_t run = 0; run < classes->run_count; run++)
		if (row[classes->run_class[run]] != state)
			add_followers(dfa, classes, state, classes->run_class[run], out);
	return leaving * count_bits(out->follow) <= SKIP_PAIRS_MAX;
}

/* The number of ${skip} among the table's, plus 1; 0 where there is no room. */
static uint16_t number_skip(struct regex_dfa *dfa, const struct regex_skip *skip)
{
	uint32_t i = 0;

	while (i < dfa->skip_count && memcmp(&dfa->skips[i], skip, sizeof(*skip)) != 0)
		i++;
	if (i == REGEX_SKIPS_MAX)
		return 0;
	if (i == dfa->skip_count)
		dfa->skips[dfa->skip_count++] = *skip;
	return (uint16_t)(i + 1);
}

/* Give states their skips, in the column for it. */
static int add_skips(struct arena *arena, const struct regex_classes *classes,
		     struct regex_dfa *dfa)
{
	dfa->skips = arena_array(arena, REGEX_SKIPS_MAX, sizeof(*dfa->skips));
	if (!dfa->skips)
		return -ENOMEM;
	for (uint32_t i = 0; i < dfa->row_count; i++) {
		uint16_t *cell =
			&dfa->cells[(i + 1) * dfa->stride - REGEX_COLUMNS + REGEX_SKIP];
		struct regex_skip skip;

		*cell = find_skip(dfa, classes, i, &skip) ? number_skip(dfa, &skip) : 0;
	}
	return 0;
}

/* Put the states that skip last, and name states by their first cell. */
static int put_in_order(struct arena *arena, struct regex_dfa *dfa)
{
	const uint32_t stride = dfa->stride;
	const size_t cell_count = (size_t)dfa->row_count * stride;
	uint16_t *name = arena_array(arena, dfa->row_count, sizeof(*name));
	uint16_t *cells = arena_array(arena, cell_count, sizeof(*cells));
	uint32_t next = 0;

	if (!name || !cells)
		return -ENOMEM;
	for (int skipping = 0; skipping < 2; skipping++) {
		for (uint32_t i = 0; i < dfa->row_count; i++) {
			uint16_t skip =
				dfa->cells[(i + 1) * stride - REGEX_COLUMNS + REGEX_SKIP];

			if ((skip != 0) == skipping)
				name[i] = (uint16_t)(stride * next++);
		}
		if (!skipping)
			dfa->plain = stride * next;
	}
	for (uint32_t i = 0; i < dfa->row_count; i++) {
		const uint16_t *from = dfa->cells + (size_t)i * stride;
		uint16_t *to = cells + name[i];

		for (uint32_t j = 0; j < stride; j++)
			to[j] = renumbered(name, from[j]);
		to[stride - REGEX_COLUMNS + REGEX_SKIP] =
			from[stride - REGEX_COLUMNS + REGEX_SKIP];
	}
	dfa->start = renumbered(name, dfa->start);
	dfa->cells = cells;
	return 0;
}

int regex_dfa_reduce(struct arena *arena, const struct regex_classes *classes,
		     struct regex_dfa *dfa)
{
	int r = minimise(arena, dfa);

	if (!r)
		r = drop_dead(arena, dfa);
	if (!r)
		r = add_skips(arena, classes, dfa);
	return r ? r : put_in_order(arena, dfa);
}
