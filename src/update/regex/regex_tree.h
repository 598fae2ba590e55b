/* SPDX-License-Identifier: Apache-2.0 */
/* A regex, read: what stands between its text and its automaton. */
#pragma once

#include "base/why.h"
#include "update/regex/regex_set.h"

#define REGEX_PATTERN_MAX 65536u     /* bytes of a regex's text */
#define REGEX_DEPTH_MAX   250u       /* groups within groups */
#define REGEX_REPEAT_MAX  1000u      /* of a counted repeat */
#define REGEX_ENDLESS     UINT16_MAX /* no upper count */

enum regex_node_kind {
	REGEX_NODE_SET,    /* one character of set number arg */
	REGEX_NODE_ASSERT, /* enum regex_assert arg */
	REGEX_NODE_CONCAT, /* the last arg fragments in a row; of 0, the empty text */
	REGEX_NODE_ALT,    /* one of the last arg fragments */
	REGEX_NODE_REPEAT, /* the last fragment, min to max times */
};

struct regex_node {
	uint8_t kind;
	bool caseless;     /* SET: it has all cases of its characters */
	uint16_t min, max; /* REPEAT */
	uint32_t arg;
	uint32_t column; /* where it stands in the text, from 1 */
};

/*
 * The tree in postfix order: a node follows the fragments it is made of, so whoever walks it
 * needs a stack and no recursion.  All of it makes one fragment.
 */
struct regex_tree {
	struct arena *arena;
	struct regex_node *nodes;
	uint32_t count, capacity;
	struct regex_set *sets; /* sorted, all different */
	uint32_t set_count, set_capacity;
};

/*
 * regex_parse(pattern, flags, arena, out, why):
 * Read ${pattern} (${flags}: enum regex_flags) into a tree in ${arena}.  0, -ENOMEM, or -EINVAL
 * with reason and column in ${why}.
 */
int regex_parse(struct text pattern, unsigned flags, struct arena *arena,
		struct regex_tree *out, struct why *why) MUST_USE;
