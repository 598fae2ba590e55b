/* SPDX-License-Identifier: Apache-2.0 */
/* What of the rules and of the events a scan is asked for. */
#pragma once

#include "base/text.h"
#include "model/pack.h"

/* Patterns with '*' (any run of characters) and '?' (one), compared regardless of case. */
struct scan_globs {
	struct scan_glob {
		const char *given; /* as the user wrote it */
		char *folded;
		size_t size;
	} * globs;
	uint32_t count;
};

/*
 * scan_globs_add(globs, given):
 * Add the pattern ${given}, which must outlive them.  0 or -ENOMEM.
 */
int scan_globs_add(struct scan_globs *globs, const char *given) MUST_USE;

/* Free what they hold.  Accepts zeroes. */
void scan_globs_done(struct scan_globs *globs);

/* Whether one of them is for the whole of ${text}, of which SCAN_GLOB_TEXT_MAX bytes are seen. */
#define SCAN_GLOB_TEXT_MAX 1024
bool scan_globs_match(const struct scan_globs *globs, struct text text);

/* What a rule is told by. */
struct scan_named {
	struct text title, id;
};

/*
 * scan_choose(named, all, only, exclude, chosen, unknown, why):
 * Set ${chosen}[number] for each of ${all} rules that ${only} names (where it is empty: every
 * rule) and ${exclude} does not, by id or title.  The others are still there for correlations.
 * Returns 0; -EINVAL with the reason in ${why} where a name of ${only} is no rule's, or none is
 * left.  ${unknown} is set to the first name of ${exclude} that is no rule's, or NULL.
 */
int scan_choose(const struct scan_named *named, uint32_t all,
		const struct scan_globs *only, const struct scan_globs *exclude,
		bool *chosen, const char **unknown, struct why *why) MUST_USE;

/*
 * scan_moment(given, now_ns, time_ns):
 * Read ISO 8601, or a span before ${now_ns}: a number and s, m, h, d or w.  Returns false, and
 * leaves ${*time_ns} alone, where it is neither.
 */
bool scan_moment(const char *given, int64_t now_ns, int64_t *time_ns);
