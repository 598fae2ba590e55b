/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a condition. */
#pragma once

#include "base/text.h"

enum word_kind {
	WORD_END,
	WORD_OPEN,
	WORD_CLOSE,
	WORD_BAR,
	WORD_TEXT, /* a name, a keyword, a number or a pattern */
};

/* A position in a condition, and the word there; begins with { .text = condition }. */
struct words {
	struct text text;
	size_t next; /* where to read on */
	size_t at;   /* where the word begins */
	enum word_kind kind;
	struct text word;
};

/* Go on to the next word; stays at the end. */
void words_next(struct words *words);

/* Whether ${word} is ${keyword} in any case. */
bool word_is(struct text word, const char *keyword);

/* "1", "any", "all" or a number. */
bool word_is_quantifier(struct text word);

/* The number ${word} is; 0 where it is none, UINT32_MAX where it is larger. */
uint32_t word_number(struct text word);

/* Whether ${name} fits ${pattern}, in which '*' stands for any characters. */
bool word_fits(struct text name, struct text pattern);
