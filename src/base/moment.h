/* SPDX-License-Identifier: Apache-2.0 */
/* Points in time as logs write them. */
#pragma once

#include "base/text.h"

/* A point in time taken apart, in UTC. */
struct moment {
	int year;
	unsigned month, day; /* from 1 */
	unsigned hour, minute, second;
	unsigned week; /* ISO 8601, 1..53 */
	uint32_t nanosecond;
};

/*
 * moment_parse(text, time_ns):
 * Read ISO 8601 ("2024-07-19T04:09:00.123456789Z", also with a blank for the T, "UTC" or an
 * offset such as +02:00 at the end; without a zone it is UTC), or a decimal number of
 * seconds, milliseconds, microseconds or nanoseconds since 1970 (told apart by size).
 * Returns false where it is neither; ${*time_ns} is then untouched.
 */
bool moment_parse(struct text text, int64_t *time_ns);

/* Take ${time_ns}, since 1970 in UTC, apart. */
void moment_split(int64_t time_ns, struct moment *out);

/* Bytes that moment_format writes, its NUL included. */
#define MOMENT_SIZE 32

/* Write "2024-07-19T04:09:00.123456Z". */
void moment_format(int64_t time_ns, char out[MOMENT_SIZE]);
