// SPDX-License-Identifier: Apache-2.0
// What correlations promise, one sentence each.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "detect/engine/correlation_bench.h"

static void
the_event_that_makes_the_condition_true_alerts_and_then_all_is_anew(void **state)
{
	struct bench *bench = *state;
	uint32_t rule =
		bench_add(bench, bench_plain(bench, PACK_EVENT_COUNT, PACK_GTE, 3));

	bench_start(bench);
	for (int64_t second = 0; second < 9; second++)
		assert_int_equal(bench_feed(bench, bench->rule, second, "ann"),
				 second % 3 == 2);
	assert_int_equal(bench_last_alert(bench)->rule, rule);
	assert_int_equal(bench_last_alert(bench)->events, 3);
	assert_true(bench_last_alert(bench)->value == 3);
	assert_true(bench_last_alert(bench)->first_ns ==
		    BENCH_NOON + 6 * TESTPACK_SECOND);
	assert_true(bench_last_alert(bench)->last_ns == BENCH_NOON + 8 * TESTPACK_SECOND);
	assert_int_equal(bench->counters.detections, 3);
}

static void an_event_as_old_as_the_timespan_counts_and_an_older_one_does_not(void **state)
{
	struct bench *bench = *state;

	(void)bench_add(bench, bench_plain(bench, PACK_EVENT_COUNT, PACK_GTE, 2));
	bench_start(bench);
	assert_int_equal(bench_feed(bench, bench->rule, 0, "ann"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 61, "ann"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 121, "ann"), 1);
}

static void groups_are_counted_apart_and_their_values_compare_without_case(void **state)
{
	struct bench *bench = *state;

	(void)bench_add(bench, bench_plain(bench, PACK_EVENT_COUNT, PACK_GTE, 2));
	bench_start(bench);
	assert_int_equal(bench_feed(bench, bench->rule, 0, "Ann"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 1, "bob"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 2, ""), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 3, "aNN"), 1);
	assert_int_equal(bench_last_alert(bench)->key_count, 1);
	assert_string_equal(bench_last_alert(bench)->names[0], "User");
	/* Shown as the event has it. */
	assert_string_equal(bench_last_alert(bench)->keys[0], "aNN");
}

static void without_group_by_all_events_are_one_group(void **state)
{
	struct bench *bench = *state;
	struct testpack_correlation what =
		bench_plain(bench, PACK_EVENT_COUNT, PACK_GTE, 2);

	what.key_count = 0;
	(void)bench_add(bench, what);
	bench_start(bench);
	assert_int_equal(bench_feed(bench, bench->rule, 0, "ann"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 1, NULL), 1);
	assert_int_equal(bench_last_alert(bench)->key_count, 0);
}

static void an_event_without_a_group_by_field_is_counted_only_as_such(void **state)
{
	struct bench *bench = *state;

	(void)bench_add(bench, bench_plain(bench, PACK_EVENT_COUNT, PACK_GTE, 1));
	bench_start(bench);
	assert_int_equal(bench_feed(bench, bench->rule, 0, NULL), 0);
	bench_begin_event(bench, 1, NULL);
	testevent_null(&bench->event, bench->user);
	assert_int_equal(bench_feed_event(bench, bench->rule), 0);
	assert_int_equal(bench->counters.correlation_ungrouped, 2);
	/* The first member that is there counts. */
	testevent_text(&bench->event, bench->user, "ann");
	testevent_text(&bench->event, bench->user, "bob");
	assert_int_equal(bench_feed_event(bench, bench->rule), 1);
	assert_string_equal(bench_last_alert(bench)->keys[0], "ann");
}

static void group_by_values_do_not_run_into_each_other(void **state)
{
	struct bench *bench = *state;
	struct testpack_correlation what =
		bench_plain(bench, PACK_EVENT_COUNT, PACK_GTE, 2);

	what.key_count = 2;
	what.keys[1] = bench->host;
	(void)bench_add(bench, what);
	bench_start(bench);
	bench_begin_event(bench, 0, "ab");
	testevent_text(&bench->event, bench->host, "c");
	assert_int_equal(bench_feed_event(bench, bench->rule), 0);
	bench_begin_event(bench, 1, "a");
	testevent_text(&bench->event, bench->host, "bc");
	assert_int_equal(bench_feed_event(bench, bench->rule), 0);
	bench_begin_event(bench, 2, "A");
	testevent_text(&bench->event, bench->host, "BC");
	assert_int_equal(bench_feed_event(bench, bench->rule), 1);
	assert_string_equal(bench_last_alert(bench)->names[1], "Computer");
	assert_string_equal(bench_last_alert(bench)->keys[1], "BC");
}

static void long_group_by_values_differ_where_only_their_ends_do(void **state)
{
	struct bench *bench = *state;
	static char text[5001];

	(void)bench_add(bench, bench_plain(bench, PACK_EVENT_COUNT, PACK_GTE, 2));
	bench_start(bench);
	memset(text, 'x', 5000);
	text[5000] = 0;
	/* A character of two bytes where a piece would be cut. */
	memcpy(text + 1023, "\xc3\xa4", 2);
	assert_int_equal(bench_feed(bench, bench->rule, 0, text), 0);
	text[4999] = 'y';
	assert_int_equal(bench_feed(bench, bench->rule, 1, text), 0);
	memcpy(text + 1023, "\xc3\x84", 2);
	text[4999] = 'Y';
	assert_int_equal(bench_feed(bench, bench->rule, 2, text), 1);
}

static void several_bounds_make_a_range(void **state)
{
	struct bench *bench = *state;
	struct testpack_correlation what =
		bench_plain(bench, PACK_VALUE_SUM, PACK_GT, 10);

	what.bounds[1] = (struct pack_bound){ .op = PACK_LTE, .number = 20 };
	what.bound_count = 2;
	(void)bench_add(bench, what);
	bench_start(bench);
	assert_int_equal(bench_feed_amount(bench, 0, "10"), 0);
	assert_int_equal(bench_feed_amount(bench, 1, "11"), 0);
	assert_int_equal(bench_feed_amount(bench, 2, "-1"), 1);
	assert_true(bench_last_alert(bench)->value == 20);
}

static void every_bound_is_judged_as_it_is_written(void **state)
{
	static const struct {
		enum pack_bound_op op;
		uint32_t alerts; /* of three events, where the number is 2 */
	} rows[] = {
		{ PACK_GT, 1 },  { PACK_GTE, 1 }, { PACK_LT, 3 },
		{ PACK_LTE, 3 }, { PACK_EQ, 1 },  { PACK_NEQ, 3 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		void *own;
		struct bench *bench;
		uint32_t alerts = 0;

		(void)bench_set_up(&own);
		bench = own;
		(void)bench_add(bench,
				bench_plain(bench, PACK_EVENT_COUNT, rows[i].op, 2));
		bench_start(bench);
		for (int64_t second = 0; second < 3; second++)
			alerts += bench_feed(bench, bench->rule, second, "ann");
		assert_int_equal(alerts, rows[i].alerts);
		(void)bench_tear_down(&own);
	}
	(void)state;
}

static void a_value_counts_once_however_often_and_in_whichever_case_it_comes(void **state)
{
	struct bench *bench = *state;

	(void)bench_add(bench, bench_plain(bench, PACK_VALUE_COUNT, PACK_GTE, 3));
	bench_start(bench);
	assert_int_equal(bench_feed_amount(bench, 0, "x"), 0);
	assert_int_equal(bench_feed_amount(bench, 1, "y"), 0);
	assert_int_equal(bench_feed_amount(bench, 2, "X"), 0);
	assert_int_equal(bench_feed_amount(bench, 3, "Y"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 4, "ann"),
			 0); /* no value at all */
	assert_int_equal(bench_feed_amount(bench, 5, ""), 1);
	assert_true(bench_last_alert(bench)->value == 3);
	assert_int_equal(bench_last_alert(bench)->events, 3);
	assert_true(bench_last_alert(bench)->first_ns ==
		    BENCH_NOON + 2 * TESTPACK_SECOND);
}

static void a_value_leaves_the_window_with_the_last_event_that_had_it(void **state)
{
	struct bench *bench = *state;

	(void)bench_add(bench, bench_plain(bench, PACK_VALUE_COUNT, PACK_GTE, 3));
	bench_start(bench);
	assert_int_equal(bench_feed_amount(bench, 0, "x"), 0);
	assert_int_equal(bench_feed_amount(bench, 0, "y"), 0);
	assert_int_equal(bench_feed_amount(bench, 30, "x"), 0);
	assert_int_equal(bench_feed_amount(bench, 61, "z"), 0); /* y is gone */
	assert_int_equal(bench_feed_amount(bench, 90, "y"), 1);
}

static void values_of_several_fields_are_counted_as_tuples(void **state)
{
	struct bench *bench = *state;
	struct testpack_correlation what =
		bench_plain(bench, PACK_VALUE_COUNT, PACK_GTE, 2);

	what.value_count = 2;
	what.values[1] = bench->host;
	(void)bench_add(bench, what);
	bench_start(bench);
	bench_begin_event(bench, 0, "ann");
	testevent_text(&bench->event, bench->amount, "ab");
	testevent_text(&bench->event, bench->host, "c");
	assert_int_equal(bench_feed_event(bench, bench->rule), 0);
	assert_int_equal(bench_feed_event(bench, bench->rule), 0);
	bench_begin_event(bench, 0, "ann");
	testevent_text(&bench->event, bench->amount, "a");
	testevent_text(&bench->event, bench->host, "bc");
	assert_int_equal(bench_feed_event(bench, bench->rule), 1);
}

static void temporal_takes_its_parts_in_any_order(void **state)
{
	struct bench *bench = *state;

	(void)bench_add(bench, bench_in_order(bench, PACK_TEMPORAL));
	bench_start(bench);
	assert_int_equal(bench_feed(bench, bench->other, 0, "ann"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 1, "bob"), 0);
	assert_int_equal(bench_feed(bench, bench->other, 5, "ann"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 65, "ann"), 1);
	assert_int_equal(bench_last_alert(bench)->events, 2);
	assert_true(bench_last_alert(bench)->first_ns ==
		    BENCH_NOON + 5 * TESTPACK_SECOND);
	assert_int_equal(bench_feed(bench, bench->rule, 66, "ann"), 0);
	assert_int_equal(bench_feed(bench, bench->other, 127, "ann"), 0);
}

static void a_temporal_condition_may_ask_for_the_absence_of_a_part(void **state)
{
	struct bench *bench = *state;
	struct testpack_correlation what = bench_in_order(bench, PACK_TEMPORAL);

	what.test_count = 2;
	what.tests[0] = (struct pack_test){ .atom = 0, .yes = 1, .no = TEST_REJECT };
	what.tests[1] =
		(struct pack_test){ .atom = 1, .yes = TEST_REJECT, .no = TEST_ACCEPT };
	(void)bench_add(bench, what);
	bench_start(bench);
	assert_int_equal(bench_feed(bench, bench->other, 0, "ann"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 30, "ann"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 61, "ann"), 1);
	assert_int_equal(bench_feed(bench, bench->rule, 62, "bob"), 1);
}

static void a_temporal_condition_may_ask_for_some_of_its_parts(void **state)
{
	struct bench *bench = *state;
	struct testpack_correlation what = bench_in_order(bench, PACK_TEMPORAL);

	what.part_count = 3;
	what.parts[2] = testpack_rule(bench->test);
	what.bound_count = 1;
	what.bounds[0] = (struct pack_bound){ .op = PACK_GTE, .number = 2 };
	(void)bench_add(bench, what);
	bench_start(bench);
	assert_int_equal(bench_feed(bench, what.parts[2], 0, "ann"), 0);
	assert_int_equal(bench_feed(bench, what.parts[2], 1, "ann"), 0);
	assert_int_equal(bench_feed(bench, what.parts[0], 2, "ann"), 1);
}

static void ordered_wants_the_order_written_and_lets_times_be_equal(void **state)
{
	struct bench *bench = *state;

	(void)bench_add(bench, bench_in_order(bench, PACK_TEMPORAL_ORDERED));
	bench_start(bench);
	assert_int_equal(bench_feed(bench, bench->other, 0, "ann"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 1, "ann"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 4, "ann"), 0);
	assert_int_equal(bench_feed(bench, bench->other, 5, "ann"), 1);
	/* The shortest chain is the one that is shown. */
	assert_true(bench_last_alert(bench)->first_ns ==
		    BENCH_NOON + 4 * TESTPACK_SECOND);
	assert_int_equal(bench_feed(bench, bench->other, 9, "ann"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 9, "ann"), 1);
}

static void ordered_goes_by_the_time_of_events_and_not_of_their_arrival(void **state)
{
	struct bench *bench = *state;
	struct testpack_correlation what = bench_in_order(bench, PACK_TEMPORAL_ORDERED);

	what.part_count = 3;
	what.parts[2] = testpack_rule(bench->test);
	(void)bench_add(bench, what);
	bench_start(bench);
	assert_int_equal(bench_feed(bench, what.parts[0], 2, "ann"), 0);
	assert_int_equal(bench_feed(bench, what.parts[2], 8, "ann"), 0);
	assert_int_equal(bench_feed(bench, what.parts[1], 1, "ann"), 0);
	assert_int_equal(bench_feed(bench, what.parts[1], 5, "ann"), 1);
}

static void ordered_keeps_a_chain_over_any_number_of_events_between(void **state)
{
	struct bench *bench = *state;
	struct testpack_correlation what = bench_in_order(bench, PACK_TEMPORAL_ORDERED);

	what.part_count = 4;
	what.parts[2] = testpack_rule(bench->test);
	what.parts[3] = testpack_rule(bench->test);
	what.timespan_ns = 3600 * TESTPACK_SECOND;
	(void)bench_add(bench, what);
	bench_start(bench);
	for (uint32_t part = 0; part < 3; part++)
		assert_int_equal(bench_feed(bench, what.parts[part], part, "ann"), 0);
	for (int64_t second = 3; second < 1003; second++)
		assert_int_equal(bench_feed(bench, what.parts[second % 2], second, "ann"),
				 0);
	/* Too far back to say between which others it was. */
	assert_int_equal(bench_feed(bench, what.parts[0], 4, "ann"), 0);
	assert_int_equal(bench->counters.correlation_late, 1);
	assert_int_equal(bench_feed(bench, what.parts[3], 1003, "ann"), 1);
	assert_true(bench_last_alert(bench)->first_ns == BENCH_NOON);
}

static void what_is_no_number_is_not_summed(void **state)
{
	struct bench *bench = *state;
	static const char *const none[] = { "",    "12 ",   "abc", "inf",
					    "nan", "1e999", "-",   "0x" };

	(void)bench_add(bench, bench_plain(bench, PACK_VALUE_SUM, PACK_GTE, 100));
	bench_start(bench);
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_int_equal(bench_feed_amount(bench, 0, none[i]), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 0, "ann"), 0);
	assert_int_equal(bench_feed_amount(bench, 1, "84"), 0);
	assert_int_equal(bench_feed_amount(bench, 2, "0x10"), 1);
	assert_true(bench_last_alert(bench)->value == 100);
	assert_int_equal(bench_last_alert(bench)->events, 2);
}

static void a_sum_does_not_drift_when_huge_numbers_pass_through(void **state)
{
	struct bench *bench = *state;

	(void)bench_add(bench, bench_plain(bench, PACK_VALUE_SUM, PACK_EQ, 0.75));
	bench_start(bench);
	assert_int_equal(bench_feed_amount(bench, 0, "1e290"), 0);
	assert_int_equal(bench_feed_amount(bench, 1, "0.5"), 0);
	assert_int_equal(bench_feed_amount(bench, 61, "0.25"), 1);
}

static void the_average_is_over_the_events_in_the_window(void **state)
{
	struct bench *bench = *state;

	(void)bench_add(bench, bench_plain(bench, PACK_VALUE_AVG, PACK_LT, 5));
	bench_start(bench);
	assert_int_equal(bench_feed_amount(bench, 0, "20"), 0);
	assert_int_equal(bench_feed_amount(bench, 1, "4"), 0);
	assert_int_equal(bench_feed_amount(bench, 61, "5"), 1);
	assert_true(bench_last_alert(bench)->value == 4.5);
}

static void the_percentile_is_the_nearest_rank(void **state)
{
	struct bench *bench = *state;
	struct testpack_correlation what =
		bench_plain(bench, PACK_VALUE_PERCENTILE, PACK_EQ, 20);
	static const char *const amounts[] = { "15", "50", "35", "40" };

	what.percentile = 3000;
	(void)bench_add(bench, what);
	bench_start(bench);
	for (int64_t i = 0; i < 4; i++)
		assert_int_equal(bench_feed_amount(bench, i, amounts[i]), 0);
	/* 15 20 35 40 50: the 30th percentile is the second, as in the textbook. */
	assert_int_equal(bench_feed_amount(bench, 4, "20"), 1);
	assert_true(bench_last_alert(bench)->value == 20);
}

static void the_median_of_an_even_count_is_the_mean_of_the_middle_two(void **state)
{
	struct bench *bench = *state;

	(void)bench_add(bench, bench_plain(bench, PACK_VALUE_MEDIAN, PACK_EQ, 3.5));
	bench_start(bench);
	assert_int_equal(bench_feed_amount(bench, 0, "100"), 0);
	assert_int_equal(bench_feed_amount(bench, 1, "3"), 0);
	assert_int_equal(bench_feed_amount(bench, 2, "-7"), 0);
	assert_int_equal(bench_feed_amount(bench, 3, "4"), 1);
}

static void an_event_older_than_its_window_is_counted_as_late(void **state)
{
	struct bench *bench = *state;

	(void)bench_add(bench, bench_plain(bench, PACK_EVENT_COUNT, PACK_GTE, 3));
	bench_start(bench);
	assert_int_equal(bench_feed(bench, bench->rule, 100, "ann"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 39, "ann"), 0);
	assert_int_equal(bench->counters.correlation_late, 1);
	assert_int_equal(bench_feed(bench, bench->rule, 40, "ann"), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 70, "ann"), 1);
	assert_true(bench_last_alert(bench)->first_ns ==
		    BENCH_NOON + 40 * TESTPACK_SECOND);
	assert_true(bench_last_alert(bench)->last_ns ==
		    BENCH_NOON + 100 * TESTPACK_SECOND);
}

static void an_event_of_unknown_time_has_the_time_of_the_one_before(void **state)
{
	struct bench *bench = *state;

	(void)bench_add(bench, bench_plain(bench, PACK_EVENT_COUNT, PACK_GTE, 3));
	bench_start(bench);
	assert_int_equal(bench_feed(bench, bench->rule, 50, "bob"), 0);
	bench_begin_event(bench, 0, "ann");
	bench->event.event.time_ns = 0;
	assert_int_equal(bench_feed_event(bench, bench->rule), 0);
	assert_int_equal(bench_feed_event(bench, bench->rule), 0);
	assert_int_equal(bench_feed(bench, bench->rule, 111, "ann"),
			 0); /* 50 is out of 111's window */
	bench->event.event.time_ns = 0;
	assert_int_equal(bench_feed_event(bench, bench->rule), 0);
	assert_int_equal(bench_feed_event(bench, bench->rule), 1);
	assert_true(bench_last_alert(bench)->first_ns ==
		    BENCH_NOON + 111 * TESTPACK_SECOND);
}

static void a_silent_correlation_does_not_alert(void **state)
{
	struct bench *bench = *state;
	struct testpack_correlation what =
		bench_plain(bench, PACK_EVENT_COUNT, PACK_GTE, 1);

	what.silent = true;
	(void)bench_add(bench, what);
	bench_start(bench);
	assert_int_equal(bench_feed(bench, bench->rule, 0, "ann"), 0);
	assert_int_equal(bench->counters.detections, 0);
}

static void a_part_that_the_lists_of_a_pack_disagree_on_is_left_out(void **state)
{
	struct bench *bench = *state;
	struct pack_part *part;

	(void)bench_add(bench, bench_plain(bench, PACK_EVENT_COUNT, PACK_GTE, 1));
	bench_start(bench);
	part = &bench->test->parts[0];
	part->correlation = 7;
	assert_int_equal(bench_feed(bench, bench->rule, 0, "ann"), 0);
	*part = (struct pack_part){ .correlation = 0, .number = 99, .keys = part->keys };
	assert_int_equal(bench_feed(bench, bench->rule, 0, "ann"), 0);
	*part = (struct pack_part){ .correlation = 0, .keys.count = 1000 };
	assert_int_equal(bench_feed(bench, bench->rule, 0, "ann"), 0);
	assert_int_equal(bench_feed(bench, 12345, 0, "ann"), 0);
}

static void a_pack_without_correlations_needs_no_memory_for_them(void **state)
{
	struct bench *bench = *state;

	bench_start_with(bench, SIZE_MAX);
	assert_int_equal(bench_feed(bench, bench->rule, 0, "ann"), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, bench_set_up, bench_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_event_that_makes_the_condition_true_alerts_and_then_all_is_anew),
		TEST(an_event_as_old_as_the_timespan_counts_and_an_older_one_does_not),
		TEST(groups_are_counted_apart_and_their_values_compare_without_case),
		TEST(without_group_by_all_events_are_one_group),
		TEST(an_event_without_a_group_by_field_is_counted_only_as_such),
		TEST(group_by_values_do_not_run_into_each_other),
		TEST(long_group_by_values_differ_where_only_their_ends_do),
		TEST(several_bounds_make_a_range),
		cmocka_unit_test(every_bound_is_judged_as_it_is_written),
		TEST(a_value_counts_once_however_often_and_in_whichever_case_it_comes),
		TEST(a_value_leaves_the_window_with_the_last_event_that_had_it),
		TEST(values_of_several_fields_are_counted_as_tuples),
		TEST(temporal_takes_its_parts_in_any_order),
		TEST(a_temporal_condition_may_ask_for_the_absence_of_a_part),
		TEST(a_temporal_condition_may_ask_for_some_of_its_parts),
		TEST(ordered_wants_the_order_written_and_lets_times_be_equal),
		TEST(ordered_goes_by_the_time_of_events_and_not_of_their_arrival),
		TEST(ordered_keeps_a_chain_over_any_number_of_events_between),
		TEST(what_is_no_number_is_not_summed),
		TEST(a_sum_does_not_drift_when_huge_numbers_pass_through),
		TEST(the_average_is_over_the_events_in_the_window),
		TEST(the_percentile_is_the_nearest_rank),
		TEST(the_median_of_an_even_count_is_the_mean_of_the_middle_two),
		TEST(an_event_older_than_its_window_is_counted_as_late),
		TEST(an_event_of_unknown_time_has_the_time_of_the_one_before),
		TEST(a_silent_correlation_does_not_alert),
		TEST(a_part_that_the_lists_of_a_pack_disagree_on_is_left_out),
		TEST(a_pack_without_correlations_needs_no_memory_for_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
