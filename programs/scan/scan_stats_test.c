// SPDX-License-Identifier: Apache-2.0
// Counting has a ceiling, and times are read as people write them.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scan_select.h"
#include "scan_stats.h"

#define NOW    1721362140000000000 /* 2024-07-19T04:09:00Z */
#define SECOND 1000000000

/* An event without values; static, for it is large. */
static struct event *event_of(uint32_t id)
{
	static struct event event;

	event_clear(&event, TEXT(""));
	event.id = id;
	return &event;
}

static void kinds_beyond_the_limit_are_counted_together(void **state)
{
	struct scan_stats stats = { 0 };
	uint64_t all = 0;

	(void)state;
	for (uint32_t i = 0; i < SCAN_KINDS_MAX + 10; i++)
		scan_stats_event(&stats, event_of(i), TEXT("Channel"), TEXT("Provider"));
	scan_stats_event(&stats, event_of(3), TEXT("Channel"), TEXT("Provider"));
	assert_int_equal(stats.kind_count, SCAN_KINDS_MAX);
	assert_int_equal(stats.other, 10);
	assert_int_equal(stats.kinds[3].count, 2);
	for (uint32_t i = 0; i < stats.kind_count; i++)
		all += stats.kinds[i].count;
	assert_int_equal(all + stats.other, SCAN_KINDS_MAX + 11);
	scan_stats_done(&stats);
}

static void channel_and_provider_are_not_taken_for_each_other(void **state)
{
	struct scan_stats stats = { 0 };

	(void)state;
	scan_stats_event(&stats, event_of(1), TEXT("ab"), TEXT("c"));
	scan_stats_event(&stats, event_of(1), TEXT("a"), TEXT("bc"));
	scan_stats_event(&stats, event_of(1), TEXT(""), TEXT(""));
	scan_stats_event(&stats, event_of(EVENT_ID_NONE), TEXT(""), TEXT(""));
	assert_int_equal(stats.kind_count, 4);
	assert_true(text_is(stats.kinds[1].channel, TEXT("a")));
	assert_true(text_is(stats.kinds[1].provider, TEXT("bc")));
	assert_int_equal(stats.kinds[2].channel.size + stats.kinds[2].provider.size, 0);
	scan_stats_done(&stats);
}

static void a_long_name_counts_by_its_beginning(void **state)
{
	static char name[100000];
	struct text whole = { .at = name, .size = sizeof(name) };
	struct scan_stats stats = { 0 };

	(void)state;
	memset(name, 'n', sizeof(name));
	scan_stats_event(&stats, event_of(1), whole, whole);
	scan_stats_event(&stats, event_of(1), text_part(whole, 0, 300), whole);
	assert_int_equal(stats.kind_count, 1);
	assert_int_equal(stats.kinds[0].channel.size, 256);
	assert_int_equal(stats.kinds[0].provider.size, 256);
	scan_stats_done(&stats);
}

static void a_span_is_before_now(void **state)
{
	int64_t time_ns = 0;

	(void)state;
	assert_true(scan_moment("90s", NOW, &time_ns));
	assert_int_equal(time_ns, NOW - 90LL * SECOND);
	assert_true(scan_moment("2m", NOW, &time_ns));
	assert_int_equal(time_ns, NOW - 120LL * SECOND);
	assert_true(scan_moment("6h", NOW, &time_ns));
	assert_int_equal(time_ns, NOW - 21600LL * SECOND);
	assert_true(scan_moment("2d", NOW, &time_ns));
	assert_int_equal(time_ns, NOW - 172800LL * SECOND);
	assert_true(scan_moment("1w", NOW, &time_ns));
	assert_int_equal(time_ns, NOW - 604800LL * SECOND);
	assert_true(scan_moment("0s", NOW, &time_ns));
	assert_int_equal(time_ns, NOW);
}

static void a_date_is_a_time_and_a_bare_number_is_none(void **state)
{
	static const char *const wrong[] = { "",           "6",   "h",
					     "6y",         "6 h", "6hh",
					     "-6h",        "+6h", "1.5h",
					     "1721362140", "now", "99999999999999999999s",
					     "9999999999w" };
	int64_t time_ns = 0;

	(void)state;
	assert_true(scan_moment("2024-07-19T04:09:00Z", 0, &time_ns));
	assert_int_equal(time_ns, NOW);
	assert_true(scan_moment("2024-07-19", 0, &time_ns));
	assert_int_equal(time_ns, NOW - 14940LL * SECOND);
	time_ns = 42;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(scan_moment(wrong[i], NOW, &time_ns));
	assert_int_equal(time_ns, 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_beyond_the_limit_are_counted_together),
		cmocka_unit_test(channel_and_provider_are_not_taken_for_each_other),
		cmocka_unit_test(a_long_name_counts_by_its_beginning),
		cmocka_unit_test(a_span_is_before_now),
		cmocka_unit_test(a_date_is_a_time_and_a_bare_number_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
