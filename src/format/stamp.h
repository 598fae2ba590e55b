/* SPDX-License-Identifier: Apache-2.0 */
/* Times as lines of text logs begin with. */
#pragma once

#include "base/text.h"

/*
 * What is needed to read stamps one after another: the time of reference for those without
 * a year, and the day that was worked out last, since most lines have the same.
 */
struct stamp_clock {
	int64_t reference_ns; /* when the log was last written to */
	uint8_t day_size;     /* bytes of day[]; 0: none yet */
	char day[11];
	int64_t day_ns;
};

enum stamp_kind {
	STAMP_NONE,
	STAMP_RFC3164, /* Jul 19 04:09:00, also with fraction or year: a logger's */
	STAMP_ISO,     /* 2024-07-19T04:09:00.123456+02:00, or with "UTC" */
	STAMP_PLAIN,   /* 2024-07-19 04:09:00, 2024/07/19 04:09:00: anybody's */
	STAMP_ASCTIME, /* Fri Jul 19 04:09:00 2024, also with fraction */
	STAMP_UNIX,    /* 1721362140.123456 */
};

/*
 * stamp_read(text, clock, size, time_ns):
 * Read the stamp that ${text} begins with; a blank, a colon, ']' or the end must follow.  Its bytes
 * go to ${*size}, its time to ${*time_ns}.  One without a zone is in UTC.  One without a year is in
 * the last year in which it is no more than a day later than the clock's reference.
 */
enum stamp_kind stamp_read(struct text text, struct stamp_clock *clock, size_t *size,
			   int64_t *time_ns);

/* The time of "19/Jul/2024:04:09:00 +0200", as web servers write it. */
bool stamp_read_web(struct text text, struct stamp_clock *clock, int64_t *time_ns);
