/* SPDX-License-Identifier: Apache-2.0 */
/* Rules -> the bytes of a pack. */
#pragma once

#include "base/buffer.h"
#include "update/rule/rule.h"

/*
 * pack_build(set, out, why):
 * Append the pack for the rules of ${set} to ${out}, which is empty, and verify it with the
 * engine's own verifier.  The same rules in the same order give the same bytes.  Returns 0,
 * -ENOMEM, -E2BIG where a limit of the pack format is reached, -EINVAL where there is no rule at
 * all; with the reason in ${why}.
 */
int pack_build(const struct rule_set *set, struct buffer *out, struct why *why) MUST_USE;

/*
 * rule_explain(set, number, out, why):
 * Append to ${out}, as text for people, how rule ${number} of ${set} will be evaluated: the
 * event sources it applies to, its atoms, its condition over them, and the witness that makes it
 * a candidate.  Errors as pack_build.
 */
int rule_explain(const struct rule_set *set, uint32_t number, struct buffer *out,
		 struct why *why) MUST_USE;
