// SPDX-License-Identifier: Apache-2.0
// Probation: each budget by itself, the end of it, and a sensor that was started again.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "update/slot/probation.h"

#define SECOND UINT64_C(1000000000)

static struct probation_budget budget;
static struct probation probation;
static char reason[128];

static int begin(void **state)
{
	(void)state;
	probation_budget_default(&budget);
	probation = (struct probation){ 0 };
	reason[0] = '\0';
	return 0;
}

static enum probation_answer see(struct probation_sample sample)
{
	return probation_sample(&probation, &budget, &sample, reason);
}

static void it_passes_when_both_time_and_events_are_enough(void **state)
{
	const uint64_t late = budget.time_ns + SECOND;

	(void)state;
	assert_int_equal(see((struct probation_sample){ .now_ns = SECOND }),
			 PROBATION_GOES_ON);
	/* Events without time, and time without events. */
	assert_int_equal(
		see((struct probation_sample){ .now_ns = late - 1, .events = 5000 }),
		PROBATION_GOES_ON);
	assert_int_equal(see((struct probation_sample){ .now_ns = late, .events = 5000 }),
			 PROBATION_PASSED);
	probation = (struct probation){ 0 };
	(void)see((struct probation_sample){ .now_ns = SECOND });
	assert_int_equal(see((struct probation_sample){ .now_ns = 2 * late }),
			 PROBATION_GOES_ON);
	assert_int_equal(probation_left(&probation, &budget), 0);
}

static void a_detection_storm_fails_at_once(void **state)
{
	(void)state;
	assert_int_equal(
		see((struct probation_sample){ .now_ns = SECOND, .detections = 600 }),
		PROBATION_GOES_ON);
	assert_int_equal(
		see((struct probation_sample){ .now_ns = SECOND + 1, .detections = 601 }),
		PROBATION_FAILED);
	assert_non_null(strstr(reason, "storm: 601"));
}

static void the_same_detections_over_a_longer_time_do_not(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 60; i++)
		assert_int_equal(see((struct probation_sample){ .now_ns = i * SECOND,
								.detections = i * 50 }),
				 PROBATION_GOES_ON);
}

static void memory_beyond_its_budget_fails(void **state)
{
	(void)state;
	assert_int_equal(
		see((struct probation_sample){ .memory_size = budget.memory_size }),
		PROBATION_GOES_ON);
	assert_int_equal(
		see((struct probation_sample){ .memory_size = budget.memory_size + 1 }),
		PROBATION_FAILED);
	assert_non_null(strstr(reason, "memory"));
}

static void processor_time_beyond_its_share_fails(void **state)
{
	(void)state;
	/* What the start cost does not count. */
	assert_int_equal(
		see((struct probation_sample){ .now_ns = SECOND, .cpu_ns = 60 * SECOND }),
		PROBATION_GOES_ON);
	assert_int_equal(see((struct probation_sample){ .now_ns = 10 * SECOND,
							.cpu_ns = 68 * SECOND }),
			 PROBATION_GOES_ON);
	assert_int_equal(see((struct probation_sample){ .now_ns = 10 * SECOND,
							.cpu_ns = 69 * SECOND }),
			 PROBATION_FAILED);
	assert_non_null(strstr(reason, "processor time"));
}

static void events_that_are_lost_fail_but_not_those_lost_before(void **state)
{
	(void)state;
	assert_int_equal(
		see((struct probation_sample){ .now_ns = SECOND, .lost = 1000000 }),
		PROBATION_GOES_ON);
	assert_int_equal(see((struct probation_sample){ .now_ns = 2 * SECOND,
							.lost = 1000000 + budget.lost }),
			 PROBATION_GOES_ON);
	assert_int_equal(see((struct probation_sample){ .now_ns = 2 * SECOND,
							.lost = 1000001 + budget.lost }),
			 PROBATION_FAILED);
	assert_non_null(strstr(reason, "lost"));
}

static void another_sensors_counters_begin_anew_and_the_time_goes_on(void **state)
{
	const uint64_t late = budget.time_ns + SECOND;

	(void)state;
	(void)see((struct probation_sample){
		.now_ns = SECOND, .events = 900, .cpu_ns = 9 * SECOND });
	assert_int_equal(see((struct probation_sample){
				 .now_ns = 2 * SECOND, .events = 10, .cpu_ns = SECOND }),
			 PROBATION_GOES_ON);
	assert_int_equal(probation.events, 910);
	assert_int_equal(see((struct probation_sample){
				 .now_ns = late, .events = 100, .cpu_ns = SECOND }),
			 PROBATION_PASSED);
}

#define TEST(name) cmocka_unit_test_setup(name, begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(it_passes_when_both_time_and_events_are_enough),
		TEST(a_detection_storm_fails_at_once),
		TEST(the_same_detections_over_a_longer_time_do_not),
		TEST(memory_beyond_its_budget_fails),
		TEST(processor_time_beyond_its_share_fails),
		TEST(events_that_are_lost_fail_but_not_those_lost_before),
		TEST(another_sensors_counters_begin_anew_and_the_time_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
