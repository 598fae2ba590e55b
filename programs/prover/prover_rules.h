/* SPDX-License-Identifier: Apache-2.0 */
/* Rule by rule: what two packs have in common, and what each found. */
#pragma once

#include "prover_side.h"
#include "update/prover/report.h"

/* Count the rules that only one of the two has.  ${running} may have no pack.  0 or -ENOMEM. */
int prover_rules_compare(const struct side *candidate, const struct side *running,
			 struct prover_report *report) MUST_USE;

/* List the rules with detections in ${report}, those with most first.  0 or -ENOMEM. */
int prover_rules_list(const struct side *candidate, const struct side *running,
		      struct prover_report *report) MUST_USE;
