/* SPDX-License-Identifier: Apache-2.0 */
/* Regexes and texts for tests: those of the public rules, and texts made to match. */
#pragma once

#include "update/regex/regex_testing.h"

#include "update/regex/regex_tree.h"

/* xorshift: the same choices on every machine and in every run. */
struct dice {
	uint64_t state;
};

static inline uint32_t roll(struct dice *dice, uint32_t sides)
{
	dice->state ^= dice->state << 13;
	dice->state ^= dice->state >> 7;
	dice->state ^= dice->state << 17;
	return (uint32_t)(dice->state >> 33) % sides;
}

struct corpus_regex {
	struct text pattern;
	unsigned flags; /* enum regex_flags */
};

struct corpus {
	struct arena *arena;
	struct corpus_regex *regexes; /* all different */
	uint32_t count, capacity;
};

/* Read all regexes of the rules below $WINDHOVER_DATA; skips the test where they are absent. */
void corpus_read(struct corpus *corpus);
void corpus_done(struct corpus *corpus);

/* Append a regex of what is supported, that PCRE2 takes as well. */
void make_regex(struct dice *dice, struct buffer *out);

/* Append a short text of the letters that such regexes are made of. */
void make_text(struct dice *dice, struct buffer *out);

/* Append a text that ${tree} takes, assertions aside. */
void sample(const struct regex_tree *tree, struct dice *dice, struct buffer *out);

/* Change, drop or double a few bytes of ${text}; it stays UTF-8. */
void damage(struct dice *dice, struct buffer *text);
