/* SPDX-License-Identifier: Apache-2.0 */
/* The sliding window of one group: what an event adds, and what it then amounts to. */
#pragma once

#include "detect/engine/correlation_pool.h"

/* Numbers beyond this are none: no sum of as many as there is memory for overflows. */
#define WINDOW_NUMBER_MAX 1e300

/* temporal_ordered: times that an event which comes late can still be put between. */
#define WINDOW_TIMES_MAX 64u

/* Newer entries that an event which comes late is put before, at most. */
#define WINDOW_BACK_MAX 4096u

/* What a window needs of an event. */
struct window_event {
	int64_t time_ns;
	uint32_t part;      /* which of the correlation's parts it is of */
	double number;      /* value_sum, avg, percentile, median */
	uint64_t digest[2]; /* value_count */
};

/* What a window amounts to. */
struct window_state {
	double value;    /* what bounds are compared with */
	uint64_t parts;  /* temporal kinds: bit n: part n is there, or reached */
	uint64_t events; /* that make it up */
	int64_t first_ns, last_ns;
};

/*
 * window_add(pool, group, correlation, event):
 * Move the window on to ${event} and count it in.  False where it is too late to count:
 * older than the window, behind too many newer entries, or (temporal_ordered) older than
 * the WINDOW_TIMES_MAX newest times; nothing is changed then.
 */
bool window_add(struct pool *pool, uint32_t group,
		const struct pack_correlation *correlation,
		const struct window_event *event);

/* What the window of ${group}, which holds at least one event, amounts to. */
struct window_state window_state(const struct pool *pool, uint32_t group,
				 const struct pack_correlation *correlation);
