// SPDX-License-Identifier: Apache-2.0
// What a rule means, as one number: two rules with the same number detect the same.
#include "update/compile/rule_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

static void add_number(XXH3_state_t *state, uint64_t number)
{
	(void)XXH3_64bits_update(state, &number, sizeof(number));
}

static void add_text(XXH3_state_t *state, struct text text)
{
	add_number(state, text.size);
	if (text.size)
		(void)XXH3_64bits_update(state, text.at, text.size);
}

static void add_double(XXH3_state_t *state, double number)
{
	(void)XXH3_64bits_update(state, &number, sizeof(number));
}

static void add_head(XXH3_state_t *state, const struct rule_head *head)
{
	const struct text texts[] = { head->title,       head->id,     head->name,
				      head->status,      head->author, head->license,
				      head->description, head->date,   head->modified };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		add_text(state, texts[i]);
	add_number(state, head->level);
	add_number(state, head->tag_count);
	for (uint32_t i = 0; i < head->tag_count; i++)
		add_text(state, head->tags[i]);
}

static void add_item(XXH3_state_t *state, const struct rule_item *item)
{
	add_text(state, item->field);
	add_number(state, item->all | (unsigned)item->negated << 1);
	add_number(state, item->value_count);
	for (uint32_t i = 0; i < item->value_count; i++) {
		const struct rule_value *value = &item->values[i];

		add_number(state, value->kind);
		add_number(state, value->cased);
		add_number(state, value->regex_flags);
		add_text(state, value->literal);
		add_double(state, value->number);
		add_text(state,
			 (struct text){ .at = (const char *)value->network, .size = 16 });
		add_number(state, value->network_bits);
	}
}

/* As deep as the condition, whose nesting the reader bounds. */
static void add_node(XXH3_state_t *state, const struct rule_node *node)
{
	add_number(state, node->kind);
	add_number(state, node->count);
	if (node->kind == NODE_ITEM) {
		if (node->item)
			add_item(state, node->item);
		return;
	}
	for (uint32_t i = 0; i < node->count; i++)
		add_node(state, node->children[i]);
}

uint64_t rule_hash(const struct rule *rule)
{
	XXH3_state_t state;

	XXH3_INITSTATE(&state);
	(void)XXH3_64bits_reset(&state);
	add_head(&state, &rule->head);
	add_text(&state, rule->logsource.product);
	add_text(&state, rule->logsource.category);
	add_text(&state, rule->logsource.service);
	add_number(&state, rule->silent);
	add_node(&state, rule->condition);
	return XXH3_64bits_digest(&state);
}

static void add_keys(XXH3_state_t *state, const struct correlation_key *keys,
		     uint32_t count, uint32_t parts)
{
	add_number(state, count);
	for (uint32_t i = 0; i < count; i++) {
		add_text(state, keys[i].name);
		for (uint32_t n = 0; n < parts; n++)
			add_text(state, keys[i].in_part[n]);
	}
}

uint64_t correlation_hash(const struct rule_set *set,
			  const struct correlation *correlation)
{
	XXH3_state_t state;

	XXH3_INITSTATE(&state);
	(void)XXH3_64bits_reset(&state);
	add_head(&state, &correlation->head);
	add_number(&state, correlation->type);
	add_number(&state, correlation->part_count);
	for (uint32_t i = 0; i < correlation->part_count; i++) {
		const struct correlation_part *part = &correlation->parts[i];
		const struct rule_head *head =
			part->is_correlation ? &set->correlations[part->index].head
					     : &set->rules[part->index].head;

		add_text(&state, head->id.size ? head->id : head->name);
	}
	add_keys(&state, correlation->keys, correlation->key_count,
		 correlation->part_count);
	add_keys(&state, correlation->fields, correlation->field_count,
		 correlation->part_count);
	add_number(&state, (uint64_t)correlation->timespan_ns);
	add_double(&state, correlation->percentile);
	add_number(&state, correlation->silent);
	for (uint32_t i = 0; i < correlation->bound_count; i++) {
		add_number(&state, correlation->bounds[i].op);
		add_double(&state, correlation->bounds[i].number);
	}
	if (correlation->condition)
		add_node(&state, correlation->condition);
	return XXH3_64bits_digest(&state);
}
