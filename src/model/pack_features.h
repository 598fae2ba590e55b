/* SPDX-License-Identifier: Apache-2.0 */
/* Features: what of the engine a pack puts to use, so that a first use is noticed. */
#pragma once

#include "model/field.h"
#include "model/pack.h"
#include "model/pack_format.h"
#include "model/regex_format.h"

/*
 * One number for each: kinds of patterns and of atoms, the parts of the regex machine, kinds of
 * correlations and their bounds, keywords, renamed fields, and each field of the sensor's events
 * that some rule compares with a value.  To ask for a field's presence only is not to use it: that
 * is how a field that nobody ever read looks in a pack (F03, F06).
 */
enum feature {
	FEATURE_PATTERN = 0,
	FEATURE_ATOM = FEATURE_PATTERN + PATTERN_KINDS,
	FEATURE_REGEX = FEATURE_ATOM + ATOM_KINDS, /* enum regex_kind - 1 */
	FEATURE_REGEX_OP = FEATURE_REGEX + REGEX_NFA,
	FEATURE_REGEX_ASSERT = FEATURE_REGEX_OP + REGEX_OPS,
	FEATURE_CORRELATION = FEATURE_REGEX_ASSERT + REGEX_ASSERTS,
	FEATURE_BOUND = FEATURE_CORRELATION + PACK_CORRELATION_KINDS,
	FEATURE_KEYWORDS = FEATURE_BOUND + PACK_BOUND_OPS,
	FEATURE_RENAME,
	FEATURE_FIELD,
	FEATURES = FEATURE_FIELD + FIELD_COUNT,
};

#define FEATURE_NAME_SIZE 80

/* A set of them. */
struct features {
	uint64_t bits[(FEATURES + 63) / 64];
};

/* What ${pack}, which is verified, uses. */
void features_of(const struct pack *pack, struct features *out);

/* Add those of ${from} to ${to}. */
void features_add(struct features *to, const struct features *from);

/*
 * features_beyond(used, known, out):
 * Those of ${used} that are not in ${known}; bits that stand for nothing are left out.  Returns
 * how many.
 */
unsigned features_beyond(const struct features *used, const struct features *known,
			 struct features *out);

/* The next one of the set from number ${from} on, or FEATURES. */
unsigned features_next(const struct features *features, unsigned from);

/* "contains", "regex assertion \b", "field ContainerId". */
void feature_name(unsigned feature, char out[FEATURE_NAME_SIZE]);

/* All names with commas between, as many as fit, and how many more there are. */
void features_list(const struct features *features, char *out, size_t size);
