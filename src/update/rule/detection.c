// SPDX-License-Identifier: Apache-2.0
// A "detection" (or a filter's selections) -> one tree of items.
#include "update/rule/detection.h"

#include <errno.h>

#include "update/rule/condition.h"
#include "update/rule/item.h"

/* Nodes that are going to be joined. */
struct node_list {
	struct rule_node **items;
	uint32_t count;
	uint32_t weight;
};

static void auto_node_list(struct node_list *list)
{
	free(list->items);
}

static int list_init(struct node_list *list, uint32_t count)
{
	list->items = calloc(count ? count : 1, sizeof(struct rule_node *));
	return list->items ? 0 : -ENOMEM;
}

static int list_join(const struct reading *reading, const struct node_list *list,
		     enum node_kind kind, struct condition_name *out)
{
	out->weight = list->weight + (list->count > 1);
	return condition_join(reading->arena, kind, list->items, list->count, &out->node);
}

/* A map: all of its items. */
static int read_map(const struct reading *reading, const struct yaml_node *map,
		    struct condition_name *out)
{
	AUTO(node_list) struct node_list list = { 0 };
	uint32_t weight = 0;
	int r = list_init(&list, map->count);

	if (!r && !map->count)
		return yaml_refuse(reading->why, map,
				   "an empty map where items were expected");
	for (size_t i = 0; !r && i < map->count; i++) {
		r = item_read(reading, map->items + i * 2, &list.items[list.count],
			      &weight);
		list.count++;
		list.weight += weight;
	}
	return r ? r : list_join(reading, &list, NODE_AND, out);
}

/* A list: any of its maps; scalars beside one another are one item of keywords. */
static int read_list(const struct reading *reading, const struct yaml_node *nodes,
		     struct condition_name *out)
{
	AUTO(node_list) struct node_list list = { 0 };
	struct condition_name one = { 0 };
	int r = list_init(&list, nodes->count);
	uint32_t end;

	if (!r && !nodes->count)
		return yaml_refuse(reading->why, nodes,
				   "an empty list where items or keywords were expected");
	for (uint32_t i = 0; !r && i < nodes->count; i = end) {
		const struct yaml_node *node = nodes->items[i];

		end = i + 1;
		one.weight = 1;
		if (node->kind == YAML_LIST)
			return yaml_refuse(
				reading->why, node,
				"a list in a list: expected a map or a keyword");
		if (node->kind == YAML_MAP) {
			r = read_map(reading, node, &one);
		} else {
			while (end < nodes->count && yaml_is_scalar(nodes->items[end]))
				end++;
			r = item_read_keywords(reading, nodes->items + i, end - i,
					       &one.node);
		}
		list.items[list.count++] = one.node;
		list.weight += one.weight;
	}
	return r ? r : list_join(reading, &list, NODE_OR, out);
}

static int read_identifier(const struct reading *reading, struct yaml_node *const *pair,
			   struct condition_name *out)
{
	out->name = pair[0]->text;
	out->weight = 1;
	if (pair[1]->kind == YAML_MAP)
		return read_map(reading, pair[1], out);
	if (pair[1]->kind == YAML_LIST)
		return read_list(reading, pair[1], out);
	return item_read_keywords(reading, pair + 1, 1, &out->node);
}

static int read_identifiers(const struct reading *reading, const struct yaml_node *map,
			    const char *reserved, struct condition_name *names,
			    uint32_t *count)
{
	int r = 0;

	*count = 0;
	for (size_t i = 0; !r && i < map->count; i++) {
		const struct yaml_node *key = map->items[i * 2];

		if (text_is(key->text, TEXT("condition")) ||
		    (reserved && text_is(key->text, text_of(reserved))))
			continue;
		if (text_is(key->text, TEXT("timeframe")))
			return yaml_refuse(
				reading->why, key,
				"'timeframe' is not supported: correlations replace it");
		r = read_identifier(reading, map->items + i * 2, &names[*count]);
		(*count)++;
	}
	if (!r && !*count)
		return yaml_refuse(reading->why, map, "no search identifier");
	return r;
}

/* A list of conditions: any of them. */
static int read_conditions(const struct reading *reading,
			   const struct yaml_node *condition,
			   const struct condition_name *names, uint32_t count,
			   struct rule_node **out)
{
	AUTO(node_list) struct node_list list = { 0 };
	struct condition_name all = { 0 };
	int r;

	if (condition->kind != YAML_LIST)
		return condition_read(reading, condition, names, count, out);
	if (!condition->count)
		return yaml_refuse(reading->why, condition,
				   "an empty list of conditions");
	r = list_init(&list, condition->count);
	for (uint32_t i = 0; !r && i < condition->count; i++) {
		r = condition_read(reading, condition->items[i], names, count,
				   &list.items[i]);
		list.count++;
	}
	if (!r)
		r = list_join(reading, &list, NODE_OR, &all);
	if (!r)
		*out = all.node;
	return r;
}

int detection_read(const struct reading *reading, const struct yaml_node *map,
		   const char *reserved, struct rule_node **out)
{
	AUTO(free) struct condition_name *names = NULL;
	const struct yaml_node *condition = yaml_get(map, "condition");
	uint32_t count = 0;
	int r;

	if (map->kind != YAML_MAP)
		return yaml_refuse(reading->why, map,
				   "%s where a map of search identifiers was expected",
				   yaml_kind_name(map));
	if (!condition)
		return yaml_refuse(reading->why, map, "no 'condition'");
	names = calloc(map->count, sizeof(*names));
	if (!names)
		return -ENOMEM;
	r = read_identifiers(reading, map, reserved, names, &count);
	return r ? r : read_conditions(reading, condition, names, count, out);
}
