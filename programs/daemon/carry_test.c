// SPDX-License-Identifier: Apache-2.0
// What sensors say, one after the other, to who reads slowly.
#include "carry.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "base/message.h"

#define PIPE_SIZE 65536

struct reader {
	struct carry carry;
	int pipe[2], standard_output;
};

/* Standard output is a pipe; nothing but the carry writes to it until the end of the test. */
static int set_up(void **state)
{
	struct reader *reader = calloc(1, sizeof(*reader));

	assert_non_null(reader);
	assert_int_equal(pipe2(reader->pipe, O_CLOEXEC | O_NONBLOCK), 0);
	(void)fflush(stdout);
	reader->standard_output = dup(STDOUT_FILENO);
	assert_true(reader->standard_output >= 0);
	assert_true(dup2(reader->pipe[1], STDOUT_FILENO) >= 0);
	reader->carry.from = reader->carry.journal = -1;
	reader->carry.lines = true;
	*state = reader;
	return 0;
}

static int tear_down(void **state)
{
	struct reader *reader = *state;

	(void)dup2(reader->standard_output, STDOUT_FILENO);
	(void)close(reader->standard_output);
	(void)close(reader->pipe[0]);
	(void)close(reader->pipe[1]);
	auto_close(&reader->carry.from);
	for (unsigned i = 0; i < reader->carry.next_count; i++)
		(void)close(reader->carry.next[i]);
	free(reader);
	return 0;
}

/* A sensor that says these lines, each in a message of its own, and ends. */
static bool sensor_says(struct carry *carry, const char *first, const char *second)
{
	const char *lines[] = { first, second };
	int ours = -1, theirs = -1;

	assert_int_equal(message_pair(16 * ROLE_OUTPUT_SIZE, &ours, &theirs), 0);
	for (int i = 0; i < 2 && lines[i]; i++) {
		char bytes[64] = { ROLE_LINES };

		(void)snprintf(bytes + 1, sizeof(bytes) - 1, "%s", lines[i]);
		assert_int_equal(
			message_send(theirs, bytes, 1 + strlen(lines[i]), NULL, 0), 0);
	}
	(void)close(theirs);
	return carry_from(carry, ours);
}

static void fill(struct reader *reader)
{
	static const char bytes[4096];

	while (write(reader->pipe[1], bytes, sizeof(bytes)) > 0)
		;
	assert_int_equal(errno, EAGAIN);
}

static const char *read_all(struct reader *reader)
{
	static char text[PIPE_SIZE + 1];
	ssize_t got = read(reader->pipe[0], text, PIPE_SIZE);

	text[got < 0 ? 0 : got] = '\0';
	return text;
}

static void what_a_sensor_said_last_is_not_lost_when_the_next_one_begins(void **state)
{
	struct reader *reader = *state;
	struct carry *carry = &reader->carry;

	fill(reader);
	assert_true(sensor_says(carry, "one\n", "two\n"));
	assert_true(carry_on(carry));
	assert_true(sensor_says(carry, "three\n", NULL));
	assert_true(sensor_says(carry, "four\n", NULL));
	/* Nothing is taken while nobody reads. */
	assert_false(carry_on(carry));
	(void)read_all(reader);
	carry_rest(carry, 0);
	assert_string_equal(read_all(reader), "one\ntwo\nthree\nfour\n");
	assert_int_equal(carry->dropped, 0);
}

static void a_line_that_was_cut_off_does_not_spoil_the_next_one(void **state)
{
	struct reader *reader = *state;

	assert_true(sensor_says(&reader->carry, "whole\n", "cut"));
	assert_true(sensor_says(&reader->carry, "next\n", NULL));
	carry_rest(&reader->carry, 0);
	assert_string_equal(read_all(reader), "whole\ncut\nnext\n");
}

static void where_nobody_ever_reads_the_oldest_is_dropped_and_counted(void **state)
{
	struct reader *reader = *state;
	struct carry *carry = &reader->carry;

	fill(reader);
	for (int i = 0; i <= CARRY_NEXT; i++)
		assert_true(sensor_says(carry, i ? "later\n" : "oldest\n", NULL));
	assert_false(sensor_says(carry, "newest\n", NULL));
	assert_int_equal(carry->dropped, 1);
	assert_int_equal(carry->next_count, CARRY_NEXT);
	(void)read_all(reader);
	carry_rest(carry, 0);
	assert_string_equal(read_all(reader), "later\nlater\nlater\nnewest\n");
}

/* As a disk is full: of what is written, only a part finds room. */
static void leave_room(rlim_t size)
{
	const struct rlimit limit = { .rlim_cur = size, .rlim_max = RLIM_INFINITY };

	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void
an_output_that_is_full_is_told_and_goes_on_with_a_line_of_its_own(void **state)
{
	struct carry *carry = &((struct reader *)*state)->carry;
	AUTO(close) int file = memfd_create("output", MFD_CLOEXEC);
	char sentence[128], is[64];
	bool lost = false;
	ssize_t size;

	assert_true(dup2(file, STDOUT_FILENO) >= 0);
	leave_room(6);
	assert_true(sensor_says(carry, "one\ntwo\n", NULL));
	while (carry_on(carry))
		;
	assert_true(carry_news(carry, sentence, sizeof(sentence), &lost));
	assert_true(lost);
	assert_string_equal(sentence, "standard output takes nothing: File too large");
	leave_room(RLIM_INFINITY);
	assert_true(sensor_says(carry, "three\n", NULL));
	while (carry_on(carry))
		;
	assert_true(carry_news(carry, sentence, sizeof(sentence), &lost));
	assert_false(lost);
	assert_false(carry_news(carry, sentence, sizeof(sentence), &lost));
	size = pread(file, is, sizeof(is), 0);
	assert_int_equal(size, strlen("one\ntw\nthree\n"));
	assert_memory_equal(is, "one\ntw\nthree\n", (size_t)size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_output_that_is_full_is_told_and_goes_on_with_a_line_of_its_own,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			what_a_sensor_said_last_is_not_lost_when_the_next_one_begins,
			set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_line_that_was_cut_off_does_not_spoil_the_next_one, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(
			where_nobody_ever_reads_the_oldest_is_dropped_and_counted, set_up,
			tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
