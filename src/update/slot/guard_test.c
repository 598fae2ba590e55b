// SPDX-License-Identifier: Apache-2.0
// The boot guard: what is blamed, how far down the ladder goes, and what leads up again.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "update/slot/guard.h"

static const struct guard_triple good = { .kernel = 1, .sensor = 1, .pack = 1 };
static const struct guard_triple candidate = { .kernel = 1, .sensor = 1, .pack = 2 };
static const struct guard_triple other_kernel = { .kernel = 2, .sensor = 1, .pack = 1 };

/* The machine starts anew; returns what the guard finds. */
static enum guard_found boot(struct guard *guard, struct guard_boot *now)
{
	now->id[0]++;
	return guard_begin(guard, now);
}

/* An attempt that takes the machine down, and the boot after it. */
static void crash(struct guard *guard, struct guard_boot *now,
		  const struct guard_triple *triple)
{
	guard_mark(guard, now, triple, guard_rung(guard, triple));
	assert_int_equal(boot(guard, now), GUARD_CRASHED);
}

static void an_attempt_that_ended_well_leaves_nothing(void **state)
{
	struct guard guard = { 0 };
	struct guard_boot now = { 0 };

	(void)state;
	assert_int_equal(boot(&guard, &now), GUARD_CLEAN);
	guard_mark(&guard, &now, &good, GUARD_FULL);
	guard_end(&guard);
	assert_int_equal(boot(&guard, &now), GUARD_CLEAN);
	assert_int_equal(guard_rung(&guard, &good), GUARD_FULL);
}

static void each_crash_of_the_same_combination_is_one_rung_down(void **state)
{
	struct guard guard = { 0 };
	struct guard_boot now = { 0 };

	(void)state;
	for (enum guard_rung rung = GUARD_FULL; rung < GUARD_OFF; rung++) {
		assert_int_equal(guard_rung(&guard, &good), rung);
		crash(&guard, &now, &good);
	}
	assert_int_equal(guard_rung(&guard, &good), GUARD_OFF);
	crash(&guard, &now, &good);
	assert_int_equal(guard_rung(&guard, &good), GUARD_OFF);
}

static void
a_candidate_and_then_the_good_pack_crashing_leave_the_kernel_alone(void **state)
{
	struct guard guard = { 0 };
	struct guard_boot now = { 0 };

	(void)state;
	crash(&guard, &now, &candidate);
	assert_int_equal(guard_rung(&guard, &good), GUARD_FULL);
	crash(&guard, &now, &good);
	assert_int_equal(guard_rung(&guard, &good), GUARD_NO_BPF);
}

static void a_lower_rung_that_runs_well_does_not_lead_up_again(void **state)
{
	struct guard guard = { 0 };
	struct guard_boot now = { 0 };

	(void)state;
	crash(&guard, &now, &good);
	guard_mark(&guard, &now, &good, guard_rung(&guard, &good));
	guard_end(&guard);
	assert_int_equal(boot(&guard, &now), GUARD_CLEAN);
	assert_int_equal(guard_rung(&guard, &good), GUARD_ESSENTIAL);
	assert_int_equal(guard_crashes(&guard, &good), 1);
}

static void another_kernel_gets_all_of_the_sensor(void **state)
{
	struct guard guard = { 0 };
	struct guard_boot now = { 0 };

	(void)state;
	for (int i = 0; i < 3; i++)
		crash(&guard, &now, &good);
	assert_int_equal(guard_rung(&guard, &other_kernel), GUARD_FULL);
	guard_mark(&guard, &now, &other_kernel, GUARD_FULL);
	guard_end(&guard);
	/* What is blamed stays so. */
	assert_int_equal(guard_rung(&guard, &good), GUARD_OFF);
}

static void the_same_boot_is_no_crash_of_the_machine_until_it_lasts(void **state)
{
	struct guard guard = { 0 };
	struct guard_boot now = { 0 };

	(void)state;
	(void)boot(&guard, &now);
	for (int i = 1; i < GUARD_PATIENCE; i++) {
		guard_mark(&guard, &now, &good, GUARD_FULL);
		assert_int_equal(guard_begin(&guard, &now), GUARD_RESTARTED);
		assert_int_equal(guard_rung(&guard, &good), GUARD_FULL);
	}
	guard_mark(&guard, &now, &good, GUARD_FULL);
	assert_int_equal(guard_begin(&guard, &now), GUARD_CRASHED);
	assert_int_equal(guard_rung(&guard, &good), GUARD_ESSENTIAL);
}

static void an_operator_can_have_everything_tried_again(void **state)
{
	struct guard guard = { 0 };
	struct guard_boot now = { 0 };

	(void)state;
	crash(&guard, &now, &good);
	crash(&guard, &now, &good);
	guard_forgive(&guard);
	assert_int_equal(guard_rung(&guard, &good), GUARD_FULL);
}

static void the_oldest_blame_goes_where_there_are_too_many(void **state)
{
	struct guard guard = { 0 };
	struct guard_boot now = { 0 };

	(void)state;
	for (uint64_t pack = 0; pack <= GUARD_ENTRIES; pack++)
		crash(&guard, &now, &(struct guard_triple){ .pack = pack });
	assert_int_equal(guard.blame_count, GUARD_ENTRIES);
	assert_int_equal(guard_crashes(&guard, &(struct guard_triple){ .pack = 0 }), 0);
	assert_int_equal(guard_crashes(&guard, &(struct guard_triple){ .pack = 1 }), 1);
}

static void what_was_written_is_read_again_and_damage_is_seen(void **state)
{
	struct guard guard = { 0 }, again;
	struct guard_boot now = { 0 };
	char bytes[GUARD_FILE_SIZE];
	size_t size;

	(void)state;
	crash(&guard, &now, &good);
	guard_mark(&guard, &now, &good, GUARD_ESSENTIAL);
	size = guard_write(&guard, bytes);
	assert_true(guard_read((struct text){ bytes, size }, &again));
	assert_memory_equal(&again, &guard, sizeof(guard));
	for (size_t i = 0; i < size; i++) {
		bytes[i] = (char)(bytes[i] ^ 4);
		assert_false(guard_read((struct text){ bytes, size }, &again));
		assert_false(guard_read((struct text){ bytes, i }, &again));
		bytes[i] = (char)(bytes[i] ^ 4);
	}
}

static void the_kernels_command_line_switches_by_whole_words(void **state)
{
	(void)state;
	assert_int_equal(guard_switch(TEXT("quiet ro\n")), GUARD_FULL);
	assert_int_equal(guard_switch(TEXT("")), GUARD_FULL);
	assert_int_equal(guard_switch(TEXT("quiet windhover.off ro")), GUARD_OFF);
	assert_int_equal(guard_switch(TEXT("windhover.nobpf\n")), GUARD_NO_BPF);
	assert_int_equal(guard_switch(TEXT("windhover.nobpf windhover.off")), GUARD_OFF);
	assert_int_equal(guard_switch(TEXT("xwindhover.off windhover.offer")),
			 GUARD_FULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_attempt_that_ended_well_leaves_nothing),
		cmocka_unit_test(each_crash_of_the_same_combination_is_one_rung_down),
		cmocka_unit_test(
			a_candidate_and_then_the_good_pack_crashing_leave_the_kernel_alone),
		cmocka_unit_test(a_lower_rung_that_runs_well_does_not_lead_up_again),
		cmocka_unit_test(another_kernel_gets_all_of_the_sensor),
		cmocka_unit_test(the_same_boot_is_no_crash_of_the_machine_until_it_lasts),
		cmocka_unit_test(an_operator_can_have_everything_tried_again),
		cmocka_unit_test(the_oldest_blame_goes_where_there_are_too_many),
		cmocka_unit_test(what_was_written_is_read_again_and_damage_is_seen),
		cmocka_unit_test(the_kernels_command_line_switches_by_whole_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
