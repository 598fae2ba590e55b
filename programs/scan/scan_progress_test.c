// SPDX-License-Identifier: Apache-2.0
// The line of progress: how far, how fast, how long yet.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "scan.h"

#define SECOND 1000000000L

static void expect_line(uint64_t done, uint64_t size, int64_t elapsed_ns,
			const struct scan_counts *counts, const char *expected)
{
	AUTO(buffer) struct buffer line;

	buffer_init(&line, 1024);
	scan_progress_line(done, size, elapsed_ns, counts, &line);
	buffer_char(&line, 0);
	assert_false(line.failed);
	assert_string_equal(line.at, expected);
}

static void it_tells_pace_and_time_left(void **state)
{
	struct scan_counts counts = { .read = 12345, .detections = { 1, 0, 0, 2 } };

	(void)state;
	expect_line(500000000, 2000000000, 2 * SECOND, &counts,
		    "[=====               ]  25%  12,345 events, 3 detections, 250 MB/s, "
		    "0:06 left");
	expect_line(2000, 4000, SECOND, &counts,
		    "[==========          ]  50%  12,345 events, 3 detections, 2 kB/s, "
		    "0:01 left");
	expect_line(1000000, 4000000000000, SECOND, &counts,
		    "[                    ]   0%  12,345 events, 3 detections, 1 MB/s, "
		    "1111:06:39 left");
}

static void it_guesses_no_pace_from_half_a_moment(void **state)
{
	struct scan_counts counts = { .read = 7, .has_no_rules = true };

	(void)state;
	expect_line(10, 100, SECOND / 2 - 1, &counts,
		    "[==                  ]  10%  7 events");
	expect_line(0, 100, 9 * SECOND, &counts, "[                    ]   0%  7 events");
}

static void a_file_that_grew_is_not_beyond_its_end(void **state)
{
	struct scan_counts counts = { .has_no_rules = true };

	(void)state;
	expect_line(3000000, 1000000, SECOND, &counts,
		    "[====================] 100%  0 events, 3 MB/s, 0:00 left");
	expect_line(0, 0, 0, &counts, "[====================] 100%  0 events");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_tells_pace_and_time_left),
		cmocka_unit_test(it_guesses_no_pace_from_half_a_moment),
		cmocka_unit_test(a_file_that_grew_is_not_beyond_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
