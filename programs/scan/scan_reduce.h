/* SPDX-License-Identifier: Apache-2.0 */
/* Leaving out the rules that a scan need not evaluate, before they are compiled. */
#pragma once

#include "scan_options.h"
#include "update/rule/rule.h"

/*
 * scan_reduce(set, options, why):
 * Leave in ${set} the rules that --rule, --exclude and --level let be shown, and those that their
 * correlations count; where none would be left, all.  Returns 1 where some were left out, else 0;
 * or negative errno: -EINVAL, with ${why}, as scan_choose.  ${unknown}: likewise.
 */
int scan_reduce(struct rule_set *set, const struct scan_options *options,
		const char **unknown, struct why *why) MUST_USE;
