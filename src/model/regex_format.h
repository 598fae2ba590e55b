/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The bytes of a compiled regex, as docs/formats/regex.md explains them.  Only the regex compiler,
 * the verifier and the run include this.
 *
 * All numbers are little-endian.  The parts follow one another in the order of struct regex_view,
 * each padded with zeroes to a multiple of 8 bytes; their sizes follow from the head.
 */
#pragma once

#include "base/text.h"
#include "model/regex.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "programs are used in place");

#define REGEX_MAGIC      0x31785257u /* "WRx1" */
#define REGEX_STATES_MAX 20000u /* instructions of an automaton with sets of states */
#define REGEX_CELLS_MAX                                                                  \
	65536u /* cells of a transition table: a row is named by its first */
#define REGEX_CLASSES_MAX 24000u
#define REGEX_RANGES_MAX  400000u
#define REGEX_SKIPS_MAX   1000u

enum regex_kind {
	REGEX_DFA = 1, /* one state at a time: a table of transitions */
	REGEX_NFA = 2, /* sets of states: instructions */
};

/*
 * A class is a set of characters that the regex never tells apart.  Characters below 0x80 are
 * looked up in ascii[]; the others, and 0xdc00 + byte for a byte that is not UTF-8, are in the
 * last range that begins at or below them.
 */
struct regex_head {
	uint32_t magic;
	uint32_t size;  /* of the whole program, bytes */
	uint16_t kind;  /* enum regex_kind */
	uint16_t start; /* DFA: the first state; NFA: 0 */
	uint32_t class_count;
	uint32_t range_count; /* at least 1 */
	uint32_t skip_count;  /* NFA: 0 or 1, for the state before any match */
	uint32_t row_count;   /* DFA: rows; NFA: instructions */
	uint32_t extra;       /* DFA: states from here on are not plain; NFA: sets */
	uint32_t least;       /* bytes of the shortest text that could match */
	uint32_t needed;      /* a byte of ASCII that every text that matches has, or 0 */
	uint8_t ascii[128];
};

/*
 * What a state may pass over, because it leads from it to itself: bytes that are not in leave,
 * and pairs of bytes of which the first is in leave and the second not in follow.  Bit h of
 * leave[l] stands for byte h << 4 | l.  What is in leave is in follow.
 */
struct regex_skip {
	uint8_t leave[16], follow[16];
	uint32_t wide;        /* 1: bytes from 0x80 on are in leave; 0: none is */
	uint32_t wide_follow; /* 1: they are in follow; 0: none is */
};

static inline bool regex_skip_has(const uint8_t bits[16], unsigned byte)
{
	return bits[byte & 15] >> (byte >> 4) & 1;
}

/* Columns of a DFA's row: one for each class, and these. */
enum regex_column {
	REGEX_LAST_NEWLINE, /* a newline that ends the text */
	REGEX_END,          /* the end of the text */
	REGEX_SKIP,         /* the state's skip + 1, or 0 */
	REGEX_COLUMNS
};

/* States that have no row. */
#define REGEX_MATCH 0xffffu /* something matched: whatever follows */
#define REGEX_DEAD  0xfffeu /* nothing can match any more */

enum regex_op {
	REGEX_OP_CLASS,  /* take a character of class arg */
	REGEX_OP_SET,    /* take a character whose class is in set arg */
	REGEX_OP_SPLIT,  /* go on here and at target */
	REGEX_OP_JUMP,   /* go on at target */
	REGEX_OP_ASSERT, /* go on where enum regex_assert arg holds */
	REGEX_OP_MATCH,
	REGEX_OPS
};

struct regex_op_code {
	uint16_t op, arg;
	uint32_t target;
};

enum regex_assert {
	REGEX_TEXT_START, /* \A, and ^ */
	REGEX_TEXT_END,   /* \z */
	REGEX_TEXT_LAST,  /* \Z, and $: the end, or before a newline that ends the text */
	REGEX_LINE_START, /* ^ with m: the start, or after a newline that does not end the text */
	REGEX_LINE_END,      /* $ with m: the end, or before a newline */
	REGEX_WORD_EDGE,     /* \b */
	REGEX_WORD_EDGE_NOT, /* \B */
	REGEX_ASSERTS
};

/* What an assertion can see of a neighbour. */
enum regex_near {
	REGEX_NEAR_OTHER,
	REGEX_NEAR_WORD, /* [0-9A-Za-z_] */
	REGEX_NEAR_NEWLINE,
	REGEX_NEAR_LAST_NEWLINE, /* ahead only */
	REGEX_NEAR_NOTHING,      /* the start behind, the end ahead */
};

/* Whether ${assert} holds between two neighbours. */
static inline bool regex_holds(unsigned assert, unsigned behind, unsigned ahead)
{
	switch (assert) {
	case REGEX_TEXT_START:
		return behind == REGEX_NEAR_NOTHING;
	case REGEX_TEXT_END:
		return ahead == REGEX_NEAR_NOTHING;
	case REGEX_TEXT_LAST:
		return ahead >= REGEX_NEAR_LAST_NEWLINE;
	case REGEX_LINE_START:
		return behind == REGEX_NEAR_NOTHING ||
		       (behind == REGEX_NEAR_NEWLINE && ahead != REGEX_NEAR_NOTHING);
	case REGEX_LINE_END:
		return ahead >= REGEX_NEAR_NEWLINE;
	case REGEX_WORD_EDGE:
		return (behind == REGEX_NEAR_WORD) != (ahead == REGEX_NEAR_WORD);
	case REGEX_WORD_EDGE_NOT:
		return (behind == REGEX_NEAR_WORD) == (ahead == REGEX_NEAR_WORD);
	}
	return false;
}

/* Where each part of a program stands. */
struct regex_view {
	const struct regex_head *head;
	const uint32_t *range_first; /* range_count, ascending */
	const uint16_t *range_class; /* range_count */
	const struct regex_skip *skips;
	const uint16_t *cells;            /* DFA: row_count * stride */
	const uint8_t *near;              /* NFA: class_count, enum regex_near */
	const uint64_t *sets;             /* NFA: extra * set_words, bit = class */
	const struct regex_op_code *code; /* NFA: row_count */
	uint32_t stride;                  /* DFA: cells of a row; NFA: words of a set */
};

static inline size_t regex_padded(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

/*
 * regex_view(program, out):
 * Find the parts.  False where they do not fill the program exactly: then nothing in it may be
 * read.  What the parts hold is not looked at.
 */
bool regex_view(struct text program, struct regex_view *out);

/* The class of a character; at most 65535 in a program that is not verified. */
static inline uint32_t regex_class(const struct regex_view *view, uint32_t point)
{
	uint32_t low = 0, high = view->head->range_count;

	while (high - low > 1) {
		uint32_t middle = (low + high) / 2;

		if (point < view->range_first[middle])
			high = middle;
		else
			low = middle;
	}
	return view->range_class[low];
}

/* The first byte from ${at} on that ${skip} does not pass over, or ${end}. */
const uint8_t *regex_skip_run(const struct regex_skip *skip, const uint8_t *at,
			      const uint8_t *end);

/* The same in plain C, for machines without SSSE3 and for the test that compares the two. */
const uint8_t *regex_skip_run_plain(const struct regex_skip *skip, const uint8_t *at,
				    const uint8_t *end);

/* regex_search for an NFA whose parts are found. */
int regex_search_nfa(const struct regex_view *view, struct text text,
		     struct regex_scratch *scratch, uint64_t *steps);
