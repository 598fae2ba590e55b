// SPDX-License-Identifier: Apache-2.0
// One event in several parts, and in correlations of correlations.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "detect/engine/correlation_bench.h"

static void one_event_that_two_rules_match_counts_for_both(void **state)
{
	struct bench *bench = *state;
	struct testpack_correlation what =
		bench_plain(bench, PACK_EVENT_COUNT, PACK_GTE, 2);

	what.part_count = 2;
	(void)bench_add(bench, what);
	bench_start(bench);
	assert_int_equal(bench_feed_both(bench, 0, "ann"), 1);
	assert_int_equal(bench_last_alert(bench)->events, 2);
}

static void one_event_that_two_rules_match_is_judged_once(void **state)
{
	struct bench *bench = *state;
	struct testpack_correlation what =
		bench_plain(bench, PACK_EVENT_COUNT, PACK_GTE, 1);

	what.part_count = 2;
	(void)bench_add(bench, what);
	bench_start(bench);
	assert_int_equal(bench_feed_both(bench, 0, "ann"), 1);
	assert_int_equal(bench_last_alert(bench)->events, 2);
	/* Nothing of it is left: the next event counts for itself. */
	assert_int_equal(bench_feed(bench, bench->other, 1, "ann"), 1);
	assert_int_equal(bench_last_alert(bench)->events, 1);
}

/* The first part, and not the second. */
static struct testpack_correlation first_alone(const struct bench *bench)
{
	struct testpack_correlation what = bench_in_order(bench, PACK_TEMPORAL);

	what.test_count = 2;
	what.tests[0] = (struct pack_test){ .atom = 0, .yes = 1, .no = TEST_REJECT };
	what.tests[1] =
		(struct pack_test){ .atom = 1, .yes = TEST_REJECT, .no = TEST_ACCEPT };
	return what;
}

static void a_part_that_must_be_absent_may_not_come_with_the_same_event(void **state)
{
	struct bench *bench = *state;

	(void)bench_add(bench, first_alone(bench));
	bench_start(bench);
	assert_int_equal(bench_feed_both(bench, 0, "ann"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 1, "ann"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 1, "bob"), 1);
}

static void an_event_in_two_groups_of_one_correlation_is_judged_in_both(void **state)
{
	struct bench *bench = *state;
	struct testpack_correlation what =
		bench_plain(bench, PACK_EVENT_COUNT, PACK_GTE, 1);
	const uint32_t rules[] = { bench->rule, bench->other };

	what.part_count = 2;
	what.part_keys[1][0] = bench->host + 1;
	(void)bench_add(bench, what);
	bench_start(bench);
	bench_begin_event(bench, 0, "ann");
	testevent_text(&bench->event, bench->host, "web1");
	assert_int_equal(bench_feed_rules(bench, rules, 2), 2);
	assert_string_equal(bench_last_alert(bench)->keys[0], "web1");
}

static void
correlations_that_one_event_completes_count_before_they_are_judged(void **state)
{
	struct bench *bench = *state;
	struct testpack_correlation one =
		bench_plain(bench, PACK_EVENT_COUNT, PACK_GTE, 1);
	struct testpack_correlation outer = first_alone(bench);

	one.silent = true;
	outer.parts[0] = bench_add(bench, one);
	one.parts[0] = bench->other;
	outer.parts[1] = bench_add(bench, one);
	(void)bench_add(bench, outer);
	bench_start(bench);
	assert_int_equal(bench_feed_both(bench, 0, "ann"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 1, "bob"), 1);
}

static void a_correlation_counts_a_correlation_by_the_group_of_the_inner_one(void **state)
{
	struct bench *bench = *state;
	struct testpack_correlation inner =
		bench_plain(bench, PACK_EVENT_COUNT, PACK_GTE, 2);
	struct testpack_correlation outer =
		bench_plain(bench, PACK_EVENT_COUNT, PACK_GTE, 2);

	/* The inner one groups by Computer, which an alias reads from User. */
	inner.silent = true;
	inner.keys[0] = bench->host;
	inner.part_keys[0][0] = bench->user + 1;
	outer.parts[0] = bench_add(bench, inner);
	outer.keys[0] = bench->host;
	outer.parts[0] = bench_add(bench, outer);
	bench_start(bench);
	for (int64_t second = 0; second < 3; second++)
		assert_int_equal(bench_feed(bench, bench->rule, second, "ann"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 3, "bob"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 4, "bob"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 5, "Ann"), 1);
	assert_int_equal(bench_last_alert(bench)->rule, outer.parts[0]);
	assert_string_equal(bench_last_alert(bench)->names[0], "Computer");
	assert_string_equal(bench_last_alert(bench)->keys[0], "Ann");
	assert_int_equal(bench->counters.detections, 1);
}

static void what_one_event_completes_beyond_a_limit_is_cut_and_counted(void **state)
{
	struct bench *bench = *state;
	struct testpack_correlation what =
		bench_plain(bench, PACK_EVENT_COUNT, PACK_GTE, 1);

	for (uint32_t i = 0; i < CORRELATOR_LINKS_MAX + 4; i++)
		what.parts[0] = bench_add(bench, what);
	bench_start(bench);
	assert_int_equal(bench_feed(bench, bench->rule, 0, "ann"),
			 CORRELATOR_LINKS_MAX + 1);
	assert_int_equal(bench->counters.correlation_cut, 1);
}

static void alerts_do_not_multiply_along_a_chain(void **state)
{
	struct bench *bench = *state;
	struct testpack_correlation what =
		bench_plain(bench, PACK_EVENT_COUNT, PACK_GTE, 1);

	/* Eight parts that are the same, in each of twelve links. */
	what.part_count = 8;
	for (uint32_t part = 0; part < 8; part++)
		what.parts[part] = bench->rule;
	for (uint32_t i = 0; i < 12; i++) {
		uint32_t rule = bench_add(bench, what);

		for (uint32_t part = 0; part < 8; part++)
			what.parts[part] = rule;
	}
	bench_start(bench);
	assert_int_equal(bench_feed(bench, bench->rule, 0, "ann"), 12);
	assert_int_equal(bench_last_alert(bench)->events, 8);
	assert_int_equal(bench->counters.correlation_cut, 0);
}

static void an_event_that_feeds_too_much_ends_at_the_budget(void **state)
{
	struct bench *bench = *state;
	struct testpack_correlation what =
		bench_plain(bench, PACK_EVENT_COUNT, PACK_GTE, 1);
	uint32_t alerts;

	what.part_count = 8;
	for (uint32_t part = 0; part < 8; part++)
		what.parts[part] = bench->rule;
	for (uint32_t i = 0; i < 1000; i++)
		(void)bench_add(bench, what);
	bench_start(bench);
	bench_begin_event(bench, 0, "ann");
	for (uint32_t i = 0; i < 1000; i++)
		testevent_text(&bench->event, bench->amount, "");
	alerts = bench_feed_event(bench, bench->rule);
	assert_true(alerts > 100 && alerts < 1000);
	assert_int_equal(bench->counters.correlation_cut, 1);
	/* The next event has its own budget. */
	assert_int_equal(bench_feed(bench, bench->rule, 1, "bob"), 1000);
	assert_int_equal(bench->counters.correlation_cut, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(one_event_that_two_rules_match_counts_for_both),
		TEST(one_event_that_two_rules_match_is_judged_once),
		TEST(a_part_that_must_be_absent_may_not_come_with_the_same_event),
		TEST(an_event_in_two_groups_of_one_correlation_is_judged_in_both),
		TEST(correlations_that_one_event_completes_count_before_they_are_judged),
		TEST(a_correlation_counts_a_correlation_by_the_group_of_the_inner_one),
		TEST(what_one_event_completes_beyond_a_limit_is_cut_and_counted),
		TEST(alerts_do_not_multiply_along_a_chain),
		TEST(an_event_that_feeds_too_much_ends_at_the_budget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
