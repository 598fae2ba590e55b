/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A compiled regex: bytes without pointers that the pack carries, the verifier proves, and the
 * engine runs in time linear in the text.  docs/formats/regex.md describes them.
 */
#pragma once

#include "base/text.h"
#include "base/auto.h"

struct regex_scratch; /* memory for a run; made once, at start */

#define REGEX_SIZE_MAX (4u << 20) /* bytes of one compiled regex */

/*
 * regex_verify(program):
 * Prove that the bytes are a regex: every state, class and transition in bounds, and its
 * scratch within regex_scratch_create's.  0, or -EINVAL.
 */
int regex_verify(struct text program) MUST_USE;

/* Memory for runs of any verified regex (a few 100 KiB at most); NULL where memory is out. */
struct regex_scratch *regex_scratch_create(void) MUST_USE;
void regex_scratch_free(struct regex_scratch *scratch);

/*
 * regex_search(program, text, scratch, steps):
 * Whether the regex matches somewhere in ${text}.  Each byte costs at most the program's number
 * of states; ${*steps} is lowered by what was spent, and a search that would need more than it
 * gives up: returns 1 match, 0 none, -1 out of steps (then none is left).  ${program} must be
 * verified; one that is not is still never read out of bounds.
 */
int regex_search(struct text program, struct text text, struct regex_scratch *scratch,
		 uint64_t *steps);
