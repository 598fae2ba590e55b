/* SPDX-License-Identifier: Apache-2.0 */
/* Which event sources and ids the rules of a pack are about. */
#pragma once

#include "update/rule/logsource.h"

struct planned_rule {
	struct logsource_target *targets;
	uint32_t target_count;
};

struct planned_source {
	struct text name;
	uint32_t *ids; /* ascending: each gets a class of its own */
	uint32_t id_count;
	uint32_t *rules; /* ascending: those that some event of the source can match */
	uint32_t rule_count;
};

struct source_plan {
	struct planned_rule *rules;     /* as many as the set has */
	struct planned_source *sources; /* sorted by name */
	uint32_t source_count;
};

/* Find targets of all rules, the sources they name, and ids.  In the arena; 0 or -ENOMEM. */
int source_plan_make(struct source_plan *plan, const struct rule_set *set,
		     struct arena *arena) MUST_USE;

/*
 * target_takes(target, source, id):
 * Whether events of this source and id are the target's.  ${id} UINT32_MAX stands for all ids
 * without a class of their own: then only a target for every id takes them.
 */
bool target_takes(const struct logsource_target *target, struct text source, uint32_t id);
