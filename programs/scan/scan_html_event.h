/* SPDX-License-Identifier: Apache-2.0 */
/* Events as a page has them: the shape, and the numbers of the values in it. */
#pragma once

#include "format/json.h"
#include "scan_html_pool.h"

/* Make one with scan_html_events_init. */
struct scan_html_events {
	struct scan_html_pool *texts; /* names and values */
	struct scan_html_pool shapes;
	struct buffer json; /* the events, with commas between them */
	uint32_t count;
	struct json_node *nodes;
	struct buffer work, last, shape, values;
};

/* ${texts} must outlive it; the events may grow to ${limit} bytes. */
void scan_html_events_init(struct scan_html_events *events, struct scan_html_pool *texts,
			   size_t limit);
void scan_html_events_done(struct scan_html_events *events);

/*
 * scan_html_events_add(events, json, number):
 * The number of the event that is ${json}: that of the last one where it is the same, for an
 * event may have many detections.  What is no JSON is one text.  0, -ENOMEM, or -E2BIG at a
 * limit.
 */
int scan_html_events_add(struct scan_html_events *events, struct text json,
			 uint32_t *number) MUST_USE;
