// SPDX-License-Identifier: Apache-2.0
// Proof of base/moment: against the C library's calendar, and on what logs write.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <time.h>

#include "base/moment.h"

#define NS INT64_C(1000000000)

static int64_t parsed(const char *text)
{
	int64_t time_ns = -1;

	assert_true(moment_parse(text_of(text), &time_ns));
	return time_ns;
}

static void times_as_logs_write_them_are_read(void **state)
{
	const int64_t second = INT64_C(1721362140) * NS; /* 2024-07-19T04:09:00Z */

	(void)state;
	assert_int_equal(parsed("2024-07-19T04:09:00Z"), second);
	assert_int_equal(parsed("2024-07-19 04:09:00"), second);
	assert_int_equal(parsed("2024-07-19 04:09:00 UTC"), second);
	assert_int_equal(parsed("2024-07-19T04:09"), second);
	assert_int_equal(parsed("2024-07-19T06:09:00+02:00"), second);
	assert_int_equal(parsed("2024-07-19T06:09:00+0200"), second);
	assert_int_equal(parsed("2024-07-18T23:39:00-04:30"), second);
	assert_int_equal(parsed("2024-07-19T04:09:00.5Z"), second + NS / 2);
	assert_int_equal(parsed("2024-07-19T04:09:00.123456789Z"), second + 123456789);
	assert_int_equal(parsed("2024-07-19"), second - (4 * 3600 + 9 * 60) * NS);
	assert_int_equal(parsed("1721362140"), second);
	assert_int_equal(parsed("1721362140.25"), second + NS / 4);
	assert_int_equal(parsed("1721362140000"), second);
	assert_int_equal(parsed("1721362140000000"), second);
	assert_int_equal(parsed("1721362140000000000"), second);
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const texts[] = {
		"",
		" ",
		"-",
		"yesterday",
		"2024-07",
		"2024-13-01",
		"2024-07-32T00:00:00Z",
		"2024-02-30T00:00:00Z",
		"2023-02-29",
		"2024-07-19T25:00:00Z",
		"2024-07-19T04:60:00Z",
		"2024-07-19T04:09:00X",
		"2024-07-19T04:09:00+2",
		"20240719",
		"0001-01-01T00:00:00Z",
		"12a",
		"99999999999999999999999",
	};
	int64_t time_ns = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		bool ok = moment_parse(text_of(texts[i]), &time_ns);

		/* A bare number is a time; only this one looks like a date. */
		if (strcmp(texts[i], "20240719") == 0)
			assert_true(ok);
		else if (ok)
			fail_msg("'%s' was taken for a time", texts[i]);
		else
			assert_int_equal(time_ns, 7);
		time_ns = 7;
	}
}

static void every_day_of_four_centuries_splits_as_the_c_library_says(void **state)
{
	(void)state;
	for (int64_t day = -100000; day < 100000; day++) {
		time_t seconds = (time_t)(day * 86400 + (day % 86400 + 86400) % 86400);
		struct moment moment;
		struct tm tm;
		char week[8];

		assert_non_null(gmtime_r(&seconds, &tm));
		assert_int_not_equal(strftime(week, sizeof(week), "%V", &tm), 0);
		moment_split((int64_t)seconds * NS + 5, &moment);
		assert_int_equal(moment.year, tm.tm_year + 1900);
		assert_int_equal(moment.month, tm.tm_mon + 1);
		assert_int_equal(moment.day, tm.tm_mday);
		assert_int_equal(moment.hour, tm.tm_hour);
		assert_int_equal(moment.minute, tm.tm_min);
		assert_int_equal(moment.second, tm.tm_sec);
		assert_int_equal(moment.week, strtol(week, NULL, 10));
		assert_int_equal(moment.nanosecond, 5);
	}
}

static void what_is_written_reads_back_the_same(void **state)
{
	char text[MOMENT_SIZE];

	(void)state;
	for (int64_t t = -3000000000; t < 5000000000; t += 12345678) {
		int64_t time_ns = t * NS + (t & 0xffff) * 1000;

		moment_format(time_ns, text);
		assert_int_equal(parsed(text), time_ns);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(times_as_logs_write_them_are_read),
		cmocka_unit_test(what_is_no_time_is_refused),
		cmocka_unit_test(
			every_day_of_four_centuries_splits_as_the_c_library_says),
		cmocka_unit_test(what_is_written_reads_back_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
