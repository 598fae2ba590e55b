/* SPDX-License-Identifier: Apache-2.0 */
/* One YAML document -> a rule, a correlation or a filter, not yet joined with the others. */
#pragma once

#include "update/rule/correlation_read.h"
#include "update/rule/filter_read.h"
#include "update/rule/reading.h"
#include "update/rule/rule_read.h"

enum document_kind {
	DOCUMENT_RULE,
	DOCUMENT_CORRELATION,
	DOCUMENT_FILTER,
};

/* What was read; of the three only the one of its kind is set. */
struct document {
	enum document_kind kind;
	struct rule *rule;
	struct correlation_draft *correlation;
	struct filter *filter;
};

/* What the document would be, as far as its keys tell. */
enum document_kind document_kind(const struct yaml_node *root);

/*
 * document_read(reading, file, root, out):
 * Read the document; ${file} is kept in its head.
 */
int document_read(const struct reading *reading, struct text file,
		  const struct yaml_node *root, struct document *out) MUST_USE;

/* Its head. */
const struct rule_head *document_head(const struct document *document);
