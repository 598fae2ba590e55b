// SPDX-License-Identifier: Apache-2.0
// Probation: what a pack may spend and lose while it is watched after the switch.
#include "update/slot/probation.h"

#include <stdio.h>

#define SECOND UINT64_C(1000000000)

void probation_budget_default(struct probation_budget *budget)
{
	*budget = (struct probation_budget){ .time_ns = 15 * 60 * SECOND,
					     .events = 1000,
					     .memory_size = UINT64_C(512) << 20,
					     .cpu_permille = 800,
					     .detections = 600,
					     .lost = 10000,
					     .window_ns = 10 * SECOND };
}

static bool is_of_another(const struct probation_sample *a,
			  const struct probation_sample *b)
{
	return b->cpu_ns < a->cpu_ns || b->events < a->events || b->lost < a->lost ||
	       b->detections < a->detections;
}

/* What may not be exceeded within a window is judged at once, not at its end. */
static bool exceeds(const struct probation *probation,
		    const struct probation_budget *budget,
		    const struct probation_sample *now, char reason[128])
{
	const struct probation_sample *from = &probation->window;
	uint64_t cpu = now->cpu_ns - from->cpu_ns;
	uint64_t cpu_most = budget->window_ns / 1000 * budget->cpu_permille;

	if (now->memory_size > budget->memory_size) {
		(void)snprintf(reason, 128, "memory: %llu MiB, and %llu MiB are allowed",
			       (unsigned long long)(now->memory_size >> 20),
			       (unsigned long long)(budget->memory_size >> 20));
		return true;
	}
	if (now->detections - from->detections > budget->detections) {
		(void)snprintf(reason, 128,
			       "detection storm: %llu within %llu s, and %u are allowed",
			       (unsigned long long)(now->detections - from->detections),
			       (unsigned long long)(budget->window_ns / SECOND),
			       budget->detections);
		return true;
	}
	if (now->lost - from->lost > budget->lost) {
		(void)snprintf(reason, 128,
			       "events lost: %llu within %llu s, and %llu are allowed",
			       (unsigned long long)(now->lost - from->lost),
			       (unsigned long long)(budget->window_ns / SECOND),
			       (unsigned long long)budget->lost);
		return true;
	}
	if (cpu > cpu_most) {
		(void)snprintf(
			reason, 128,
			"processor time: %llu ms within %llu s, and %llu ms are allowed",
			(unsigned long long)(cpu / 1000000),
			(unsigned long long)(budget->window_ns / SECOND),
			(unsigned long long)(cpu_most / 1000000));
		return true;
	}
	return false;
}

uint64_t probation_left(const struct probation *probation,
			const struct probation_budget *budget)
{
	uint64_t passed = probation->last.now_ns - probation->since_ns;

	if (!probation->begun)
		return budget->time_ns;
	return passed >= budget->time_ns ? 0 : budget->time_ns - passed;
}

enum probation_answer probation_sample(struct probation *probation,
				       const struct probation_budget *budget,
				       const struct probation_sample *sample,
				       char reason[128])
{
	if (!probation->begun) {
		*probation =
			(struct probation){ .begun = true, .since_ns = sample->now_ns };
	} else if (is_of_another(&probation->last, sample)) {
		probation->has_window = false;
		probation->last = (struct probation_sample){ 0 };
	}
	probation->events += sample->events - probation->last.events;
	probation->last = *sample;
	/* A sensor's first sample holds what its start cost, which every pack's does. */
	if (!probation->has_window) {
		probation->has_window = true;
		probation->window = *sample;
		probation->window.detections = 0;
		probation->window.lost = sample->lost;
	}
	if (exceeds(probation, budget, sample, reason))
		return PROBATION_FAILED;
	if (sample->now_ns - probation->window.now_ns >= budget->window_ns)
		probation->window = *sample;
	return probation_left(probation, budget) == 0 &&
			       probation->events >= budget->events
		       ? PROBATION_PASSED
		       : PROBATION_GOES_ON;
}
