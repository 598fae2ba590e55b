/* SPDX-License-Identifier: Apache-2.0 */
/* A regex's tree -> classes of characters, and instructions over them (Thompson's automaton). */
#pragma once

#include "model/regex_format.h"
#include "update/regex/regex_tree.h"

/* Which characters are never told apart. */
struct regex_classes {
	uint32_t count;
	uint32_t run_count;
	uint32_t *run_first; /* where each run of characters begins; the first is 0 */
	uint16_t *run_class;
	uint64_t **members; /* for each set of the tree: bit = class */
	uint8_t *near;      /* for each class, enum regex_near */
	uint8_t ascii[128]; /* the classes of ASCII once more */
};

/*
 * regex_classes(tree, out):
 * The coarsest classes that all sets of ${tree} are made of, and newlines and word characters
 * where assertions need them; numbered by their first character, so those of ASCII are below
 * 128.  0, -ENOMEM, or -EINVAL with ${why} where they are too many.
 */
int regex_classes(const struct regex_tree *tree, struct regex_classes *out,
		  struct why *why) MUST_USE;

/*
 * An instruction, and what it knows of its copies in other rounds of a counted repeat: of two
 * in the same family, the one of lower rank can match all that the other can.
 */
struct regex_step {
	uint8_t op; /* enum regex_op */
	uint16_t rank;
	uint32_t arg; /* SET: of the tree; ASSERT: enum regex_assert */
	int32_t jump; /* SPLIT, JUMP: relative, so that code can be copied and moved */
	uint32_t kin; /* how far back its family's first stands */
	bool has_kin;
};

struct regex_steps {
	struct regex_step *at;
	uint32_t count; /* at most REGEX_STATES_MAX; the last is MATCH */
};

/* The instructions for ${tree}.  0, -ENOMEM, or -EINVAL with ${why} where they are too many. */
int regex_steps(const struct regex_tree *tree, struct regex_steps *out,
		struct why *why) MUST_USE;
