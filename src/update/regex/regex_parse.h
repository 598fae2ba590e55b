/* SPDX-License-Identifier: Apache-2.0 */
/* What the two halves of the regex parser share: characters, escapes and classes. */
#pragma once

#include "base/table.h"
#include "update/regex/regex_tree.h"

struct regex_frame;

struct regex_parser {
	const char *at, *end; /* UTF-8 that was checked */
	uint32_t column;      /* of at, from 1 */
	unsigned flags;       /* enum regex_flags in force here */
	bool repeatable;      /* the last thing read can be repeated */
	uint32_t depth;
	struct regex_frame *frames;
	struct regex_tree *tree;
	struct regex_folds folds;
	struct table set_numbers; /* ranges of each of the tree's sets -> its number */
	struct why *why;
};

enum regex_escape_kind {
	REGEX_ESCAPE_POINT,  /* one character: value */
	REGEX_ESCAPE_SET,    /* one of set */
	REGEX_ESCAPE_ASSERT, /* enum regex_assert value */
};

struct regex_escape {
	enum regex_escape_kind kind;
	uint32_t value;
	struct regex_set set;
};

/* Write the reason; returns -EINVAL. */
int regex_parser_refuse(struct regex_parser *parser, uint32_t column, const char *format,
			...) __attribute__((format(printf, 3, 4)));

/* The character at the place, which moves past it; 0 at the end (and for a NUL). */
uint32_t regex_parser_next(struct regex_parser *parser);

/* The byte at the place, or 0 at the end. */
uint32_t regex_parser_peek(const struct regex_parser *parser);

/* Move past ${ascii} where it stands at the place. */
bool regex_parser_take(struct regex_parser *parser, const char *ascii);

/* [0-9A-Za-z_] */
bool regex_parser_is_word(uint32_t point);

/* Add ${first}..${last}, and what folds alike under the flag i. */
int regex_parser_add(struct regex_parser *parser, struct regex_set *set, uint32_t first,
		     uint32_t last) MUST_USE;

/* Read what follows a backslash at ${column}; ${class}: within [ ]. */
int regex_parser_escape(struct regex_parser *parser, uint32_t column, bool class,
			struct regex_escape *out) MUST_USE;

/* Read what follows a [ at ${column}; ${out} is sorted. */
int regex_parser_class(struct regex_parser *parser, uint32_t column,
		       struct regex_set *out) MUST_USE;
