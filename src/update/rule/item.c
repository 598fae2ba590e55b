// SPDX-License-Identifier: Apache-2.0
// "Field|modifier: value(s)" -> a node of the condition.
#include "update/rule/item.h"

#include <errno.h>

#include "update/rule/condition.h"
#include "update/rule/value.h"

/* A detection item being read. */
struct item_reader {
	const struct reading *reading;
	const struct yaml_node *at; /* its key, or its first keyword */
	struct text field;
	struct chain chain;
	struct yaml_node *const *nodes;
	uint32_t count;
};

static int item_make(const struct item_reader *reader, const struct value_list *values,
		     bool all, bool negated, struct rule_node **out)
{
	struct arena *arena = reader->reading->arena;
	struct rule_node *node = arena_alloc(arena, sizeof(*node));
	struct rule_item *item = arena_alloc(arena, sizeof(*item));

	if (!node || !item)
		return -ENOMEM;
	item->values = arena_array(arena, values->count, sizeof(*item->values));
	if (!item->values)
		return -ENOMEM;
	memcpy(item->values, values->items, values->count * sizeof(*item->values));
	item->value_count = values->count;
	item->field = reader->field;
	item->all = all;
	item->negated = negated;
	item->line = reader->at->line;
	item->column = reader->at->column;
	node->kind = NODE_ITEM;
	node->item = item;
	*out = node;
	return 0;
}

/* One item over all values. */
static int read_flat(const struct item_reader *reader, struct value_list *values)
{
	int r = 0;

	for (uint32_t i = 0; !r && i < reader->count; i++)
		r = value_read(reader->reading, &reader->chain, !reader->field.size,
			       reader->nodes[i], values);
	return r;
}

/* Values that gave more than one each: an item for each, all of which must hold. */
static int read_each(const struct item_reader *reader, struct rule_node **out,
		     uint32_t *weight)
{
	AUTO(free) struct rule_node **nodes = NULL;
	struct arena *arena = reader->reading->arena;
	int r = 0;

	nodes = calloc(reader->count, sizeof(struct rule_node *));
	if (!nodes)
		return -ENOMEM;
	for (uint32_t i = 0; !r && i < reader->count; i++) {
		AUTO(value_list) struct value_list values = { 0 };

		r = value_read(reader->reading, &reader->chain, !reader->field.size,
			       reader->nodes[i], &values);
		if (!r)
			r = item_make(reader, &values, false, false, &nodes[i]);
	}
	if (!r)
		r = condition_join(arena, NODE_AND, nodes, reader->count, out);
	if (!r && reader->chain.negated)
		r = condition_not(arena, *out, out);
	*weight = reader->count + 1 + reader->chain.negated;
	return r;
}

static int read_item(const struct item_reader *reader, struct rule_node **out,
		     uint32_t *weight)
{
	AUTO(value_list) struct value_list values = { 0 };
	bool all = reader->chain.all && reader->count > 1;
	int r = read_flat(reader, &values);

	if (r)
		return r;
	if (all && values.count > reader->count)
		return read_each(reader, out, weight);
	*weight = 1;
	return item_make(reader, &values, all, reader->chain.negated, out);
}

int item_read(const struct reading *reading, struct yaml_node *const *pair,
	      struct rule_node **out, uint32_t *weight)
{
	const struct yaml_node *key = pair[0], *value = pair[1];
	struct item_reader reader = {
		.reading = reading, .at = key, .nodes = pair + 1, .count = 1
	};
	struct text field = { 0 };
	int r = modifier_read(key, &field, &reader.chain, reading->why);

	if (!r)
		r = arena_copy(reading->arena, field, &reader.field);
	if (r)
		return r;
	if (value->kind == YAML_LIST) {
		reader.nodes = value->items;
		reader.count = value->count;
	}
	if (!reader.count)
		return yaml_refuse(reading->why, value, "'%.*s' has no values",
				   YAML_SHOW(key->text));
	if (reader.chain.kind == CHAIN_EXISTS && reader.count > 1)
		return yaml_refuse(reading->why, value,
				   "'exists' takes true or false, not a list");
	return read_item(&reader, out, weight);
}

int item_read_keywords(const struct reading *reading, struct yaml_node *const *nodes,
		       uint32_t count, struct rule_node **out)
{
	struct item_reader reader = {
		.reading = reading, .at = nodes[0], .nodes = nodes, .count = count
	};
	uint32_t weight;

	return read_item(&reader, out, &weight);
}
