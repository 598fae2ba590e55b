// SPDX-License-Identifier: Apache-2.0
// A "filter" document: a condition to be ANDed to the rules that it names.
#include "update/rule/filter_read.h"

#include <errno.h>

#include "update/rule/condition_word.h"
#include "update/rule/detection.h"
#include "update/rule/head.h"

int filter_read(const struct reading *reading, struct text file,
		const struct yaml_node *root, struct filter **out)
{
	struct filter *filter = arena_alloc(reading->arena, sizeof(*filter));
	const struct yaml_node *map = yaml_get(root, "filter");
	int r;

	if (!filter)
		return -ENOMEM;
	r = head_read(reading, file, root, &filter->head);
	if (!r)
		r = head_logsource(reading, root, &filter->logsource);
	if (!r)
		r = detection_read(reading, map, "rules", &filter->condition);
	if (!r)
		r = reference_read(reading, map, "rules", &filter->references,
				   &filter->reference_count);
	if (r)
		return r;
	if (filter->reference_count == 1 && word_is(filter->references[0].name, "any"))
		filter->reference_count = 0;
	filter->any = !filter->reference_count;
	*out = filter;
	return 0;
}

static bool contains(struct text filter, struct text rule)
{
	return !filter.size || text_is(filter, rule);
}

bool filter_fits(const struct filter *filter, const struct logsource *rule)
{
	return contains(filter->logsource.product, rule->product) &&
	       contains(filter->logsource.category, rule->category) &&
	       contains(filter->logsource.service, rule->service);
}
