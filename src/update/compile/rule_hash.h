/* SPDX-License-Identifier: Apache-2.0 */
/* What a rule means, as one number: two rules with the same number detect the same. */
#pragma once

#include "update/rule/rule.h"

/* XXH3-64 over everything of the rule (the correlation) that detection and output depend on:
   head but for its file, log source, condition; not spelling, order of keys or comments. */
uint64_t rule_hash(const struct rule *rule);
uint64_t correlation_hash(const struct rule_set *set,
			  const struct correlation *correlation);
