// SPDX-License-Identifier: Apache-2.0
// The circuit breaker: who is suspended, for how long, and who is not.
#include "detect/engine/breaker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)
#define RULES  100u
#define START  (1000 * SECOND)

static const struct breaker_limits limits = {
	.alerts = 10, .samples = 2, .steps = 1000, .rest_s = 600
};

static int set_up(void **state)
{
	struct breaker *breaker = NULL;
	int r = breaker_create(RULES, &limits, &breaker);

	*state = breaker;
	return r;
}

static int tear_down(void **state)
{
	breaker_free(*state);
	return 0;
}

static void storm(struct breaker *breaker, uint32_t rule, int64_t now)
{
	for (unsigned i = 0; i < limits.alerts; i++)
		assert_int_equal(breaker_detection(breaker, rule, now), BREAKER_ALERT);
	assert_int_equal(breaker_detection(breaker, rule, now), BREAKER_KEPT);
}

static void a_rule_within_its_bound_alerts_for_ever(void **state)
{
	struct breaker *breaker = *state;
	struct breaker_event event;

	for (int64_t minute = 0; minute < 100; minute++)
		for (unsigned i = 0; i < limits.alerts; i++)
			assert_int_equal(breaker_detection(breaker, 1,
							   START + minute * 60 * SECOND),
					 BREAKER_ALERT);
	assert_false(breaker_next(breaker, &event));
}

static void a_rule_that_storms_is_suspended_alone(void **state)
{
	struct breaker *breaker = *state;
	struct breaker_event event;

	storm(breaker, 7, START);
	assert_true(breaker_is_suspended(breaker, 7));
	for (uint32_t rule = 0; rule < RULES; rule++)
		assert_int_equal(breaker_detection(breaker, rule, START),
				 rule == 7 ? BREAKER_KEPT : BREAKER_ALERT);
	assert_int_equal(breaker_counters(breaker)->suspended, 1);
	assert_int_equal(breaker_counters(breaker)->kept, 2);
	assert_true(breaker_next(breaker, &event));
	assert_int_equal(event.kind, BREAKER_STORM);
	assert_int_equal(event.rule, 7);
	assert_int_equal(event.count, limits.alerts + 1);
	assert_int_equal(event.rest_s, 600);
	assert_false(breaker_next(breaker, &event));
}

static void it_comes_back_when_its_time_is_over_and_says_what_was_kept(void **state)
{
	struct breaker *breaker = *state;
	struct breaker_event event;

	storm(breaker, 7, START);
	assert_true(breaker_next(breaker, &event));
	for (int i = 0; i < 4; i++)
		(void)breaker_detection(breaker, 7, START + 599 * SECOND);
	breaker_check(breaker, NULL, START + 599 * SECOND);
	assert_false(breaker_next(breaker, &event));
	breaker_check(breaker, NULL, START + 600 * SECOND);
	assert_true(breaker_next(breaker, &event));
	assert_int_equal(event.kind, BREAKER_BACK);
	assert_int_equal(event.rule, 7);
	assert_int_equal(event.count, 5);
	assert_int_equal(breaker_counters(breaker)->suspended, 0);
	storm(breaker, 7, START + 600 * SECOND);
	assert_int_equal(breaker_counters(breaker)->trips, 2);
}

static void a_rule_that_burns_is_suspended_alone(void **state)
{
	struct breaker *breaker = *state;
	struct breaker_event event;
	uint64_t steps[RULES] = { 0 };

	breaker_check(breaker, steps, START);
	steps[3] = 1000;
	steps[4] = 1001;
	breaker_check(breaker, steps, START + SECOND);
	assert_false(breaker_is_suspended(breaker, 3));
	assert_true(breaker_is_suspended(breaker, 4));
	assert_true(breaker_next(breaker, &event));
	assert_int_equal(event.kind, BREAKER_BURN);
	assert_int_equal(event.rule, 4);
	assert_int_equal(event.count, 1001);
	assert_false(breaker_next(breaker, &event));
}

static void steps_spread_over_minutes_do_not_add_up(void **state)
{
	struct breaker *breaker = *state;
	uint64_t steps[RULES] = { 0 };

	for (int64_t second = 0; second < 600; second++) {
		breaker_check(breaker, steps, START + second * SECOND);
		steps[4] += 15;
	}
	assert_int_equal(breaker_counters(breaker)->trips, 0);
}

static void a_burner_starts_from_nothing_when_it_is_back(void **state)
{
	struct breaker *breaker = *state;
	struct breaker_event event;
	uint64_t steps[RULES] = { 0 };

	breaker_check(breaker, steps, START);
	steps[4] = 5000;
	breaker_check(breaker, steps, START + SECOND);
	assert_true(breaker_next(breaker, &event));
	breaker_check(breaker, steps, START + 601 * SECOND);
	assert_true(breaker_next(breaker, &event));
	assert_int_equal(event.kind, BREAKER_BACK);
	steps[4] += 1000;
	breaker_check(breaker, steps, START + 602 * SECOND);
	assert_false(breaker_is_suspended(breaker, 4));
	steps[4] += 1;
	breaker_check(breaker, steps, START + 603 * SECOND);
	assert_true(breaker_is_suspended(breaker, 4));
}

static void audit_only_gives_samples_and_never_alerts(void **state)
{
	struct breaker *breaker = *state;
	const uint64_t bits[2] = { UINT64_C(1) << 5, UINT64_C(1) << (70 - 64) };
	struct breaker_event event;

	breaker_audit(breaker, bits);
	assert_int_equal(breaker_counters(breaker)->audit_only, 2);
	for (unsigned i = 0; i < 100; i++) {
		assert_int_equal(breaker_detection(breaker, 5, START),
				 i < limits.samples ? BREAKER_AUDIT : BREAKER_KEPT);
		assert_int_equal(breaker_detection(breaker, 70, START),
				 i < limits.samples ? BREAKER_AUDIT : BREAKER_KEPT);
	}
	assert_int_equal(breaker_detection(breaker, 6, START), BREAKER_ALERT);
	assert_false(breaker_next(breaker, &event));
	assert_int_equal(breaker_detection(breaker, 5, START + 60 * SECOND),
			 BREAKER_AUDIT);
	assert_int_equal(breaker_counters(breaker)->audited, 5);
}

static void every_suspension_is_told_however_many_there_are(void **state)
{
	struct breaker *breaker = *state;
	struct breaker_event event;
	uint8_t told[RULES] = { 0 };

	for (uint32_t rule = 0; rule < RULES; rule++)
		storm(breaker, rule, START);
	for (uint32_t i = 0; i < RULES; i++) {
		assert_true(breaker_next(breaker, &event));
		told[event.rule]++;
	}
	assert_false(breaker_next(breaker, &event));
	for (uint32_t rule = 0; rule < RULES; rule++)
		assert_int_equal(told[rule], 1);
}

static void a_rule_that_is_not_in_the_pack_harms_nothing(void **state)
{
	struct breaker *breaker = *state;

	for (unsigned i = 0; i < 100; i++)
		assert_int_equal(breaker_detection(breaker, RULES, START), BREAKER_ALERT);
	assert_false(breaker_is_suspended(breaker, RULES));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_rule_within_its_bound_alerts_for_ever),
		TEST(a_rule_that_storms_is_suspended_alone),
		TEST(it_comes_back_when_its_time_is_over_and_says_what_was_kept),
		TEST(a_rule_that_burns_is_suspended_alone),
		TEST(steps_spread_over_minutes_do_not_add_up),
		TEST(a_burner_starts_from_nothing_when_it_is_back),
		TEST(audit_only_gives_samples_and_never_alerts),
		TEST(every_suspension_is_told_however_many_there_are),
		TEST(a_rule_that_is_not_in_the_pack_harms_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
