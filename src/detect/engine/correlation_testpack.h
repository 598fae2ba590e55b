/* SPDX-License-Identifier: Apache-2.0 */
/* For tests only: the few arrays of a pack that correlations read, laid out in memory. */
#pragma once

#include "model/event.h"
#include "model/pack_view.h"

#define TESTPACK_RULES  4096
#define TESTPACK_SECOND INT64_C(1000000000)

/* What a test says of one correlation; zeroes where it says nothing. */
struct testpack_correlation {
	uint32_t kind;
	int64_t timespan_ns;
	uint32_t part_count, key_count, value_count, bound_count, test_count;
	uint32_t parts[8];         /* rules or correlations */
	uint32_t keys[16];         /* fields */
	uint32_t part_keys[8][16]; /* fields + 1, where they differ from keys: aliases */
	uint32_t values[4];        /* fields */
	struct pack_bound bounds[4];
	struct pack_test tests[8];
	uint32_t percentile;
	bool silent;
};

struct testpack {
	struct pack pack;
	struct pack_rule_entry rules[TESTPACK_RULES];
	struct pack_correlation correlations[TESTPACK_RULES];
	struct pack_part parts[2 * TESTPACK_RULES];
	struct pack_bound bounds[TESTPACK_RULES];
	struct pack_test tests[64];
	struct pack_field_entry fields[32];
	uint32_t numbers[16 * TESTPACK_RULES];
	char text[1024];
};

/* An empty pack on the heap; free() ends it. */
struct testpack *testpack_create(void);

/* Add a field, a rule, a correlation: its number. */
uint32_t testpack_field(struct testpack *test, const char *name);
uint32_t testpack_rule(struct testpack *test);
uint32_t testpack_correlate(struct testpack *test,
			    const struct testpack_correlation *what);

/* Fill in which parts count each rule; nothing may be added afterwards. */
const struct pack *testpack_finish(struct testpack *test);

/* An event with room for its bytes. */
struct testevent {
	struct event event;
	char bytes[16384];
	size_t used;
};

void testevent_start(struct testevent *test, int64_t time_ns);
void testevent_text(struct testevent *test, uint32_t field, const char *text);
void testevent_null(struct testevent *test, uint32_t field);
