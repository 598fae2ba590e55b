// SPDX-License-Identifier: Apache-2.0
// Proof of update/rule/formula: programs and witnesses against truth tables.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "update/compile/formula.h"

#define ATOMS 6u

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 16;
}

/* A formula as the simplifying constructors make it, and what it means, side by side. */
static struct formula *random_formula(struct arena *arena, uint32_t *seed, unsigned depth,
				      uint64_t *truth)
{
	struct formula *parts[4];
	uint32_t r = next_random(seed), count = 1 + next_random(seed) % 4;
	uint64_t one;

	if (depth == 0 || r % 8 < 2) {
		uint32_t atom = next_random(seed) % ATOMS;

		if (r % 16 == 0) {
			bool value = next_random(seed) % 2;

			*truth = value ? UINT64_MAX : 0;
			return formula_constant(arena, value);
		}
		*truth = 0;
		for (uint32_t row = 0; row < 1 << ATOMS; row++)
			*truth |= (uint64_t)(row >> atom & 1) << row;
		return formula_atom(arena, atom);
	}
	if (r % 8 == 2) {
		struct formula *part = random_formula(arena, seed, depth - 1, &one);

		*truth = ~one;
		return formula_not(arena, part);
	}
	*truth = r % 2 ? UINT64_MAX : 0;
	for (uint32_t i = 0; i < count; i++) {
		parts[i] = random_formula(arena, seed, depth - 1, &one);
		*truth = r % 2 ? *truth & one : *truth | one;
	}
	return formula_join(arena, r % 2 ? FORMULA_AND : FORMULA_OR, parts, count);
}

static bool run(const struct buffer *tests, uint32_t row)
{
	const struct pack_test *test = (const void *)tests->at;
	uint32_t at = 0, count = (uint32_t)(tests->size / sizeof(*test));

	while (at < count) {
		uint32_t next = row >> test[at].atom & 1 ? test[at].yes : test[at].no;

		assert_true(next > at);
		at = next;
	}
	return at == TEST_ACCEPT;
}

static double cost(const void *user, uint32_t atom)
{
	(void)user;
	return atom == 0 ? 2 : 0.01 * atom;
}

static void check_witness(const struct formula *formula, uint64_t truth)
{
	AUTO(buffer) struct buffer atoms;
	uint32_t mask = 0;

	buffer_init(&atoms, 1 << 20);
	if (formula_witness(formula, cost, NULL, &atoms) >= 1) {
		assert_int_equal(atoms.size, 0);
		return;
	}
	for (size_t i = 0; i < atoms.size / sizeof(uint32_t); i++)
		mask |= 1u << ((const uint32_t *)(void *)atoms.at)[i];
	assert_false(mask & 1);
	for (uint32_t row = 0; row < 1 << ATOMS; row++)
		if (truth >> row & 1)
			assert_true(row & mask);
}

static void programs_and_witnesses_agree_with_the_truth_table(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		struct arena *arena = arena_create(1 << 24);
		AUTO(buffer) struct buffer tests;
		uint64_t truth;
		struct formula *formula = random_formula(arena, &seed, round % 6, &truth);

		buffer_init(&tests, 1 << 20);
		assert_non_null(formula);
		if (formula->kind <= FORMULA_TRUE) {
			assert_true(truth ==
				    (formula->kind == FORMULA_TRUE ? UINT64_MAX : 0));
		} else {
			assert_int_equal(formula_tests(formula, &tests), 0);
			for (uint32_t row = 0; row < 1 << ATOMS; row++)
				assert_int_equal(run(&tests, row), truth >> row & 1);
			check_witness(formula, truth);
		}
		arena_free(arena);
	}
}

static void a_conjunction_waits_for_its_cheapest_part(void **state)
{
	struct arena *arena = arena_create(1 << 20);
	struct formula *parts[] = { formula_atom(arena, 3), formula_atom(arena, 1),
				    formula_atom(arena, 0) };
	AUTO(buffer) struct buffer atoms;

	(void)state;
	buffer_init(&atoms, 100);
	(void)formula_witness(formula_join(arena, FORMULA_AND, parts, 3), cost, NULL,
			      &atoms);
	assert_int_equal(atoms.size, sizeof(uint32_t));
	assert_int_equal(*(const uint32_t *)(void *)atoms.at, 1);
	buffer_clear(&atoms);
	assert_true(formula_witness(formula_join(arena, FORMULA_OR, parts, 3), cost, NULL,
				    &atoms) >= 1);
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs_and_witnesses_agree_with_the_truth_table),
		cmocka_unit_test(a_conjunction_waits_for_its_cheapest_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
