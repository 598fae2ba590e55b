// SPDX-License-Identifier: Apache-2.0
// Any bytes as a rule file: never a crash, every document a verdict, every rule well-formed.
#include <assert.h>

#include "update/rule/logsource.h"
#include "update/rule/placeholder.h"
#include "update/rule/rule_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* What the compiler relies on, of one item. */
static void check_item(const struct rule_item *item)
{
	assert(item->value_count >= 1);
	for (uint32_t i = 0; i < item->value_count; i++) {
		const struct rule_value *value = &item->values[i];

		assert(value->kind <= MATCH_YEAR);
		assert(value->network_bits <= 128);
		if (!item->field.size)
			assert(value->kind <= MATCH_REGEX);
		if (value->kind == MATCH_CONTAINS || value->kind == MATCH_PREFIX ||
		    value->kind == MATCH_SUFFIX)
			assert(value->literal.size);
	}
}

/* The same of a tree, without recursion: what is still to be seen is in a list. */
static void check_tree(const struct rule_node *root, uint32_t parts)
{
	const struct rule_node **open = malloc(sizeof(*open));
	size_t count = 1;

	if (!open)
		return;
	open[0] = root;
	while (count) {
		const struct rule_node *node = open[--count], **grown;

		if (node->kind == NODE_ITEM) {
			if (node->item)
				check_item(node->item);
			else
				assert(node->count < parts);
			continue;
		}
		assert(node->kind == NODE_NOT ? node->count == 1 : node->count >= 2);
		grown = realloc(open, (count + node->count) * sizeof(*open));
		if (!grown)
			break;
		open = grown;
		for (uint32_t i = 0; i < node->count; i++)
			open[count++] = node->children[i];
	}
	free(open);
}

static void check_set(const struct rule_set *set)
{
	struct logsource_target *targets =
		arena_array(set->arena, LOGSOURCE_TARGETS_MAX, sizeof(*targets));
	uint32_t count;

	if (!targets)
		return;
	for (uint32_t i = 0; i < set->rule_count; i++) {
		check_tree(set->rules[i].condition, 0);
		if (logsource_resolve(&set->rules[i].logsource, set->arena, targets,
				      &count) == 0)
			assert(count >= 1 && count < LOGSOURCE_TARGETS_MAX);
	}
	for (uint32_t i = 0; i < set->correlation_count; i++) {
		const struct correlation *c = &set->correlations[i];

		assert(c->part_count >= 1 && c->timespan_ns > 0);
		for (uint32_t k = 0; k < c->part_count; k++)
			assert(c->parts[k].index < (c->parts[k].is_correlation
							    ? set->correlation_count
							    : set->rule_count));
		if (c->condition)
			check_tree(c->condition, c->part_count);
	}
}

static void check_reports(const struct rule_reader *reader, const struct rule_set *set)
{
	uint32_t count, usable = 0;
	const struct rule_report *reports = rule_reader_reports(reader, &count);

	assert(count >= 1);
	for (uint32_t i = 0; i < count; i++) {
		if (reports[i].verdict == RULE_REFUSED)
			assert(reports[i].why.reason[0] && reports[i].why.file[0]);
		else
			usable += !reports[i].is_filter;
	}
	assert(usable == set->rule_count + set->correlation_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const struct text text = { .at = (const char *)bytes, .size = size };
	struct rule_reader_options options = { 0 };
	struct placeholders *placeholders = NULL;
	struct rule_reader *reader = NULL;
	struct rule_set set = { 0 };
	struct why why = { 0 };

	if (placeholders_read(text, &placeholders, &why) == 0)
		placeholders_free(placeholders);
	if (rule_reader_create(&options, &reader, &why))
		return 0;
	if (rule_reader_add_text(reader, "input.yml", text) == 0 &&
	    rule_reader_finish(reader, &set) == 0) {
		check_set(&set);
		check_reports(reader, &set);
	}
	rule_reader_free(reader);
	return 0;
}
