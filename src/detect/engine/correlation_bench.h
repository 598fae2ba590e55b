/* SPDX-License-Identifier: Apache-2.0 */
/* For tests only: a correlator on a bench, fed with events of a few rules; its last alerts. */
#pragma once

#include "detect/engine/correlation.h"
#include "detect/engine/correlation_testpack.h"

#define BENCH_NOON   (INT64_C(1700000000) * TESTPACK_SECOND)
#define BENCH_ALERTS 8 /* the last ones, which are kept */

/* What was emitted, copied out of the call. */
struct bench_alert {
	uint32_t rule;
	int64_t first_ns, last_ns;
	uint64_t events;
	double value;
	uint32_t key_count;
	char names[2][32], keys[2][32];
};

struct bench {
	struct testpack *test;
	struct correlator *correlator;
	struct engine_counters counters;
	struct testevent event;
	struct bench_alert alerts[BENCH_ALERTS];
	uint32_t alert_count;
	uint32_t user, host, amount; /* fields */
	uint32_t rule, other;        /* rules */
};

/* For cmocka: ${*state} is a bench. */
int bench_set_up(void **state);
int bench_tear_down(void **state);

/* A correlation of the first rule by user, within a minute, that ${op} ${number} ends. */
struct testpack_correlation bench_plain(const struct bench *bench, uint32_t kind,
					enum pack_bound_op op, double number);

/* The same for both rules, which all must come: ${kind} is one of the temporal ones. */
struct testpack_correlation bench_in_order(const struct bench *bench, uint32_t kind);

/* Add a correlation to the pack: its rule.  Then start the correlator; 1 MiB unless said. */
uint32_t bench_add(struct bench *bench, struct testpack_correlation what);
void bench_start(struct bench *bench);
void bench_start_with(struct bench *bench, size_t bytes);

/* Begin an event ${second} seconds past noon; ${user} may be NULL. */
void bench_begin_event(struct bench *bench, int64_t second, const char *user);

/*
 * Feed the event that was begun, one of a user, one that both rules match, one with an amount.
 * Each returns how many alerts it gave.
 */
uint32_t bench_feed_rules(struct bench *bench, const uint32_t *rules, uint32_t count);
uint32_t bench_feed_event(struct bench *bench, uint32_t rule);
uint32_t bench_feed(struct bench *bench, uint32_t rule, int64_t second, const char *user);
uint32_t bench_feed_both(struct bench *bench, int64_t second, const char *user);
uint32_t bench_feed_amount(struct bench *bench, int64_t second, const char *amount);

const struct bench_alert *bench_last_alert(const struct bench *bench);
