/* SPDX-License-Identifier: Apache-2.0 */
/* Boolean formulas over atoms, simplified as they are made; and what follows from them. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "model/pack_format.h"

enum formula_kind {
	FORMULA_FALSE,
	FORMULA_TRUE,
	FORMULA_ATOM,
	FORMULA_NOT,
	FORMULA_AND,
	FORMULA_OR,
};

struct formula {
	enum formula_kind kind;
	uint32_t atom;  /* ATOM */
	uint32_t count; /* NOT: 1; AND, OR: at least 2 */
	struct formula **parts;
};

/*
 * formula_constant, formula_atom, formula_not, formula_all, formula_any:
 * Make a formula in the arena; NULL where memory is out, or where a part is NULL.  Constants
 * vanish, nested ANDs and ORs are flattened, double negations cancel.
 */
struct formula *formula_constant(struct arena *arena, bool value);
struct formula *formula_atom(struct arena *arena, uint32_t atom);
struct formula *formula_not(struct arena *arena, struct formula *part);
struct formula *formula_join(struct arena *arena, enum formula_kind kind,
			     struct formula **parts, uint32_t count);

/*
 * formula_tests(formula, tests, limit):
 * Append to ${tests} (struct pack_test) the program that decides ${formula}, which is no
 * constant.  -E2BIG where it has more than PACK_TESTS_MAX tests; -ENOMEM.
 */
int formula_tests(const struct formula *formula, struct buffer *tests) MUST_USE;

/* What it costs to wait for an atom, as the share of events in which it is true; see rarity.h.
   1 or more: it can't be waited for. */
typedef double formula_cost(const void *user, uint32_t atom);

/*
 * formula_witness(formula, cost, user, atoms):
 * Append to ${atoms} (uint32_t) the cheapest set of atoms of which one must be true whenever
 * ${formula} is.  Returns what it costs; 1 or more where there is no such set (nothing is
 * appended then).
 */
double formula_witness(const struct formula *formula, formula_cost *cost,
		       const void *user, struct buffer *atoms);
