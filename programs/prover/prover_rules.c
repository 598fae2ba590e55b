// SPDX-License-Identifier: Apache-2.0
// Rule by rule: what two packs have in common, and what each found.
#include "prover_rules.h"

#include <errno.h>

#include "base/table.h"

/* What a rule is known by from pack to pack: its id, or else its title. */
static struct text rule_key(const struct pack *pack, uint32_t number,
			    struct pack_rule *rule)
{
	pack_rule(pack, number, rule);
	return rule->id.size ? rule->id : rule->title;
}

static int index_rules(const struct pack *pack, struct table *table)
{
	for (uint32_t i = 0; pack && i < pack_rule_count(pack); i++) {
		struct pack_rule rule;
		int r = table_put(table, rule_key(pack, i, &rule), i);

		if (r)
			return r;
	}
	return 0;
}

int prover_rules_compare(const struct side *candidate, const struct side *running,
			 struct prover_report *report)
{
	AUTO(table) struct table in_candidate = { 0 }, in_running = { 0 };
	struct pack_rule rule;
	int r = index_rules(candidate->pack, &in_candidate);

	if (r == 0)
		r = index_rules(running->pack, &in_running);
	if (r)
		return r;
	for (uint32_t i = 0; i < candidate->figures.rules; i++)
		report->rules_new +=
			table_get(&in_running, rule_key(candidate->pack, i, &rule)) ==
			TABLE_NONE;
	for (uint32_t i = 0; i < running->figures.rules; i++)
		report->rules_gone +=
			table_get(&in_candidate, rule_key(running->pack, i, &rule)) ==
			TABLE_NONE;
	return 0;
}

static void copy_text(char *to, struct text from, size_t size)
{
	if (from.size >= size)
		from.size = size - 1;
	memcpy(to, from.at, from.size);
	to[from.size] = '\0';
}

static void fill_row(const struct pack *pack, uint32_t number, struct prover_rule *row)
{
	struct pack_rule rule;

	pack_rule(pack, number, &rule);
	copy_text(row->id, rule.id, sizeof(row->id));
	copy_text(row->title, rule.title, sizeof(row->title));
}

static int by_detections(const void *one, const void *other)
{
	const struct prover_rule *a = one, *b = other;

	if (a->now != b->now)
		return a->now < b->now ? 1 : -1;
	return (a->before < b->before) - (a->before > b->before);
}

/*
 * All rows are collected before the report takes the first of them: a rule that storms must not
 * be left out because it stands late in the pack.
 */
struct rows {
	struct prover_rule *all;
	uint32_t count;
};

static uint32_t count_of(const struct table *table, struct text key,
			 const struct side *side)
{
	return table_get(table, key) == TABLE_NONE || !side->detections
		       ? TABLE_NONE
		       : table_get(table, key);
}

static void collect(const struct side *candidate, const struct side *running,
		    const struct table *in_candidate, const struct table *in_running,
		    struct rows *rows)
{
	struct pack_rule rule;

	for (uint32_t i = 0; i < candidate->figures.rules; i++) {
		uint32_t old = count_of(in_running, rule_key(candidate->pack, i, &rule),
					running);
		uint64_t before = old == TABLE_NONE ? 0 : running->detections[old];

		if (!before && !candidate->detections[i])
			continue;
		rows->all[rows->count] = (struct prover_rule){
			.number = i, .before = before, .now = candidate->detections[i]
		};
		fill_row(candidate->pack, i, &rows->all[rows->count++]);
	}
	for (uint32_t i = 0; i < running->figures.rules; i++) {
		if (!running->detections || !running->detections[i] ||
		    table_get(in_candidate, rule_key(running->pack, i, &rule)) !=
			    TABLE_NONE)
			continue;
		rows->all[rows->count] =
			(struct prover_rule){ .number = UINT32_MAX,
					      .before = running->detections[i] };
		fill_row(running->pack, i, &rows->all[rows->count++]);
	}
}

int prover_rules_list(const struct side *candidate, const struct side *running,
		      struct prover_report *report)
{
	AUTO(table) struct table in_candidate = { 0 }, in_running = { 0 };
	AUTO(free) struct prover_rule *all = NULL;
	struct rows rows = { 0 };
	int r = index_rules(candidate->pack, &in_candidate);

	if (r == 0)
		r = index_rules(running->pack, &in_running);
	if (r)
		return r;
	rows.all = all =
		calloc((size_t)candidate->figures.rules + running->figures.rules + 1,
		       sizeof(*all));
	if (!all)
		return -ENOMEM;
	collect(candidate, running, &in_candidate, &in_running, &rows);
	qsort(all, rows.count, sizeof(*all), by_detections);
	if (rows.count > PROVER_RULES_MAX)
		rows.count = PROVER_RULES_MAX;
	memcpy(report->rules, all, rows.count * sizeof(*all));
	report->rule_count = rows.count;
	return 0;
}
