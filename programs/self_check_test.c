// SPDX-License-Identifier: Apache-2.0
// What the marker did and nobody saw makes the sensor deaf, and nothing else does.
#include "self_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MARKER 70
#define SECOND INT64_C(1000000000)
#define ASKED  (RECORD_BIT(RECORD_FORK) | RECORD_BIT(RECORD_EXIT) | RECORD_BIT(RECORD_DNS))

struct fixture {
	struct collector *collector;
	struct kernel_program programs[KERNEL_PARTS];
	struct self_check check;
};

static int begin(void **state)
{
	const struct process_table_limits limits = { .processes = 16, .text_size = 4096 };
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	for (int part = 0; part < KERNEL_PARTS; part++)
		f->programs[part].state = KERNEL_ATTACHED;
	f->programs[KERNEL_FORK].kinds = RECORD_BIT(RECORD_FORK);
	f->programs[KERNEL_EXIT].kinds = RECORD_BIT(RECORD_EXIT);
	f->programs[KERNEL_CONNECT].kinds = RECORD_BIT(RECORD_DNS);
	return collector_create(&limits, (struct text){ 0 }, &f->collector);
}

static int end(void **state)
{
	struct fixture *f = *state;

	collector_free(f->collector);
	free(f);
	return 0;
}

static const struct sensed *take(struct fixture *f, enum record_kind kind, uint32_t pid,
				 uint32_t parent)
{
	struct record head = { .size = sizeof(head),
			       .kind = (uint16_t)kind,
			       .pid = pid,
			       .start_ns = pid,
			       .parent_pid = parent,
			       .parent_start_ns = parent };

	return collector_take(f->collector,
			      (struct text){ (const char *)&head, sizeof(head) });
}

static enum self_check_said see(struct fixture *f, int64_t now_ns)
{
	return self_check_see(&f->check, f->collector, f->programs, ASKED, now_ns);
}

/* A whole check, in which a child of the marker's begins, and perhaps ends. */
static enum self_check_said check(struct fixture *f, uint64_t done, bool ends,
				  int64_t now_ns)
{
	self_check_begin(&f->check, MARKER);
	assert_int_equal(see(f, now_ns), SELF_CHECK_LOOKING);
	assert_null(take(f, RECORD_FORK, 71, MARKER));
	if (ends)
		assert_null(take(f, RECORD_EXIT, 71, MARKER));
	self_check_done(&f->check, done, now_ns);
	return see(f, now_ns);
}

static void the_marker_is_waited_for_until_its_start_was_read(void **state)
{
	struct fixture *f = *state;

	self_check_begin(&f->check, MARKER);
	assert_int_equal(see(f, 0), SELF_CHECK_NOTHING);
	assert_non_null(take(f, RECORD_FORK, MARKER, 1));
	assert_int_equal(see(f, 0), SELF_CHECK_LOOKING);
}

static void what_is_seen_is_well_at_once(void **state)
{
	struct fixture *f = *state;

	(void)take(f, RECORD_FORK, MARKER, 1);
	assert_int_equal(check(f, RECORD_BIT(RECORD_FORK), true, SECOND),
			 SELF_CHECK_SAME);
	assert_int_equal(f->check.checks, 1);
	assert_int_equal(f->check.deaf, 0);
}

static void what_is_not_seen_in_time_is_deafness_and_its_end_is_told(void **state)
{
	const uint64_t done = RECORD_BIT(RECORD_FORK) | RECORD_BIT(RECORD_EXIT);
	struct fixture *f = *state;
	char sentence[128];
	bool lost;

	(void)take(f, RECORD_FORK, MARKER, 1);
	assert_int_equal(check(f, done, true, SECOND), SELF_CHECK_SAME);
	assert_int_equal(check(f, done, false, 10 * SECOND), SELF_CHECK_NOTHING);
	assert_int_equal(see(f, 11 * SECOND), SELF_CHECK_NOTHING);
	assert_int_equal(see(f, 13 * SECOND), SELF_CHECK_DEAF);
	self_check_sentence(&f->check, sentence, sizeof(sentence), &lost);
	assert_string_equal(sentence,
			    "deaf to exit: what a process of ours did was not seen");
	assert_true(lost);
	(void)take(f, RECORD_FORK, 72, MARKER);
	self_check_begin(&f->check, MARKER);
	assert_int_equal(see(f, 20 * SECOND), SELF_CHECK_LOOKING);
	(void)take(f, RECORD_FORK, 73, MARKER);
	(void)take(f, RECORD_EXIT, 73, MARKER);
	self_check_done(&f->check, done, 20 * SECOND);
	assert_int_equal(see(f, 20 * SECOND), SELF_CHECK_BETTER);
}

static void what_was_never_heard_is_deafness_but_no_loss(void **state)
{
	struct fixture *f = *state;
	char sentence[128];
	bool lost = true;

	(void)take(f, RECORD_FORK, MARKER, 1);
	(void)check(f, RECORD_BIT(RECORD_DNS), true, SECOND);
	assert_int_equal(see(f, 5 * SECOND), SELF_CHECK_DEAF);
	self_check_sentence(&f->check, sentence, sizeof(sentence), &lost);
	assert_false(lost);
}

static void what_nobody_asks_for_or_has_no_program_is_not_missed(void **state)
{
	const uint64_t done = RECORD_BIT(RECORD_DNS) | RECORD_BIT(RECORD_MOUNT);
	struct fixture *f = *state;

	(void)take(f, RECORD_FORK, MARKER, 1);
	/* A part that DNS needs beside the one that is there. */
	f->programs[KERNEL_PACKET].kinds = RECORD_BIT(RECORD_DNS);
	f->programs[KERNEL_PACKET].state = KERNEL_REFUSED;
	assert_int_equal(check(f, done, true, SECOND), SELF_CHECK_SAME);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_marker_is_waited_for_until_its_start_was_read),
		TEST(what_is_seen_is_well_at_once),
		TEST(what_is_not_seen_in_time_is_deafness_and_its_end_is_told),
		TEST(what_was_never_heard_is_deafness_but_no_loss),
		TEST(what_nobody_asks_for_or_has_no_program_is_not_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
