// SPDX-License-Identifier: Apache-2.0
// Leaving out the rules that a scan need not evaluate, before they are compiled.
#include "scan_reduce.h"

#include <errno.h>

/* Of each rule and, behind them, of each correlation. */
struct choice {
	struct scan_named *names;
	bool *is_kept;
	uint32_t *number; /* that it has when others are left out */
};

static void auto_choice(struct choice *choice)
{
	free(choice->names);
	free(choice->is_kept);
	free(choice->number);
}

static const struct rule_head *head_of(const struct rule_set *set, uint32_t i)
{
	return i < set->rule_count ? &set->rules[i].head
				   : &set->correlations[i - set->rule_count].head;
}

static uint32_t place_of(const struct rule_set *set, const struct correlation_part *part)
{
	return part->is_correlation ? set->rule_count + part->index : part->index;
}

/* Keep what kept correlations count; chains are as long as correlations are deep. */
static void keep_parts(const struct rule_set *set, bool *is_kept)
{
	bool is_changed = true;

	while (is_changed) {
		is_changed = false;
		for (uint32_t i = 0; i < set->correlation_count; i++) {
			const struct correlation *correlation = &set->correlations[i];

			if (!is_kept[set->rule_count + i])
				continue;
			for (uint32_t k = 0; k < correlation->part_count; k++) {
				bool *part =
					&is_kept[place_of(set, &correlation->parts[k])];

				is_changed |= !*part;
				*part = true;
			}
		}
	}
}

/* Move what is kept to the front. */
static void leave_out(struct rule_set *set, const struct choice *choice)
{
	uint32_t rules = 0, correlations = 0;

	for (uint32_t i = 0; i < set->correlation_count; i++) {
		struct correlation *correlation = &set->correlations[i];

		for (uint32_t k = 0; k < correlation->part_count; k++) {
			struct correlation_part *part = &correlation->parts[k];

			part->index = choice->number[place_of(set, part)];
		}
	}
	for (uint32_t i = 0; i < set->rule_count; i++)
		if (choice->is_kept[i])
			set->rules[rules++] = set->rules[i];
	for (uint32_t i = 0; i < set->correlation_count; i++)
		if (choice->is_kept[set->rule_count + i])
			set->correlations[correlations++] = set->correlations[i];
	set->rule_count = rules;
	set->correlation_count = correlations;
}

/* Number what is kept, rules and correlations each by themselves; returns how many there are. */
static uint32_t number_kept(const struct rule_set *set, const struct choice *choice)
{
	uint32_t rules = 0, correlations = 0;
	uint32_t all = set->rule_count + set->correlation_count;

	for (uint32_t i = 0; i < all; i++) {
		uint32_t *next = i < set->rule_count ? &rules : &correlations;

		choice->number[i] = *next;
		*next += choice->is_kept[i];
	}
	return rules + correlations;
}

int scan_reduce(struct rule_set *set, const struct scan_options *options,
		const char **unknown, struct why *why)
{
	__attribute__((cleanup(auto_choice))) struct choice choice = { 0 };
	uint32_t all = set->rule_count + set->correlation_count, kept;
	int r;

	*unknown = NULL;
	choice.names = calloc((size_t)all + 1, sizeof(*choice.names));
	choice.is_kept = calloc((size_t)all + 1, sizeof(*choice.is_kept));
	choice.number = calloc((size_t)all + 1, sizeof(*choice.number));
	if (!choice.names || !choice.is_kept || !choice.number)
		return -ENOMEM;
	for (uint32_t i = 0; i < all; i++)
		choice.names[i] = (struct scan_named){ head_of(set, i)->title,
						       head_of(set, i)->id };
	r = scan_choose(choice.names, all, &options->only, &options->exclude,
			choice.is_kept, unknown, why);
	if (r)
		return r;
	for (uint32_t i = 0; i < all; i++)
		if (head_of(set, i)->level < options->level)
			choice.is_kept[i] = false;
	keep_parts(set, choice.is_kept);
	kept = number_kept(set, &choice);
	if (kept == 0 || kept == all)
		return 0;
	leave_out(set, &choice);
	return 1;
}
