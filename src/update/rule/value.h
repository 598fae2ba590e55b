/* SPDX-License-Identifier: Apache-2.0 */
/* One value of a detection item, through its modifiers -> what the engine compares with. */
#pragma once

#include "update/rule/modifier.h"
#include "update/rule/reading.h"

#define VALUES_MAX     65536u /* values of one detection item, variants included */
#define VALUE_SIZE_MAX 65536u /* bytes of one value as written */

/* Values being gathered; their texts are in the arena. */
struct value_list {
	struct rule_value *items;
	uint32_t count, capacity;
};

/*
 * value_read(reading, chain, is_keyword, node, out):
 * Append to ${out} what ${node} means under ${chain}: one value, or several of which one must
 * match (windash, base64offset, expand).
 */
int value_read(const struct reading *reading, const struct chain *chain, bool is_keyword,
	       const struct yaml_node *node, struct value_list *out) MUST_USE;

/*
 * value_text(reading, node, out):
 * The text that a scalar compares with (docs/sigma.md S4, S23): as written, but floats without
 * needless digits, and truth values in lower case.  0 or -ENOMEM.
 */
int value_text(const struct reading *reading, const struct yaml_node *node,
	       struct text *out) MUST_USE;

static inline void auto_value_list(struct value_list *list)
{
	free(list->items);
}
