/* SPDX-License-Identifier: Apache-2.0 */
/* The values that stand for %name% where a rule says "expand". */
#pragma once

#include "base/arena.h"
#include "format/yaml.h"

#define PLACEHOLDERS_MAX 16     /* in one value */
#define EXPANSIONS_MAX   65536u /* values that one becomes */

struct placeholders;

/*
 * placeholders_read(yaml, out, why):
 * Read a map "name: value" or "name: [value, ...]" of texts and numbers.  0; -ENOMEM; or
 * -EINVAL with place and reason.
 */
int placeholders_read(struct text yaml, struct placeholders **out,
		      struct why *why) MUST_USE;

/* Accepts NULL. */
void placeholders_free(struct placeholders *placeholders);

/* The %name% of one text, each with the values it may take. */
struct expansion {
	struct text text;
	uint32_t count;
	uint64_t combinations;
	struct {
		size_t from, end; /* the percent signs are in between */
		const struct yaml_node *value;
	} slots[PLACEHOLDERS_MAX];
};

/*
 * placeholders_find(placeholders, node, out, why):
 * Find the placeholders in the text of ${node}; "\%" is a percent sign.  ${placeholders} may be
 * NULL: none has a value.  0, or -EINVAL with place and reason where a name has no value, or
 * there are too many names or combinations.
 */
int placeholders_find(const struct placeholders *placeholders,
		      const struct yaml_node *node, struct expansion *out,
		      struct why *why) MUST_USE;

/*
 * placeholders_expand(expansion, number, arena, out):
 * The text with combination ${number} of the values in their places.  Values are put in before
 * escapes and wildcards are read, as if they stood in the rule.  0 or -ENOMEM.
 */
int placeholders_expand(const struct expansion *expansion, uint64_t number,
			struct arena *arena, struct text *out) MUST_USE;
