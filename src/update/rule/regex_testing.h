/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the regex compiler share. */
#pragma once

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "model/regex_format.h"
#include "update/rule/regex_compile.h"

/* A second branch that no test's text enters, and whose table would be too big: so that the
   regex is run as sets of states. */
#define NOT_A_TABLE "|\\x01[\\x01\\x02]{17}\\x03"

static inline struct text program_of(const struct buffer *buffer)
{
	return buffer_view(buffer);
}

/* Compile what must compile, and prove it. */
static inline struct buffer compiled(struct text pattern, unsigned flags)
{
	struct buffer out;
	struct why why = { 0 };
	int r;

	buffer_init(&out, REGEX_SIZE_MAX);
	r = regex_compile(pattern, flags, &out, &why);
	if (r)
		fail_msg("%.*s: column %u: %s (%d)", (int)pattern.size, pattern.at, why.column,
			 why.reason, r);
	if (regex_verify(program_of(&out)))
		fail_msg("%.*s: the program is not good", (int)pattern.size, pattern.at);
	return out;
}

static inline uint32_t kind_of(const struct buffer *program)
{
	return ((const struct regex_head *)(const void *)program->at)->kind;
}

/* Search with as many steps as it takes; ${spent}, unless NULL, is what it took. */
static inline int search(const struct buffer *program, struct text text, uint64_t *spent)
{
	static struct regex_scratch *scratch;
	uint64_t steps = UINT64_MAX;
	int found;

	/* One for the whole program: every search leaves it fit for the next. */
	if (!scratch)
		scratch = regex_scratch_create();
	assert_non_null(scratch);
	found = regex_search(program_of(program), text, scratch, &steps);
	if (spent)
		*spent = UINT64_MAX - steps;
	return found;
}

/*
 * Whether ${pattern} matches, as a table and as sets of states alike (where it is not so simple
 * that it is a table whatever stands beside it).
 */
static inline bool matches(struct text pattern, unsigned flags, struct text text)
{
	AUTO(buffer) struct buffer table = compiled(pattern, flags);
	AUTO(buffer) struct buffer sets = { 0 };
	AUTO(buffer) struct buffer other = { .limit = 1 << 17 };
	int found = search(&table, text, NULL);

	buffer_string(&other, "(?:");
	buffer_text(&other, pattern);
	buffer_string(&other, ")" NOT_A_TABLE);
	assert_false(other.failed);
	sets = compiled(buffer_view(&other), flags);
	if (search(&sets, text, NULL) != found)
		fail_msg("%.*s on %.*s: a table says %d, sets of states do not",
			 (int)pattern.size, pattern.at, (int)text.size, text.at, found);
	return found == 1;
}
