/* SPDX-License-Identifier: Apache-2.0 */
/* A "filter" document: a condition to be ANDed to the rules that it names. */
#pragma once

#include "update/rule/reference.h"

struct filter {
	struct rule_head head;
	struct logsource logsource;
	struct rule_node *condition;
	bool any; /* all rules of the log source; references is empty */
	uint32_t reference_count;
	struct reference *references;
};

int filter_read(const struct reading *reading, struct text file,
		const struct yaml_node *root, struct filter **out) MUST_USE;

/* Whether everything that the filter's log source names is so in the rule's. */
bool filter_fits(const struct filter *filter, const struct logsource *rule);
