/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of the regex compiler share. */
#pragma once

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "model/regex_format.h"
#include "update/regex/regex_compile.h"

/* Compile what must compile, as a table where that is possible, or as sets; and prove it. */
static inline struct buffer compiled_as(bool table, struct text pattern, unsigned flags)
{
	struct buffer out = { .limit = REGEX_SIZE_MAX };
	struct why why = { 0 };
	int r = table ? regex_compile(pattern, flags, &out, &why)
		      : regex_compile_nfa(pattern, flags, &out, &why);

	if (r)
		fail_msg("%.*s: column %u: %s (%d)", (int)pattern.size, pattern.at,
			 why.column, why.reason, r);
	if (regex_verify(buffer_view(&out)))
		fail_msg("%.*s: the program is not good", (int)pattern.size, pattern.at);
	return out;
}

static inline struct buffer compiled(struct text pattern, unsigned flags)
{
	return compiled_as(true, pattern, flags);
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
	found = regex_search(buffer_view(program), text, scratch, &steps);
	if (spent)
		*spent = UINT64_MAX - steps;
	return found;
}

/* Whether ${pattern} matches, as a table and as sets of states alike. */
static inline bool matches(struct text pattern, unsigned flags, struct text text)
{
	AUTO(buffer) struct buffer table = compiled_as(true, pattern, flags);
	AUTO(buffer) struct buffer sets = compiled_as(false, pattern, flags);
	int found = search(&table, text, NULL);

	assert_int_equal(kind_of(&table), REGEX_DFA);
	assert_int_equal(kind_of(&sets), REGEX_NFA);
	if (search(&sets, text, NULL) != found)
		fail_msg("%.*s on %.*s: a table says %d, sets of states do not",
			 (int)pattern.size, pattern.at, (int)text.size, text.at, found);
	return found == 1;
}
