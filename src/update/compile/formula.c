// SPDX-License-Identifier: Apache-2.0
// Boolean formulas over atoms, simplified as they are made; and what follows from them.
//
// Functions here call themselves for the parts of a formula.  A formula is as deep as its
// rule's condition, whose nesting the reader bounds.
#include "update/compile/formula.h"

#include <errno.h>

static struct formula *make(struct arena *arena, enum formula_kind kind, uint32_t count)
{
	struct formula *formula = arena_alloc(arena, sizeof(*formula));

	if (!formula)
		return NULL;
	formula->kind = kind;
	formula->count = count;
	formula->parts =
		count ? arena_array(arena, count, sizeof(struct formula *)) : NULL;
	return count && !formula->parts ? NULL : formula;
}

struct formula *formula_constant(struct arena *arena, bool value)
{
	return make(arena, value ? FORMULA_TRUE : FORMULA_FALSE, 0);
}

struct formula *formula_atom(struct arena *arena, uint32_t atom)
{
	struct formula *formula = make(arena, FORMULA_ATOM, 0);

	if (formula)
		formula->atom = atom;
	return formula;
}

struct formula *formula_not(struct arena *arena, struct formula *part)
{
	struct formula *formula;

	if (!part)
		return NULL;
	if (part->kind == FORMULA_NOT)
		return part->parts[0];
	if (part->kind <= FORMULA_TRUE)
		return formula_constant(arena, part->kind == FORMULA_FALSE);
	formula = make(arena, FORMULA_NOT, 1);
	if (formula)
		formula->parts[0] = part;
	return formula;
}

/* How many parts remain when constants vanish and parts of the same kind are taken apart;
   UINT32_MAX where a part decides the whole. */
static uint32_t count_parts(enum formula_kind kind, enum formula_kind absorbing,
			    struct formula **parts, uint32_t count)
{
	uint32_t left = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (parts[i]->kind == absorbing)
			return UINT32_MAX;
		if (parts[i]->kind == kind)
			left += parts[i]->count;
		else if (parts[i]->kind > FORMULA_TRUE)
			left++;
	}
	return left;
}

struct formula *formula_join(struct arena *arena, enum formula_kind kind,
			     struct formula **parts, uint32_t count)
{
	enum formula_kind absorbing = kind == FORMULA_AND ? FORMULA_FALSE : FORMULA_TRUE;
	struct formula *formula;
	uint32_t left, at = 0;

	for (uint32_t i = 0; i < count; i++)
		if (!parts[i])
			return NULL;
	left = count_parts(kind, absorbing, parts, count);
	if (left == UINT32_MAX)
		return formula_constant(arena, absorbing == FORMULA_TRUE);
	if (left == 0)
		return formula_constant(arena, absorbing == FORMULA_FALSE);
	formula = make(arena, kind, left);
	if (!formula)
		return NULL;
	for (uint32_t i = 0; i < count; i++) {
		if (parts[i]->kind == kind) {
			memcpy(formula->parts + at, parts[i]->parts,
			       parts[i]->count * sizeof(*parts));
			at += parts[i]->count;
		} else if (parts[i]->kind > FORMULA_TRUE) {
			formula->parts[at++] = parts[i];
		}
	}
	return left == 1 ? formula->parts[0] : formula;
}

/* The program grows from its end, so that every jump's target is known when it is written;
   positions are counted from the end until formula_tests turns it around. */
static uint32_t tests_of(const struct formula *formula, uint32_t yes, uint32_t no,
			 struct buffer *tests)
{
	struct pack_test test = { .atom = formula->atom, .yes = yes, .no = no };
	uint32_t next;

	switch (formula->kind) {
	case FORMULA_NOT:
		return tests_of(formula->parts[0], no, yes, tests);
	case FORMULA_AND:
		next = yes;
		for (uint32_t i = formula->count; i-- > 0;)
			next = tests_of(formula->parts[i], next, no, tests);
		return next;
	case FORMULA_OR:
		next = no;
		for (uint32_t i = formula->count; i-- > 0;)
			next = tests_of(formula->parts[i], yes, next, tests);
		return next;
	default:
		buffer_add(tests, &test, sizeof(test));
		return (uint32_t)(tests->size / sizeof(test)) - 1;
	}
}

static uint32_t turn(uint32_t position, uint32_t count)
{
	return position >= TEST_ACCEPT ? position : count - 1 - position;
}

int formula_tests(const struct formula *formula, struct buffer *tests)
{
	AUTO(buffer) struct buffer reversed;
	uint32_t count;

	buffer_init(&reversed, (size_t)PACK_TESTS_MAX * sizeof(struct pack_test));
	(void)tests_of(formula, TEST_ACCEPT, TEST_REJECT, &reversed);
	if (reversed.failed)
		return -E2BIG;
	count = (uint32_t)(reversed.size / sizeof(struct pack_test));
	for (uint32_t i = count; i-- > 0;) {
		struct pack_test test;

		memcpy(&test, reversed.at + i * sizeof(test), sizeof(test));
		test.yes = turn(test.yes, count);
		test.no = turn(test.no, count);
		buffer_add(tests, &test, sizeof(test));
	}
	return tests->failed ? -ENOMEM : 0;
}

double formula_witness(const struct formula *formula, formula_cost *cost,
		       const void *user, struct buffer *atoms)
{
	size_t before = atoms->size;
	double best = 2, sum = 0;
	uint32_t choice = 0;

	switch (formula->kind) {
	case FORMULA_ATOM:
		best = cost(user, formula->atom);
		if (best < 1)
			buffer_add(atoms, &formula->atom, sizeof(formula->atom));
		return best;
	case FORMULA_OR:
		for (uint32_t i = 0; i < formula->count && sum < 1; i++)
			sum += formula_witness(formula->parts[i], cost, user, atoms);
		if (sum >= 1)
			atoms->size = before;
		return sum;
	case FORMULA_AND:
		for (uint32_t i = 0; i < formula->count; i++) {
			double price =
				formula_witness(formula->parts[i], cost, user, atoms);

			atoms->size = before;
			if (price < best) {
				best = price;
				choice = i;
			}
		}
		if (best < 1)
			(void)formula_witness(formula->parts[choice], cost, user, atoms);
		return best;
	default:
		return 2;
	}
}
