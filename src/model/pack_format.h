/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a pack, as docs/formats/pack.md explains them.  Only builder, verifier, features,
 * reader and engine include this.
 *
 * All numbers are little-endian.  Everything is found by index into a section; there are no
 * pointers.  A "span" is a first index and a count in the section that its comment names.
 */
#pragma once

#include <stdint.h>

#define PACK_MAGIC  "WHPACK\r\n"
#define PACK_FORMAT 2u /* changes when these structs do */
#define PACK_ENGINE 2u /* changes when an older engine would judge differently */
#define PACK_NONE   UINT32_MAX
#define PACK_WANTED UINT16_MAX /* in FIELD_MATCHERS: read, but by no matcher */

/* Limits, checked by the builder and the verifier alike. */
#define PACK_FIELDS_MAX    16384u
#define PACK_CLASSES_MAX   65535u
#define PACK_ATOMS_MAX     (1u << 20) /* of one class */
#define PACK_INSTANCES_MAX 65536u     /* of one class */
#define PACK_TESTS_MAX     65536u     /* of one rule in one class */
#define PACK_NEEDLE_MAX    65535u     /* bytes of one literal */
#define PACK_BUCKET_MAX    4096u      /* patterns that share a gram or an end */
#define PACK_PARTS_MAX     64u        /* of one correlation */
#define PACK_STRIDE_MAX    8u
#define PACK_KEYS_MAX      16u /* group-by or value fields of one correlation */

struct pack_span {
	uint32_t first, count;
};

enum pack_section_id {
	PACK_TEXT,         /* char: all strings */
	PACK_NUMBERS,      /* uint32_t: lists */
	PACK_FIELDS,       /* struct pack_field_entry */
	PACK_FIELD_SLOTS,  /* uint32_t: hash table over field names, field + 1 */
	PACK_SOURCES,      /* struct pack_source */
	PACK_SOURCE_SLOTS, /* uint32_t: hash table over source names, source + 1 */
	PACK_CLASSES,      /* struct pack_class */
	/* uint16_t: [class][field] -> matcher of the class + 1, or PACK_WANTED; 0: the class's
	   rules don't read the field */
	PACK_FIELD_MATCHERS,
	PACK_MATCHERS, /* struct pack_matcher */
	PACK_PATTERNS, /* struct pack_pattern */
	PACK_END_SLOTS, /* struct pack_end_slot: hash tables over whole beginnings and ends */
	PACK_GRAMS,     /* struct pack_gram */
	PACK_GRAM_SLOTS, /* uint32_t: hash tables over grams, gram + 1 */
	PACK_GRAM_BITS,  /* uint64_t: filters over grams */
	PACK_ATOMS,      /* struct pack_atom */
	PACK_INSTANCES,  /* struct pack_instance */
	PACK_TESTS,      /* struct pack_test */
	PACK_REGEXES,    /* struct pack_span: bytes in PACK_REGEX_BYTES, multiples of 8 */
	PACK_REGEX_BYTES,  /* char */
	PACK_RULES,        /* struct pack_rule_entry */
	PACK_CORRELATIONS, /* struct pack_correlation */
	PACK_PARTS,        /* struct pack_part: parts of correlations */
	PACK_BOUNDS,       /* struct pack_bound */
	PACK_SECTIONS
};

struct pack_section {
	uint32_t offset; /* bytes from the beginning of the file, a multiple of 8 */
	uint32_t count;  /* elements */
};

struct pack_header {
	char magic[8];
	uint32_t format, engine; /* PACK_FORMAT; the oldest engine that judges it right */
	uint64_t schema; /* field_schema_hash(): the sensor's fields it was built for */
	uint64_t size;   /* of the whole file, bytes */
	uint64_t digest[2]; /* XXH3-128 of all that follows the header */
	struct pack_section sections[PACK_SECTIONS];
	uint32_t reserved[2]; /* zero */
};

struct pack_field_entry {
	struct pack_span name; /* TEXT */
};

/*
 * A source of events.  Its classes are in ascending order of id; the last has id PACK_NONE and
 * takes every event whose id has no class of its own.
 */
struct pack_source {
	/* TEXT; a final '*' takes all unknown sources so beginning */
	struct pack_span name;
	struct pack_span classes; /* CLASSES, at least 1 */
};

/*
 * A filter over all grams of one width, and the table that a hit is looked up in.  Values are
 * probed at every stride-th byte: of each pattern, that many successive grams are in the table,
 * so one of them stands at a probed place wherever the pattern does.
 */
struct pack_gram_table {
	uint32_t stride;       /* 1 to PACK_STRIDE_MAX */
	uint32_t is_map;       /* 1: a byte for each hash, 0 or 1, instead of a bit */
	struct pack_span bits; /* GRAM_BITS: a power of two words, or none */
	/* GRAM_SLOTS: a power of two, at least one of them free */
	struct pack_span slots;
};

struct pack_class {
	uint32_t source, id;
	struct pack_span matchers; /* MATCHERS */
	uint32_t keywords; /* matcher for every value: index within matchers, or NONE */
	/*
	 * Of each keyword the bytes side by side that stand in an event however it is written:
	 * ASCII without ", \ and control bytes.  Patterns without atoms.  Empty: not possible.
	 */
	struct pack_gram_table traces;
	struct pack_span atoms;     /* ATOMS */
	struct pack_span instances; /* INSTANCES, ascending by rule */
	/* NUMBERS: instances (within the class) without a witness */
	struct pack_span always;
	/* NUMBERS: pairs (field of a rule, field of these events) */
	struct pack_span renames;
};

/* A hash table over the first (or last, or all) bytes of a value, for patterns anchored there. */
struct pack_end_table {
	struct pack_span slots; /* END_SLOTS: a power of two, at least one of them free */
	/* bit n: of some pattern n bytes are hashed; of whole ones: some have n bytes, or n and
	   a multiple of 64 */
	uint64_t sizes;
};

/* How the patterns of one field of one class are found in a value. */
struct pack_matcher {
	uint32_t field;    /* or PACK_NONE: keywords */
	uint32_t shortest; /* bytes of the shortest value that a pattern can match */
	struct pack_end_table whole;   /* EXACT */
	struct pack_end_table starts;  /* PREFIX */
	struct pack_end_table ends;    /* SUFFIX */
	struct pack_gram_table wide;   /* CONTAINS and GLOB by 4 bytes of them */
	struct pack_gram_table narrow; /* by 2 bytes */
};

enum pack_pattern_kind {
	PATTERN_EXACT,
	PATTERN_PREFIX,
	PATTERN_SUFFIX,
	PATTERN_CONTAINS,
	PATTERN_GLOB, /* bytes 0xff and 0xfe are wildcards: any run, any one character */
	PATTERN_KINDS
};

struct pack_pattern {
	uint32_t kind;
	struct pack_span text;  /* TEXT, folded */
	struct pack_span atoms; /* NUMBERS: atoms (within the class) that it makes true */
};

/* The patterns whose beginning (or end) of ${size} bytes hashes to ${hash}. */
struct pack_end_slot {
	uint32_t hash;
	uint16_t size;     /* bytes hashed; in a whole table 0, for it is in the hash */
	uint16_t count;    /* 0: free */
	uint32_t patterns; /* NUMBERS: count patterns */
};

struct pack_gram {
	uint32_t bytes; /* the gram, first byte lowest, case bits set */
	/* NUMBERS: pairs (pattern, offset of the gram in its text) */
	struct pack_span places;
};

enum pack_atom_kind {
	ATOM_SCANNED, /* made true by a pattern */
	/* The rest is decided when a rule asks. */
	ATOM_ANY,
	ATOM_IS_NULL,
	ATOM_EXISTS,
	ATOM_EXISTS_NOT,
	ATOM_REGEX, /* a: regex */
	ATOM_LIKE,  /* a, b: TEXT, a folded glob */
	ATOM_EXACT_CASED,
	ATOM_PREFIX_CASED,
	ATOM_SUFFIX_CASED,
	ATOM_CONTAINS_CASED,
	ATOM_GLOB_CASED, /* a, b: TEXT */
	ATOM_CIDR,       /* a: TEXT of 16 bytes, b: bits */
	ATOM_LT,
	ATOM_LTE,
	ATOM_GT,
	ATOM_GTE, /* a, b: a double */
	ATOM_REF_EXACT,
	ATOM_REF_PREFIX,
	ATOM_REF_SUFFIX,
	ATOM_REF_CONTAINS, /* a: field, b: cased */
	ATOM_MINUTE,
	ATOM_HOUR,
	ATOM_DAY,
	ATOM_WEEK,
	ATOM_MONTH,
	ATOM_YEAR,      /* a, b: a double */
	ATOM_LOOKALIKE, /* a, b: TEXT, a brand of model/lookalike.h */
	ATOM_KINDS
};

struct pack_atom {
	uint32_t kind;
	uint32_t field; /* or PACK_NONE: any value of the event (keywords) */
	uint32_t a, b;
	/* NUMBERS: instances (within the class) it makes candidates */
	struct pack_span witnesses;
};

struct pack_instance {
	uint32_t rule;
	struct pack_span tests; /* TESTS, at least 1 */
};

#define TEST_ACCEPT 0xfffffffeu
#define TEST_REJECT 0xffffffffu

/* Ask ${atom}; go on at the test that the answer names: always a later one, or a verdict. */
struct pack_test {
	uint32_t atom;    /* within the class */
	uint32_t yes, no; /* within the instance's tests, or TEST_ACCEPT, TEST_REJECT */
};

enum pack_rule_flags {
	PACK_RULE_SILENT = 1,
	PACK_RULE_CORRELATION = 2,
	PACK_RULE_BASE = 4, /* some correlation counts it */
};

struct pack_rule_entry {
	struct pack_span id, title, name, status, description, author, license, date,
		modified, file, logsource; /* TEXT */
	struct pack_span tags; /* NUMBERS: pairs (first, count) in TEXT: count / 2 tags */
	uint32_t level, flags;
	uint32_t correlation; /* CORRELATIONS, or PACK_NONE */
	uint32_t meaning
		[2]; /* rule_hash() of update/compile/rule_hash.h, low half first */
	struct pack_span used_by; /* NUMBERS: parts (PACK_PARTS) that count this rule */
};

/* See enum correlation_type of update/rule/rule.h, in the same order. */
enum pack_correlation_kind {
	PACK_EVENT_COUNT,
	PACK_VALUE_COUNT,
	PACK_TEMPORAL,
	PACK_TEMPORAL_ORDERED,
	PACK_VALUE_SUM,
	PACK_VALUE_AVG,
	PACK_VALUE_PERCENTILE,
	PACK_VALUE_MEDIAN,
	PACK_CORRELATION_KINDS
};

struct pack_correlation {
	uint32_t rule, kind;
	struct pack_span parts; /* PARTS, in the order written, at most PACK_PARTS_MAX */
	/* NUMBERS: fields whose names the group-by was written with */
	struct pack_span keys;
	/* fields that VALUE_... kinds read, at most PACK_KEYS_MAX */
	uint32_t value_count;
	uint32_t percentile;     /* hundredths of a percent, 0..10000 */
	int64_t timespan_ns;     /* > 0 */
	struct pack_span bounds; /* BOUNDS, all must hold */
	/* TESTS: atom is a part's number; or none: every part */
	struct pack_span condition;
};

/* One rule that a correlation counts, and the fields it reads of its events. */
struct pack_part {
	uint32_t correlation;
	uint32_t number;         /* within the correlation */
	uint32_t rule;           /* RULES: a rule or another correlation */
	struct pack_span keys;   /* NUMBERS: fields, as many as the correlation's keys */
	struct pack_span values; /* NUMBERS: fields, as many as its value_count */
};

enum pack_bound_op {
	PACK_GT,
	PACK_GTE,
	PACK_LT,
	PACK_LTE,
	PACK_EQ,
	PACK_NEQ,
	PACK_BOUND_OPS
};

struct pack_bound {
	uint32_t op, zero;
	double number;
};

/* Bytes of one element of each section. */
extern const uint32_t pack_element_size[PACK_SECTIONS];
