// SPDX-License-Identifier: Apache-2.0
// Which event sources and ids the rules of a pack are about.
#include "update/compile/source_plan.h"

#include <errno.h>

#include "base/buffer.h"
#include "base/table.h"

#define LIST_SIZE_MAX ((size_t)1 << 28)

static bool is_general(struct text name)
{
	return text_ends(name, TEXT("*"));
}

static bool source_fits(struct text pattern, struct text source)
{
	if (!is_general(pattern))
		return text_is(pattern, source);
	return text_starts(source, text_part(pattern, 0, pattern.size - 1));
}

bool target_takes(const struct logsource_target *target, struct text source, uint32_t id)
{
	if (!source_fits(target->source, source))
		return false;
	if (!target->ids)
		return true;
	for (uint32_t i = 0; i < target->id_count; i++)
		if (target->ids[i] == id)
			return true;
	return false;
}

static int resolve_rules(struct source_plan *plan, const struct rule_set *set,
			 struct arena *arena)
{
	plan->rules = arena_array(arena, set->rule_count, sizeof(*plan->rules));
	if (!plan->rules)
		return -ENOMEM;
	for (uint32_t i = 0; i < set->rule_count; i++) {
		struct planned_rule *planned = &plan->rules[i];
		int r;

		planned->targets = arena_array(arena, LOGSOURCE_TARGETS_MAX,
					       sizeof(*planned->targets));
		if (!planned->targets)
			return -ENOMEM;
		r = logsource_resolve(&set->rules[i].logsource, arena, planned->targets,
				      &planned->target_count);
		if (r)
			return r;
	}
	return 0;
}

static int by_name(const void *a, const void *b)
{
	const struct planned_source *x = a, *y = b;
	size_t size = x->name.size < y->name.size ? x->name.size : y->name.size;
	int order = memcmp(x->name.at, y->name.at, size);

	return order ? order
		     : (x->name.size > y->name.size) - (x->name.size < y->name.size);
}

static int name_sources(struct source_plan *plan, const struct rule_set *set,
			struct arena *arena)
{
	AUTO(table) struct table names = { 0 };

	for (uint32_t i = 0; i < set->rule_count; i++) {
		for (uint32_t n = 0; n < plan->rules[i].target_count; n++) {
			struct text name = plan->rules[i].targets[n].source;

			if (table_get(&names, name) == TABLE_NONE &&
			    table_put(&names, name, 0) < 0)
				return -ENOMEM;
		}
	}
	plan->sources = arena_array(arena, names.count, sizeof(*plan->sources));
	if (!plan->sources)
		return -ENOMEM;
	plan->source_count = names.count;
	for (uint32_t i = 0; i < names.count; i++)
		plan->sources[i].name = names.entries[i].key;
	qsort(plan->sources, names.count, sizeof(*plan->sources), by_name);
	return 0;
}

/* The event ids that a condition names.  As deep as the condition, which the reader bounds. */
static void add_ids(const struct rule_node *node, struct buffer *ids)
{
	if (node->kind != NODE_ITEM) {
		for (uint32_t i = 0; i < node->count; i++)
			add_ids(node->children[i], ids);
		return;
	}
	if (!text_is(node->item->field, TEXT("EventID")))
		return;
	for (uint32_t i = 0; i < node->item->value_count; i++) {
		struct text literal = node->item->values[i].literal;
		uint64_t id = 0;
		size_t n = 0;

		for (; n < literal.size && n < 10; n++) {
			if (literal.at[n] < '0' || literal.at[n] > '9')
				break;
			id = id * 10 + (uint64_t)(literal.at[n] - '0');
		}
		if (node->item->values[i].kind == MATCH_EXACT && n == literal.size &&
		    n > 0 && (n == 1 || literal.at[0] != '0') && id < UINT32_MAX) {
			uint32_t small = (uint32_t)id;

			buffer_add(ids, &small, sizeof(small));
		}
	}
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static int keep_sorted(struct buffer *numbers, struct arena *arena, uint32_t **out,
		       uint32_t *out_count)
{
	uint32_t *list = (uint32_t *)(void *)numbers->at;
	uint32_t count = (uint32_t)(numbers->size / sizeof(*list)), unique = 0;

	if (numbers->failed)
		return -ENOMEM;
	*out = arena_array(arena, count, sizeof(*list));
	if (!*out)
		return -ENOMEM;
	if (count)
		qsort(list, count, sizeof(*list), by_number);
	for (uint32_t i = 0; i < count; i++)
		if (i == 0 || list[i] != list[i - 1])
			(*out)[unique++] = list[i];
	*out_count = unique;
	return 0;
}

static int plan_source(struct source_plan *plan, const struct rule_set *set,
		       struct arena *arena, struct planned_source *source)
{
	AUTO(buffer) struct buffer rules, ids;
	int r;

	buffer_init(&rules, LIST_SIZE_MAX);
	buffer_init(&ids, LIST_SIZE_MAX);
	for (uint32_t i = 0; i < set->rule_count; i++) {
		for (uint32_t n = 0; n < plan->rules[i].target_count; n++) {
			const struct logsource_target *target =
				&plan->rules[i].targets[n];

			if (!source_fits(target->source, source->name))
				continue;
			buffer_add(&rules, &i, sizeof(i));
			/* Rules for every source of a kind give none of them classes. */
			if (is_general(target->source))
				continue;
			if (target->ids)
				buffer_add(&ids, target->ids,
					   target->id_count * sizeof(*target->ids));
			else
				add_ids(set->rules[i].condition, &ids);
		}
	}
	r = keep_sorted(&rules, arena, &source->rules, &source->rule_count);
	return r ? r : keep_sorted(&ids, arena, &source->ids, &source->id_count);
}

int source_plan_make(struct source_plan *plan, const struct rule_set *set,
		     struct arena *arena)
{
	int r = resolve_rules(plan, set, arena);

	if (!r)
		r = name_sources(plan, set, arena);
	for (uint32_t i = 0; !r && i < plan->source_count; i++)
		r = plan_source(plan, set, arena, &plan->sources[i]);
	return r;
}
