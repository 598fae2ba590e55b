/* SPDX-License-Identifier: Apache-2.0 */
/* A rule that matched an event or, for a correlation, a set of events. */
#pragma once

#include "model/event.h"

/* One rule that matched; everything in it is valid only during the call. */
struct detection {
	uint32_t rule; /* number in the pack: pack_rule() */
	const struct event
		*event; /* the event; for a correlation the one that completed it */
	/* correlations only */
	int64_t first_ns, last_ns; /* the window's first and last event */
	uint64_t event_count;      /* events in the window */
	double value;              /* what the condition was compared with */
	uint32_t key_count;        /* group-by: names and values */
	const struct text *key_names, *key_values;
};
