/* SPDX-License-Identifier: Apache-2.0 */
/* Probation: what a pack may spend and lose while it is watched after the switch.  Pure. */
#pragma once

#include "base/auto.h"

#include <stdbool.h>
#include <stdint.h>

struct probation_budget {
	uint64_t time_ns;      /* 15 minutes: at least so long */
	uint64_t events;       /* 1,000: and at least so many events */
	uint64_t memory_size;  /* 512 MiB: resident, at any time */
	uint32_t cpu_permille; /* 800: of one core, over any window */
	uint32_t detections;   /* 600: in any window */
	uint64_t lost;      /* 10,000: events in any window that did not fit the ring */
	uint64_t window_ns; /* 10 seconds */
};

void probation_budget_default(struct probation_budget *budget);

/* What is seen of the sensor from outside (cpu, memory) and what it counts, since its start. */
struct probation_sample {
	uint64_t now_ns; /* of a clock that only goes forward */
	uint64_t cpu_ns, memory_size;
	uint64_t events, lost, detections;
};

struct probation {
	bool begun, has_window;
	uint64_t since_ns, events; /* ${events} over all sensors that ran this pack */
	struct probation_sample window, last;
};

enum probation_answer {
	PROBATION_GOES_ON,
	PROBATION_PASSED,
	PROBATION_FAILED,
};

/*
 * probation_sample(probation, budget, sample, reason):
 * Judge by one more sample.  A zeroed ${probation} begins with its first one; counters that are
 * smaller than the last ones are those of another sensor, and begin anew.  With
 * PROBATION_FAILED, ${reason} is a sentence with the figures.
 */
enum probation_answer probation_sample(struct probation *probation,
				       const struct probation_budget *budget,
				       const struct probation_sample *sample,
				       char reason[128]);

/* Nanoseconds until the time is over, by the last sample; 0: it is. */
uint64_t probation_left(const struct probation *probation,
			const struct probation_budget *budget);
