// SPDX-License-Identifier: Apache-2.0
// Features: what of the engine a pack puts to use, so that a first use is noticed.
#include "model/pack_features.h"

#include <stdio.h>

#include "model/pack_view.h"

#define MORE_SIZE 16 /* bytes of " and N more" */

static void use(struct features *features, unsigned feature)
{
	features->bits[feature / 64] |= UINT64_C(1) << feature % 64;
}

static bool has(const struct features *features, unsigned feature)
{
	return features->bits[feature / 64] >> feature % 64 & 1;
}

/* The fields of the pack, by its own numbers. */
struct compared {
	uint64_t bits[PACK_FIELDS_MAX / 64];
};

static void compare(struct compared *compared, uint32_t field)
{
	if (field < PACK_FIELDS_MAX)
		compared->bits[field / 64] |= UINT64_C(1) << field % 64;
}

static void compare_all(const struct pack *pack, struct compared *compared,
			struct pack_span numbers)
{
	for (uint32_t i = 0; i < numbers.count; i++)
		compare(compared, pack->numbers[numbers.first + i]);
}

static bool is_of_presence(uint32_t kind)
{
	return kind == ATOM_ANY || kind == ATOM_IS_NULL || kind == ATOM_EXISTS ||
	       kind == ATOM_EXISTS_NOT;
}

static void use_atoms(const struct pack *pack, struct compared *compared,
		      struct features *out)
{
	for (uint32_t i = 0; i < pack->count[PACK_PATTERNS]; i++)
		use(out, FEATURE_PATTERN + pack->patterns[i].kind);
	for (uint32_t i = 0; i < pack->count[PACK_ATOMS]; i++) {
		const struct pack_atom *atom = &pack->atoms[i];

		use(out, FEATURE_ATOM + atom->kind);
		if (!is_of_presence(atom->kind))
			compare(compared, atom->field);
		if (atom->kind >= ATOM_REF_EXACT && atom->kind <= ATOM_REF_CONTAINS)
			compare(compared, atom->a);
	}
}

static void use_regexes(const struct pack *pack, struct features *out)
{
	struct regex_view view;

	for (uint32_t i = 0; i < pack->count[PACK_REGEXES]; i++) {
		const struct pack_span *span = &pack->regexes[i];

		if (!regex_view(
			    (struct text){ pack->regex_bytes + span->first, span->count },
			    &view))
			continue;
		use(out, FEATURE_REGEX + view.head->kind - 1u);
		for (uint32_t n = 0;
		     view.head->kind == REGEX_NFA && n < view.head->row_count; n++) {
			use(out, FEATURE_REGEX_OP + view.code[n].op);
			if (view.code[n].op == REGEX_OP_ASSERT)
				use(out, FEATURE_REGEX_ASSERT + view.code[n].arg);
		}
	}
}

static void use_correlations(const struct pack *pack, struct compared *compared,
			     struct features *out)
{
	for (uint32_t i = 0; i < pack->count[PACK_CORRELATIONS]; i++)
		use(out, FEATURE_CORRELATION + pack->correlations[i].kind);
	for (uint32_t i = 0; i < pack->count[PACK_BOUNDS]; i++)
		use(out, FEATURE_BOUND + pack->bounds[i].op);
	for (uint32_t i = 0; i < pack->count[PACK_PARTS]; i++) {
		compare_all(pack, compared, pack->parts[i].keys);
		compare_all(pack, compared, pack->parts[i].values);
	}
}

void features_of(const struct pack *pack, struct features *out)
{
	struct compared compared = { 0 };

	*out = (struct features){ 0 };
	use_atoms(pack, &compared, out);
	use_regexes(pack, out);
	use_correlations(pack, &compared, out);
	for (uint32_t i = 0; i < pack->count[PACK_CLASSES]; i++) {
		if (pack->classes[i].keywords != PACK_NONE)
			use(out, FEATURE_KEYWORDS);
		if (pack->classes[i].renames.count)
			use(out, FEATURE_RENAME);
	}
	for (unsigned i = 0; i < FIELD_COUNT; i++) {
		uint16_t field = pack_field(pack, field_info((enum field)i)->sigma);

		if (field < PACK_FIELDS_MAX &&
		    compared.bits[field / 64] >> field % 64 & 1)
			use(out, FEATURE_FIELD + i);
	}
}

void features_add(struct features *to, const struct features *from)
{
	for (size_t i = 0; i < sizeof(to->bits) / sizeof(to->bits[0]); i++)
		to->bits[i] |= from->bits[i];
}

unsigned features_beyond(const struct features *used, const struct features *known,
			 struct features *out)
{
	unsigned count = 0;

	*out = (struct features){ 0 };
	for (unsigned i = 0; i < FEATURES; i++) {
		if (!has(used, i) || has(known, i))
			continue;
		use(out, i);
		count++;
	}
	return count;
}

unsigned features_next(const struct features *features, unsigned from)
{
	while (from < FEATURES && !has(features, from))
		from++;
	return from;
}

static const char *const names[FEATURE_FIELD] = {
	[FEATURE_PATTERN + PATTERN_EXACT] = "whole text",
	[FEATURE_PATTERN + PATTERN_PREFIX] = "startswith",
	[FEATURE_PATTERN + PATTERN_SUFFIX] = "endswith",
	[FEATURE_PATTERN + PATTERN_CONTAINS] = "contains",
	[FEATURE_PATTERN + PATTERN_GLOB] = "wildcards",
	[FEATURE_ATOM + ATOM_SCANNED] = "text",
	[FEATURE_ATOM + ATOM_ANY] = "any value",
	[FEATURE_ATOM + ATOM_LOOKALIKE] = "lookalike",
	[FEATURE_ATOM + ATOM_IS_NULL] = "null",
	[FEATURE_ATOM + ATOM_EXISTS] = "exists",
	[FEATURE_ATOM + ATOM_EXISTS_NOT] = "exists not",
	[FEATURE_ATOM + ATOM_REGEX] = "re",
	[FEATURE_ATOM + ATOM_LIKE] = "text beyond the scan",
	[FEATURE_ATOM + ATOM_EXACT_CASED] = "cased",
	[FEATURE_ATOM + ATOM_PREFIX_CASED] = "cased startswith",
	[FEATURE_ATOM + ATOM_SUFFIX_CASED] = "cased endswith",
	[FEATURE_ATOM + ATOM_CONTAINS_CASED] = "cased contains",
	[FEATURE_ATOM + ATOM_GLOB_CASED] = "cased wildcards",
	[FEATURE_ATOM + ATOM_CIDR] = "cidr",
	[FEATURE_ATOM + ATOM_LT] = "lt",
	[FEATURE_ATOM + ATOM_LTE] = "lte",
	[FEATURE_ATOM + ATOM_GT] = "gt",
	[FEATURE_ATOM + ATOM_GTE] = "gte",
	[FEATURE_ATOM + ATOM_REF_EXACT] = "fieldref",
	[FEATURE_ATOM + ATOM_REF_PREFIX] = "fieldref startswith",
	[FEATURE_ATOM + ATOM_REF_SUFFIX] = "fieldref endswith",
	[FEATURE_ATOM + ATOM_REF_CONTAINS] = "fieldref contains",
	[FEATURE_ATOM + ATOM_MINUTE] = "minute",
	[FEATURE_ATOM + ATOM_HOUR] = "hour",
	[FEATURE_ATOM + ATOM_DAY] = "day",
	[FEATURE_ATOM + ATOM_WEEK] = "week",
	[FEATURE_ATOM + ATOM_MONTH] = "month",
	[FEATURE_ATOM + ATOM_YEAR] = "year",
	[FEATURE_REGEX + REGEX_DFA - 1] = "regex as a table",
	[FEATURE_REGEX + REGEX_NFA - 1] = "regex as instructions",
	[FEATURE_REGEX_OP + REGEX_OP_CLASS] = "regex instruction class",
	[FEATURE_REGEX_OP + REGEX_OP_SET] = "regex instruction set",
	[FEATURE_REGEX_OP + REGEX_OP_SPLIT] = "regex instruction split",
	[FEATURE_REGEX_OP + REGEX_OP_JUMP] = "regex instruction jump",
	[FEATURE_REGEX_OP + REGEX_OP_ASSERT] = "regex instruction assert",
	[FEATURE_REGEX_OP + REGEX_OP_MATCH] = "regex instruction match",
	[FEATURE_REGEX_ASSERT + REGEX_TEXT_START] = "regex assertion \\A",
	[FEATURE_REGEX_ASSERT + REGEX_TEXT_END] = "regex assertion \\z",
	[FEATURE_REGEX_ASSERT + REGEX_TEXT_LAST] = "regex assertion \\Z",
	[FEATURE_REGEX_ASSERT + REGEX_LINE_START] = "regex assertion ^ of lines",
	[FEATURE_REGEX_ASSERT + REGEX_LINE_END] = "regex assertion $ of lines",
	[FEATURE_REGEX_ASSERT + REGEX_WORD_EDGE] = "regex assertion \\b",
	[FEATURE_REGEX_ASSERT + REGEX_WORD_EDGE_NOT] = "regex assertion \\B",
	[FEATURE_CORRELATION + PACK_EVENT_COUNT] = "event_count",
	[FEATURE_CORRELATION + PACK_VALUE_COUNT] = "value_count",
	[FEATURE_CORRELATION + PACK_TEMPORAL] = "temporal",
	[FEATURE_CORRELATION + PACK_TEMPORAL_ORDERED] = "temporal_ordered",
	[FEATURE_CORRELATION + PACK_VALUE_SUM] = "value_sum",
	[FEATURE_CORRELATION + PACK_VALUE_AVG] = "value_avg",
	[FEATURE_CORRELATION + PACK_VALUE_PERCENTILE] = "value_percentile",
	[FEATURE_CORRELATION + PACK_VALUE_MEDIAN] = "value_median",
	[FEATURE_BOUND + PACK_GT] = "correlation gt",
	[FEATURE_BOUND + PACK_GTE] = "correlation gte",
	[FEATURE_BOUND + PACK_LT] = "correlation lt",
	[FEATURE_BOUND + PACK_LTE] = "correlation lte",
	[FEATURE_BOUND + PACK_EQ] = "correlation eq",
	[FEATURE_BOUND + PACK_NEQ] = "correlation neq",
	[FEATURE_KEYWORDS] = "keywords",
	[FEATURE_RENAME] = "renamed field",
};

void feature_name(unsigned feature, char out[FEATURE_NAME_SIZE])
{
	struct text sigma;

	if (feature < FEATURE_FIELD) {
		(void)snprintf(out, FEATURE_NAME_SIZE, "%s", names[feature]);
		return;
	}
	sigma = feature < FEATURES
			? field_info((enum field)(feature - FEATURE_FIELD))->sigma
			: TEXT("?");
	(void)snprintf(out, FEATURE_NAME_SIZE, "field %.*s", (int)sigma.size, sigma.at);
}

void features_list(const struct features *features, char *out, size_t size)
{
	char name[FEATURE_NAME_SIZE];
	unsigned more = 0;
	size_t at = 0;

	out[0] = '\0';
	for (unsigned i = features_next(features, 0); i < FEATURES;
	     i = features_next(features, i + 1)) {
		feature_name(i, name);
		if (more || at + strlen(name) + 2 + MORE_SIZE >= size) {
			more++;
			continue;
		}
		at += (size_t)snprintf(out + at, size - at, "%s%s", at ? ", " : "", name);
	}
	if (more)
		(void)snprintf(out + at, size - at, " and %u more", more);
}
