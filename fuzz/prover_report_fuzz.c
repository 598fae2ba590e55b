// SPDX-License-Identifier: Apache-2.0
// What a jail that was taken over may write into its report: the judge stays whole, and in bounds.
#include <assert.h>
#include <string.h>

#include "update/prover/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check(const struct prover_verdict *verdict)
{
	assert(verdict->rule_count <= PROVER_RULES_MAX);
	assert(verdict->audit_count <= PROVER_AUDIT_MAX);
	assert(strnlen(verdict->sentence, sizeof(verdict->sentence)) <
	       sizeof(verdict->sentence));
	assert(strlen(verdict->digest) < sizeof(verdict->digest));
	assert(verdict->accepted || verdict->audit_count == 0);
	for (uint32_t i = 0; i < verdict->rule_count; i++) {
		assert(strlen(verdict->rules[i].title) < sizeof(verdict->rules[i].title));
		assert(!strpbrk(verdict->rules[i].title, "\033\n\r\b"));
		assert(i == 0 || verdict->rules[i].now <= verdict->rules[i - 1].now);
	}
	for (uint32_t i = 0; i < verdict->audit_count; i++) {
		assert(verdict->audit[i] < verdict->now.rules);
		assert(i == 0 || verdict->audit[i] > verdict->audit[i - 1]);
	}
}

/* The first bytes are how the jail ended and what is disarmed; the rest is the report. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct prover_report report;
	struct prover_verdict verdict = { 0 };
	struct prover_end end = { 0 };
	struct prover_policy policy;
	uint32_t disarmed = 0;

	if (size < 4)
		return 0;
	prover_policy_default(&policy);
	end.status = bytes[0] | bytes[1] << 8;
	end.stalled = bytes[2] & 1;
	end.overdue = bytes[2] & 2;
	disarmed = (uint32_t)(bytes[2] >> 2 | bytes[3] << 6);
	memset(&report, 0, sizeof(report));
	memcpy(&report, bytes + 4, size - 4 < sizeof(report) ? size - 4 : sizeof(report));
	if (prover_judge(&policy, disarmed, &report, &end, &verdict) == 0)
		check(&verdict);
	prover_verdict_done(&verdict);
	return 0;
}
