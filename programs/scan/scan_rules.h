/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of a scan, as a pack. */
#pragma once

#include "scan_options.h"

struct scan_rules {
	struct pack *pack;
	struct buffer bytes; /* of a pack that was compiled here */
	bool *is_chosen;     /* pack_rule_count() of them: detections of it are shown */
	uint64_t refused;
};

/*
 * scan_rules_load(options, rules):
 * Compile or open the rules of ${options} and choose among them; without any (to dump, to count)
 * the pack has a rule that matches nothing.  0 or negative errno; what is wrong has been said.
 */
int scan_rules_load(const struct scan_options *options,
		    struct scan_rules *rules) MUST_USE;

/* Free what they hold.  Accepts zeroes. */
void scan_rules_done(struct scan_rules *rules);
