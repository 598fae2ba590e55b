/* SPDX-License-Identifier: Apache-2.0 */
/* Sigma files -> rules: reading, checking, and the verdict on each document. */
#pragma once

#include "update/rule/rule.h"

enum rule_verdict {
	RULE_USABLE,
	RULE_REFUSED, /* uses something that cannot run, or is not a valid rule */
};

/* The verdict on one document of one file. */
struct rule_report {
	enum rule_verdict verdict;
	bool is_correlation, is_filter;
	uint32_t index; /* usable: its number among the set's rules or correlations */
	struct text title, id; /* as far as they could be read */
	struct why why;        /* file always; place and reason where refused */
};

struct rule_reader;

/* Values for placeholders (|expand), read from a YAML map "name: [value, ...]". */
struct rule_reader_options {
	const char *placeholders; /* path, or NULL: rules with placeholders are refused */
};

/*
 * rule_reader_create(options, out, why):
 * A reader without rules.  -EINVAL with ${why} where the placeholder file is not one.
 */
int rule_reader_create(const struct rule_reader_options *options,
		       struct rule_reader **out, struct why *why) MUST_USE;

/* Free the reader, its reports, and all rules that came out of it. */
void rule_reader_free(struct rule_reader *reader);

/*
 * rule_reader_add(reader, path, why):
 * Read a file, or every *.yml and *.yaml below a folder (sorted by path, symbolic links to
 * folders not followed).
 * What is wrong with a rule goes into its report and never ends the run; only what cannot be
 * opened at all does: negative errno, with ${why}.
 */
int rule_reader_add(struct rule_reader *reader, const char *path,
		    struct why *why) MUST_USE;

/* The same for YAML text in memory; ${name} stands for the file. */
int rule_reader_add_text(struct rule_reader *reader, const char *name,
			 struct text yaml) MUST_USE;

/*
 * rule_reader_finish(reader, out):
 * Resolve what documents say of each other (correlations, filters, generate) and give all usable
 * rules; call once, after the last add.  A correlation that names an unknown or refused rule is
 * refused.
 */
int rule_reader_finish(struct rule_reader *reader, struct rule_set *out) MUST_USE;

/* One report per document, in reading order; complete only after finish. */
const struct rule_report *rule_reader_reports(const struct rule_reader *reader,
					      uint32_t *count);
