/* SPDX-License-Identifier: Apache-2.0 */
/* A line of the sensor's, for people: severity, rule, technique, process and its ancestors. */
#pragma once

#include "base/buffer.h"

struct feed;

/* ${colours}: for a terminal that has them.  ${width}: its columns.  NULL: no memory. */
struct feed *feed_create(bool colours, unsigned width) MUST_USE;
void feed_free(struct feed *feed);

/*
 * feed_alert(feed, line, out):
 * Append what a person needs to know of the detection in ${line} (JSON, as the sink writes
 * it), made harmless for a terminal.  False where it is no detection.
 */
bool feed_alert(struct feed *feed, struct text line, struct buffer *out);

/* What a line about the sensor itself says; texts are valid until the next call. */
struct feed_health {
	struct text action, sentence;
	uint64_t attached, programs, rules, start_us;
	uint64_t replaced; /* of the programs: by something that tells less */
};

/* False where ${line} is no such line. */
bool feed_health(struct feed *feed, struct text line, struct feed_health *out);

/* By which back end ("1", "2") the part called ${name} looks; empty: by what both have. */
struct text feed_back_end(struct feed *feed, struct text name);

/* The name and the state of the sensor's program ${number} in the line that feed_health took. */
void feed_program(const struct feed *feed, unsigned number, struct text *name,
		  struct text *state);
