/* SPDX-License-Identifier: Apache-2.0 */
/* A Sigma regex's text -> the program of model/regex.h. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/why.h"

enum regex_flags {
	REGEX_IGNORE_CASE = 1, /* i */
	REGEX_MULTILINE = 2,   /* m: ^ and $ at every line */
	REGEX_DOT_ALL = 4,     /* s: . takes newlines too */
};

/*
 * regex_compile(pattern, flags, out, why):
 * Append the program for ${pattern} (UTF-8; ${flags}: enum regex_flags) to ${out}, padded with
 * zeroes to a multiple of 8 bytes.  The same pattern gives the same bytes.
 * Returns 0, -ENOMEM, or -EINVAL with the reason, and the column inside the pattern, in ${why}
 * (line is left 0); ${out} is then as before.
 */
int regex_compile(struct text pattern, unsigned flags, struct buffer *out,
		  struct why *why) MUST_USE;

/* The same, as sets of states even where a table would do: for tests, which compare the two. */
int regex_compile_nfa(struct text pattern, unsigned flags, struct buffer *out,
		      struct why *why) MUST_USE;

/*
 * regex_literals(pattern, flags, arena, out, count):
 * The literals of which at least one stands in every text that matches: ${*count} of them in
 * ${out}, in the arena, as written (the match may differ from them in case only if ${flags}
 * or an inline flag say so).  ${*count} 0 where there is no such set of at most 256 literals of
 * at least 2 bytes.
 * Used to find candidates; being right matters, being best does not.
 */
int regex_literals(struct text pattern, unsigned flags, struct arena *arena,
		   struct text **out, uint32_t *count) MUST_USE;
