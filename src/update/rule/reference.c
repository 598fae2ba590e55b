// SPDX-License-Identifier: Apache-2.0
// The name or id by which one document speaks of another.
#include "update/rule/reference.h"

#include <errno.h>

int reference_read(const struct reading *reading, const struct yaml_node *map,
		   const char *key, struct reference **out, uint32_t *count)
{
	const struct yaml_node *node = yaml_get(map, key);
	uint32_t given;
	int r = 0;

	*count = 0;
	if (!node || node->kind == YAML_NULL)
		return 0;
	given = node->kind == YAML_LIST ? node->count : 1;
	*out = arena_array(reading->arena, given, sizeof(struct reference));
	if (!*out)
		return -ENOMEM;
	for (uint32_t i = 0; !r && i < given; i++) {
		const struct yaml_node *item =
			node->kind == YAML_LIST ? node->items[i] : node;
		struct reference *reference = &(*out)[i];

		if (!yaml_is_scalar(item) || !item->text.size)
			return yaml_refuse(reading->why, item,
					   "'%s' has %s: expected ids or names of rules",
					   key, yaml_kind_name(item));
		reference->line = item->line;
		reference->column = item->column;
		r = arena_copy(reading->arena, item->text, &reference->name);
	}
	*count = given;
	return r;
}
