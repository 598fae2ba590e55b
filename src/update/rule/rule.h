/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A Sigma rule, read and checked: what stands between its text and its program.
 *
 * Everything a rule's text means is already resolved here: modifiers are applied (a value is a
 * literal with a kind, ready to be compared), search identifiers and "x of y" are expanded into
 * one tree, placeholders are replaced.  Everything lives in the arena it was read into.
 */
#pragma once

#include "base/arena.h"
#include "base/why.h"

/* In glob literals these bytes, which UTF-8 never holds, stand for the two wildcards. */
#define GLOB_ANY_RUN '\xff' /* any run of characters, also an empty one */
#define GLOB_ANY_ONE '\xfe' /* exactly one character */

/*
 * How one value is compared.  The text kinds compare with Unicode simple case folding unless
 * "cased"; their literals are as written (not folded).
 */
enum match_kind {
	MATCH_EXACT, /* the whole value; also numbers and booleans, in decimal or true/false */
	MATCH_PREFIX,
	MATCH_SUFFIX,
	MATCH_CONTAINS,
	MATCH_GLOB,  /* literal holds wildcards, anchored at both ends */
	MATCH_ANY,   /* the field is there with some value that is not null */
	MATCH_REGEX, /* literal is the regex; unanchored search */
	MATCH_CIDR,  /* address in network */
	/* number */
	MATCH_LT,
	MATCH_LTE,
	MATCH_GT,
	MATCH_GTE,
	MATCH_IS_NULL, /* the field is absent, or null */
	MATCH_EXISTS,
	MATCH_EXISTS_NOT,
	/* literal names the other field */
	MATCH_REF_EXACT,
	MATCH_REF_PREFIX,
	MATCH_REF_SUFFIX,
	MATCH_REF_CONTAINS,
	/* number; the field is a time */
	MATCH_MINUTE,
	MATCH_HOUR,
	MATCH_DAY,
	MATCH_WEEK,
	MATCH_MONTH,
	MATCH_YEAR,
	MATCH_LOOKALIKE, /* a name made to look like the domain that is the literal */
};

struct rule_value {
	enum match_kind kind;
	bool cased;           /* text and ref kinds: compare exactly */
	uint8_t regex_flags;  /* enum regex_flags of update/regex/regex_compile.h */
	struct text literal;  /* UTF-8, or UTF-8 with glob bytes */
	double number;        /* LT .. GTE and time parts */
	uint8_t network[16];  /* CIDR: IPv4 as ::ffff:a.b.c.d */
	uint8_t network_bits; /* CIDR: 0..128 (IPv4: 96 + n) */
	unsigned line, column;
};

/*
 * One detection item: a field (or, for keywords, the whole event) and its values.
 * True where any value matches (all of them with "all"); "negated" (neq) turns that around.
 */
struct rule_item {
	struct text field; /* as written; empty: keywords, matched against every value */
	bool all, negated;
	uint32_t value_count; /* at least 1 */
	struct rule_value *values;
	unsigned line, column;
};

enum node_kind { NODE_AND, NODE_OR, NODE_NOT, NODE_ITEM };

struct rule_node {
	enum node_kind kind;
	uint32_t count; /* children: AND, OR at least 1; NOT exactly 1; ITEM 0 */
	struct rule_node **children;
	const struct rule_item *item; /* ITEM */
};

struct logsource {
	struct text product, category, service; /* lower case; empty: not given */
};

enum rule_level {
	LEVEL_INFORMATIONAL,
	LEVEL_LOW,
	LEVEL_MEDIUM,
	LEVEL_HIGH,
	LEVEL_CRITICAL
};

/* What every kind of document says of itself.  Texts are empty where not given. */
struct rule_head {
	struct text file; /* as the user named it */
	unsigned line;    /* where its document begins */
	struct text title, id, name, status, description, license, author, date, modified;
	enum rule_level level; /* medium where not given */
	bool has_level;
	struct text *tags, *references, *falsepositives;
	uint32_t tag_count, reference_count, falsepositive_count;
};

struct rule {
	struct rule_head head;
	struct logsource logsource;
	struct rule_node *condition; /* several conditions are ORed */
	bool silent; /* only correlations use it (no generate): it alerts never */
	uint32_t filter_count; /* filters that were ANDed to it */
};

enum correlation_type {
	CORRELATION_EVENT_COUNT,
	CORRELATION_VALUE_COUNT,
	CORRELATION_TEMPORAL,
	CORRELATION_TEMPORAL_ORDERED,
	CORRELATION_VALUE_SUM,
	CORRELATION_VALUE_AVG,
	CORRELATION_VALUE_PERCENTILE,
	CORRELATION_VALUE_MEDIAN,
};

enum bound_op { BOUND_GT, BOUND_GTE, BOUND_LT, BOUND_LTE, BOUND_EQ, BOUND_NEQ };

struct correlation_bound {
	enum bound_op op;
	double number;
};

/* One of the rules (or correlations) a correlation counts. */
struct correlation_part {
	bool is_correlation;
	uint32_t index; /* in rule_set.rules or rule_set.correlations */
};

/* A group-by field, with the name it has in each part (aliases resolved). */
struct correlation_key {
	struct text name;
	struct text *in_part; /* part_count names */
};

struct correlation {
	struct rule_head head;
	enum correlation_type type;
	uint32_t part_count;
	struct correlation_part *parts; /* in the order written */
	uint32_t key_count;
	struct correlation_key *keys; /* group-by */
	int64_t timespan_ns;
	uint32_t bound_count; /* all must hold; 0 only for temporal types: all parts */
	struct correlation_bound *bounds;
	uint32_t field_count; /* VALUE_...: one or more fields (value_count: the tuple) */
	struct correlation_key *fields;
	double percentile; /* 0..100 */
	/* temporal with a boolean condition over the parts; NULL: every part once.
	   Leaves are NODE_ITEM with item == NULL and count == the part's number. */
	struct rule_node *condition;
	bool silent; /* only other correlations use it */
};

/* Everything that was read, in a stable order: files sorted by path, then by document. */
struct rule_set {
	struct arena *arena;
	uint32_t rule_count, correlation_count;
	struct rule *rules;
	struct correlation *correlations;
};
