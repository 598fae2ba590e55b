// SPDX-License-Identifier: Apache-2.0
// For tests only: a correlator on a bench, fed with events of a few rules; its last alerts.
#include "detect/engine/correlation_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void copy_text(char *to, struct text text)
{
	(void)snprintf(to, 32, "%.*s", (int)text.size, text.at);
}

static void take_alert(void *user, const struct detection *detection)
{
	struct bench *bench = user;
	struct bench_alert *alert = &bench->alerts[bench->alert_count++ % BENCH_ALERTS];

	*alert = (struct bench_alert){
		.rule = detection->rule,
		.first_ns = detection->first_ns,
		.last_ns = detection->last_ns,
		.events = detection->event_count,
		.value = detection->value,
		.key_count = detection->key_count,
	};
	assert_ptr_equal(detection->event, &bench->event.event);
	for (uint32_t i = 0; i < detection->key_count && i < 2; i++) {
		copy_text(alert->names[i], detection->key_names[i]);
		copy_text(alert->keys[i], detection->key_values[i]);
	}
}

int bench_set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	bench->test = testpack_create();
	bench->user = testpack_field(bench->test, "User");
	bench->host = testpack_field(bench->test, "Computer");
	bench->amount = testpack_field(bench->test, "Amount");
	bench->rule = testpack_rule(bench->test);
	bench->other = testpack_rule(bench->test);
	*state = bench;
	return 0;
}

int bench_tear_down(void **state)
{
	struct bench *bench = *state;

	correlator_free(bench->correlator);
	free(bench->test);
	free(bench);
	return 0;
}

/* A correlation of the first rule by user, within a minute, that ${op} ${number} ends. */
struct testpack_correlation bench_plain(const struct bench *bench, uint32_t kind,
					enum pack_bound_op op, double number)
{
	return (struct testpack_correlation){
		.kind = kind,
		.timespan_ns = 60 * TESTPACK_SECOND,
		.part_count = 1,
		.parts = { bench->rule, bench->other },
		.key_count = 1,
		.keys = { bench->user },
		.value_count = kind == PACK_VALUE_COUNT || kind >= PACK_VALUE_SUM,
		.values = { bench->amount },
		.bound_count = 1,
		.bounds = { { .op = op, .number = number } },
	};
}

struct testpack_correlation bench_in_order(const struct bench *bench, uint32_t kind)
{
	struct testpack_correlation what = bench_plain(bench, kind, PACK_GTE, 0);

	what.bound_count = 0;
	what.part_count = 2;
	return what;
}

void bench_start_with(struct bench *bench, size_t bytes)
{
	assert_int_equal(correlator_create(testpack_finish(bench->test), bytes,
					   &bench->counters, &bench->correlator),
			 0);
}

void bench_start(struct bench *bench)
{
	bench_start_with(bench, 1u << 20);
}

uint32_t bench_add(struct bench *bench, struct testpack_correlation what)
{
	return testpack_correlate(bench->test, &what);
}

void bench_begin_event(struct bench *bench, int64_t second, const char *user)
{
	testevent_start(&bench->event, BENCH_NOON + second * TESTPACK_SECOND);
	if (user)
		testevent_text(&bench->event, bench->user, user);
}

/* Feed the event that was begun; returns how many alerts it gave. */
uint32_t bench_feed_rules(struct bench *bench, const uint32_t *rules, uint32_t count)
{
	uint32_t before = bench->alert_count;

	correlator_feed(bench->correlator, rules, count, &bench->event.event, take_alert,
			bench);
	return bench->alert_count - before;
}

uint32_t bench_feed_event(struct bench *bench, uint32_t rule)
{
	return bench_feed_rules(bench, &rule, 1);
}

uint32_t bench_feed_both(struct bench *bench, int64_t second, const char *user)
{
	const uint32_t rules[] = { bench->rule, bench->other };

	bench_begin_event(bench, second, user);
	return bench_feed_rules(bench, rules, 2);
}

uint32_t bench_feed(struct bench *bench, uint32_t rule, int64_t second, const char *user)
{
	bench_begin_event(bench, second, user);
	return bench_feed_event(bench, rule);
}

uint32_t bench_feed_amount(struct bench *bench, int64_t second, const char *amount)
{
	bench_begin_event(bench, second, "ann");
	testevent_text(&bench->event, bench->amount, amount);
	return bench_feed_event(bench, bench->rule);
}

const struct bench_alert *bench_last_alert(const struct bench *bench)
{
	assert_true(bench->alert_count > 0);
	return &bench->alerts[(bench->alert_count - 1) % BENCH_ALERTS];
}
