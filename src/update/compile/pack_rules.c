// SPDX-License-Identifier: Apache-2.0
// What a pack says of its rules, and its correlations.
#include "update/compile/pack_rules.h"

#include <errno.h>

#include "update/compile/formula.h"
#include "update/compile/rule_hash.h"

#define DRAFT_SIZE_MAX ((size_t)1 << 28)

struct writing {
	struct builder *builder;
	const struct rule_set *set;
	uint32_t *order;     /* correlations, each after those that it counts */
	uint32_t *number;    /* of each correlation among the pack's rules */
	struct buffer users; /* pairs (rule, part) */
};

static struct text base_name(struct text path)
{
	for (size_t i = path.size; i > 0; i--)
		if (path.at[i - 1] == '/')
			return text_part(path, i, SIZE_MAX);
	return path;
}

static int write_head(struct builder *builder, const struct rule_head *head,
		      struct pack_rule_entry *entry)
{
	AUTO(buffer) struct buffer tags;
	const struct {
		struct text text;
		struct pack_span *span;
	} texts[] = {
		{ head->id, &entry->id },
		{ head->title, &entry->title },
		{ head->name, &entry->name },
		{ head->status, &entry->status },
		{ head->description, &entry->description },
		{ head->author, &entry->author },
		{ head->license, &entry->license },
		{ head->date, &entry->date },
		{ head->modified, &entry->modified },
		/* The folder differs from machine to machine, and packs must not. */
		{ base_name(head->file), &entry->file },
	};
	int r = 0;

	buffer_init(&tags, DRAFT_SIZE_MAX);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && !r; i++)
		r = builder_text(builder, texts[i].text, texts[i].span);
	for (uint32_t i = 0; i < head->tag_count && !r; i++) {
		struct pack_span span;

		r = builder_text(builder, head->tags[i], &span);
		buffer_add(&tags, &span, sizeof(span));
	}
	if (!r && tags.failed)
		r = -ENOMEM;
	entry->level = head->level;
	return r ? r
		 : builder_list(builder, (const uint32_t *)(void *)tags.at,
				(uint32_t)(tags.size / sizeof(uint32_t)), &entry->tags);
}

static int write_logsource(struct builder *builder, const struct logsource *logsource,
			   struct pack_span *out)
{
	AUTO(buffer) struct buffer text;

	buffer_init(&text, DRAFT_SIZE_MAX);
	buffer_text(&text, logsource->product);
	buffer_char(&text, '/');
	buffer_text(&text, logsource->category);
	buffer_char(&text, '/');
	buffer_text(&text, logsource->service);
	return text.failed ? -ENOMEM : builder_text(builder, buffer_view(&text), out);
}

/* Correlations in an order in which each comes after those that it counts. */
static int order_correlations(struct writing *writing)
{
	const struct rule_set *set = writing->set;
	uint32_t placed = 0, before;

	writing->order = arena_array(writing->builder->arena, set->correlation_count + 1,
				     sizeof(uint32_t));
	writing->number = arena_array(writing->builder->arena, set->correlation_count + 1,
				      sizeof(uint32_t));
	if (!writing->order || !writing->number)
		return -ENOMEM;
	do {
		before = placed;
		for (uint32_t i = 0; i < set->correlation_count; i++) {
			const struct correlation *correlation = &set->correlations[i];
			bool ready = writing->number[i] == 0;

			for (uint32_t n = 0; n < correlation->part_count && ready; n++)
				ready = !correlation->parts[n].is_correlation ||
					writing->number[correlation->parts[n].index] != 0;
			if (!ready)
				continue;
			writing->order[placed] = i;
			writing->number[i] = set->rule_count + placed++;
		}
	} while (placed > before);
	if (placed == set->correlation_count)
		return 0;
	why_set(writing->builder->why, 0, 0, "correlations count each other in a circle");
	return -EINVAL;
}

static int write_fields(struct builder *builder, const struct correlation_key *keys,
			uint32_t count, uint32_t part, struct pack_span *out)
{
	uint32_t fields[PACK_KEYS_MAX];

	for (uint32_t i = 0; i < count; i++) {
		int r = builder_field(
			builder, part == PACK_NONE ? keys[i].name : keys[i].in_part[part],
			&fields[i]);

		if (r)
			return r;
	}
	return builder_list(builder, fields, count, out);
}

static int write_part(struct writing *writing, const struct correlation *correlation,
		      uint32_t index, uint32_t number)
{
	const struct correlation_part *counted = &correlation->parts[number];
	struct pack_part part = { .correlation = index, .number = number };
	uint32_t pair[2];
	int r;

	part.rule = counted->is_correlation ? writing->number[counted->index]
					    : counted->index;
	r = write_fields(writing->builder, correlation->keys, correlation->key_count,
			 number, &part.keys);
	if (!r)
		r = write_fields(writing->builder, correlation->fields,
				 correlation->field_count, number, &part.values);
	pair[0] = part.rule;
	pair[1] = builder_count(writing->builder, PACK_PARTS, sizeof(part));
	buffer_add(&writing->users, pair, sizeof(pair));
	if (!r && writing->users.failed)
		r = -ENOMEM;
	return r ? r
		 : builder_add(writing->builder, PACK_PARTS, &part, 1, sizeof(part),
			       NULL);
}

static int write_bounds(struct builder *builder, const struct correlation *correlation,
			struct pack_span *out)
{
	out->first = builder_count(builder, PACK_BOUNDS, sizeof(struct pack_bound));
	out->count = correlation->bound_count;
	for (uint32_t i = 0; i < correlation->bound_count; i++) {
		struct pack_bound bound = { .op = correlation->bounds[i].op,
					    .number = correlation->bounds[i].number };
		int r = builder_add(builder, PACK_BOUNDS, &bound, 1, sizeof(bound), NULL);

		if (r)
			return r;
	}
	return 0;
}

/* A temporal condition's leaves are parts.  As deep as the condition, which the reader bounds. */
static struct formula *parts_formula(struct arena *arena, const struct rule_node *node)
{
	AUTO(free) struct formula **parts = NULL;

	if (node->kind == NODE_ITEM)
		return formula_atom(arena, node->count);
	parts = calloc(node->count, sizeof(*parts));
	if (!parts)
		return NULL;
	for (uint32_t i = 0; i < node->count; i++)
		parts[i] = parts_formula(arena, node->children[i]);
	if (node->kind == NODE_NOT)
		return formula_not(arena, parts[0]);
	return formula_join(arena, node->kind == NODE_AND ? FORMULA_AND : FORMULA_OR,
			    parts, node->count);
}

static int write_condition(struct builder *builder, const struct rule_node *node,
			   struct pack_span *out)
{
	AUTO(buffer) struct buffer tests = { 0 };
	struct formula *formula;
	int r;

	if (!node)
		return 0;
	buffer_init(&tests, DRAFT_SIZE_MAX);
	formula = parts_formula(builder->arena, node);
	if (!formula)
		return -ENOMEM;
	r = formula_tests(formula, &tests);
	out->count = (uint32_t)(tests.size / sizeof(struct pack_test));
	return r ? r
		 : builder_add(builder, PACK_TESTS, tests.at, out->count,
			       sizeof(struct pack_test), &out->first);
}

static int too_many(struct builder *builder, const struct correlation *correlation)
{
	why_file(builder->why,
		 correlation->head.file.at ? correlation->head.file.at : "");
	why_set(builder->why, correlation->head.line, 0,
		"a correlation has more than %u rules or %u fields", PACK_PARTS_MAX,
		PACK_KEYS_MAX);
	return -E2BIG;
}

static int write_correlation(struct writing *writing, uint32_t index)
{
	struct builder *builder = writing->builder;
	const struct correlation *correlation =
		&writing->set->correlations[writing->order[index]];
	struct pack_correlation entry = { .rule = writing->set->rule_count + index,
					  .kind = correlation->type,
					  .timespan_ns = correlation->timespan_ns,
					  .value_count = correlation->field_count };
	int r;

	if (correlation->part_count > PACK_PARTS_MAX ||
	    correlation->key_count > PACK_KEYS_MAX ||
	    correlation->field_count > PACK_KEYS_MAX)
		return too_many(builder, correlation);
	entry.percentile = (uint32_t)(correlation->percentile * 100 + 0.5);
	entry.parts.count = correlation->part_count;
	entry.parts.first = builder_count(builder, PACK_PARTS, sizeof(struct pack_part));
	r = write_fields(builder, correlation->keys, correlation->key_count, PACK_NONE,
			 &entry.keys);
	for (uint32_t i = 0; i < correlation->part_count && !r; i++)
		r = write_part(writing, correlation, index, i);
	if (!r)
		r = write_bounds(builder, correlation, &entry.bounds);
	if (!r)
		r = write_condition(builder, correlation->condition, &entry.condition);
	return r ? r
		 : builder_add(builder, PACK_CORRELATIONS, &entry, 1, sizeof(entry),
			       NULL);
}

static int write_users(struct writing *writing, uint32_t rule, struct pack_span *out)
{
	const uint32_t *pairs = (const uint32_t *)(void *)writing->users.at;
	AUTO(buffer) struct buffer list;

	buffer_init(&list, DRAFT_SIZE_MAX);
	for (size_t i = 0; i < writing->users.size / (2 * sizeof(uint32_t)); i++)
		if (pairs[2 * i] == rule)
			buffer_add(&list, &pairs[2 * i + 1], sizeof(uint32_t));
	return list.failed
		       ? -ENOMEM
		       : builder_list(writing->builder, (const uint32_t *)(void *)list.at,
				      (uint32_t)(list.size / sizeof(uint32_t)), out);
}

static int write_rule(struct writing *writing, uint32_t number)
{
	const struct rule_set *set = writing->set;
	struct pack_rule_entry entry = { .correlation = PACK_NONE };
	const struct rule *rule = &set->rules[number];
	uint64_t meaning;
	int r;

	if (number >= set->rule_count) {
		const struct correlation *correlation =
			&set->correlations[writing->order[number - set->rule_count]];

		entry.correlation = number - set->rule_count;
		entry.flags = PACK_RULE_CORRELATION |
			      (correlation->silent ? PACK_RULE_SILENT : 0);
		meaning = correlation_hash(set, correlation);
		r = write_head(writing->builder, &correlation->head, &entry);
	} else {
		meaning = rule_hash(rule);
		entry.flags = rule->silent ? PACK_RULE_SILENT : 0;
		r = write_head(writing->builder, &rule->head, &entry);
		if (!r)
			r = write_logsource(writing->builder, &rule->logsource,
					    &entry.logsource);
	}
	entry.meaning[0] = (uint32_t)meaning;
	entry.meaning[1] = (uint32_t)(meaning >> 32);
	if (!r)
		r = write_users(writing, number, &entry.used_by);
	if (entry.used_by.count)
		entry.flags |= PACK_RULE_BASE;
	return r ? r
		 : builder_add(writing->builder, PACK_RULES, &entry, 1, sizeof(entry),
			       NULL);
}

int pack_rules_write(struct builder *builder, const struct rule_set *set)
{
	struct writing writing = { .builder = builder, .set = set };
	int r;

	buffer_init(&writing.users, DRAFT_SIZE_MAX);
	r = order_correlations(&writing);
	for (uint32_t i = 0; i < set->correlation_count && !r; i++)
		r = write_correlation(&writing, i);
	for (uint32_t i = 0; i < set->rule_count + set->correlation_count && !r; i++)
		r = write_rule(&writing, i);
	buffer_done(&writing.users);
	return r;
}
