/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions -> a table of transitions, where that is small enough. */
#pragma once

#include "update/regex/regex_code.h"

/* A table as model/regex_format.h describes it. */
struct regex_dfa {
	uint16_t *cells;
	uint32_t row_count, stride;
	uint16_t start;
	uint32_t plain; /* the first state that skips, or row_count * stride */
	struct regex_skip *skips;
	uint32_t skip_count;
};

/*
 * regex_dfa(tree, classes, steps, out):
 * Make the table, with as few states as it can have.  0, -ENOMEM, or REGEX_DFA_E_BIG where it
 * would have more than REGEX_CELLS_MAX cells or cost too much to make.
 */
#define REGEX_DFA_E_BIG 1
int regex_dfa(const struct regex_tree *tree, const struct regex_classes *classes,
	      const struct regex_steps *steps, struct regex_dfa *out) MUST_USE;

/*
 * regex_dfa_reduce(arena, classes, dfa):
 * Merge states that no text tells apart, find out which of them can skip, and put these last.
 * In ${dfa} states are numbers of rows so far, and afterwards of cells.  0 or -ENOMEM.
 */
int regex_dfa_reduce(struct arena *arena, const struct regex_classes *classes,
		     struct regex_dfa *dfa) MUST_USE;
