// SPDX-License-Identifier: Apache-2.0
// One YAML document -> a rule, a correlation or a filter, not yet joined with the others.
#include "update/rule/document.h"

#include <errno.h>

#include "update/rule/detection.h"
#include "update/rule/head.h"

enum document_kind document_kind(const struct yaml_node *root)
{
	if (yaml_get(root, "correlation"))
		return DOCUMENT_CORRELATION;
	return yaml_get(root, "filter") ? DOCUMENT_FILTER : DOCUMENT_RULE;
}

static int check_root(const struct reading *reading, const struct yaml_node *root)
{
	static const char *const bodies[] = { "detection", "correlation", "filter" };
	const struct yaml_node *action = yaml_get(root, "action"), *body;
	const char *found = NULL;

	if (root->kind != YAML_MAP)
		return yaml_refuse(reading->why, root, "%s where a rule was expected",
				   yaml_kind_name(root));
	if (action)
		return yaml_refuse(
			reading->why, action,
			"collections ('action: global') are not supported: write each "
			"rule out");
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		body = yaml_get(root, bodies[i]);
		if (body && found)
			return yaml_refuse(reading->why, body,
					   "'%s' beside '%s': one document is one rule",
					   bodies[i], found);
		found = body ? bodies[i] : found;
	}
	if (!found)
		return yaml_refuse(reading->why, root,
				   "no 'detection', 'correlation' or 'filter'");
	return 0;
}

static int read_rule(const struct reading *reading, struct text file,
		     const struct yaml_node *root, struct rule **out)
{
	struct rule *rule = arena_alloc(reading->arena, sizeof(*rule));
	int r;

	if (!rule)
		return -ENOMEM;
	r = head_read(reading, file, root, &rule->head);
	if (!r)
		r = head_logsource(reading, root, &rule->logsource);
	if (!r)
		r = detection_read(reading, yaml_get(root, "detection"), NULL,
				   &rule->condition);
	if (!r)
		*out = rule;
	return r;
}

int document_read(const struct reading *reading, struct text file,
		  const struct yaml_node *root, struct document *out)
{
	struct document document = { .kind = document_kind(root) };
	int r = check_root(reading, root);

	if (r)
		return r;
	if (document.kind == DOCUMENT_CORRELATION)
		r = correlation_read(reading, file, root, &document.correlation);
	else if (document.kind == DOCUMENT_FILTER)
		r = filter_read(reading, file, root, &document.filter);
	else
		r = read_rule(reading, file, root, &document.rule);
	if (!r)
		*out = document;
	return r;
}

const struct rule_head *document_head(const struct document *document)
{
	if (document->kind == DOCUMENT_CORRELATION)
		return &document->correlation->body.head;
	return document->kind == DOCUMENT_FILTER ? &document->filter->head
						 : &document->rule->head;
}
