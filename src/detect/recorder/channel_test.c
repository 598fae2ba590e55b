// SPDX-License-Identifier: Apache-2.0
// Events from one process to another: in order, counted where lost, whatever either end does.
#include "detect/recorder/channel.h"

#include "detect/recorder/testing.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <cmocka.h>

struct ends {
	int memory, bell;
	struct channel *writer, *reader;
};

static struct testing_host host;

static int open_ends(void **state)
{
	static struct ends ends;

	ends = (struct ends){ 0 };
	if (channel_make(&ends.memory, &ends.bell) ||
	    channel_open(ends.memory, ends.bell, &ends.writer) ||
	    channel_open(ends.memory, ends.bell, &ends.reader))
		return -1;
	channel_begin(ends.reader, 0);
	*state = &ends;
	return 0;
}

static int close_ends(void **state)
{
	struct ends *ends = *state;

	channel_close(ends->writer);
	channel_close(ends->reader);
	(void)close(ends->memory);
	(void)close(ends->bell);
	return 0;
}

static void take(struct ends *ends, uint64_t number)
{
	const struct sensed *sensed;
	uint64_t position;

	sensed = channel_take(ends->reader, &position);
	assert_non_null(sensed);
	assert_int_equal(testing_number(sensed), number);
	channel_kept(ends->reader, position);
}

static void events_arrive_in_order_however_often_the_memory_is_used_again(void **state)
{
	struct ends *ends = *state;
	uint64_t position, sent = 0, taken = 0;

	/* Some ten times round, each time with another part of it in use. */
	for (unsigned round = 0; round < 100; round++) {
		for (unsigned i = 0; i < 600 + round; i++)
			assert_true(
				channel_put(ends->writer, testing_event(&host, sent++)));
		while (taken < sent)
			take(ends, taken++);
	}
	assert_null(channel_take(ends->reader, &position));
	assert_int_equal(channel_lost(ends->writer), 0);
}

static void what_finds_no_room_is_counted_and_the_rest_arrives(void **state)
{
	struct ends *ends = *state;
	uint64_t kept = 0, position;

	while (channel_put(ends->writer, testing_event(&host, kept)))
		kept++;
	for (unsigned i = 0; i < 9; i++)
		assert_false(channel_put(ends->writer, testing_event(&host, kept)));
	assert_int_equal(channel_lost(ends->writer), 10);
	assert_int_equal(channel_take_lost(ends->reader), 10);
	assert_int_equal(channel_take_lost(ends->reader), 0);
	for (uint64_t i = 0; i < kept; i++)
		take(ends, i);
	assert_null(channel_take(ends->reader, &position));
	assert_true(channel_put(ends->writer, testing_event(&host, kept)));
	take(ends, kept);
}

static void an_event_too_long_is_lost_and_counted(void **state)
{
	struct ends *ends = *state;
	static struct sensed sensed;
	size_t size = CHANNEL_RECORD_MAX;
	AUTO(free) char *bytes = calloc(1, size);

	event_clear(&sensed.event, (struct text){ .at = bytes, .size = size });
	assert_false(channel_put(ends->writer, &sensed));
	assert_int_equal(channel_lost(ends->writer), 1);
}

static void a_reader_that_was_killed_is_followed_by_one_that_misses_nothing(void **state)
{
	struct ends *ends = *state;
	const struct sensed *sensed;
	uint64_t position = 0, kept;

	for (uint64_t i = 0; i < 10; i++)
		assert_true(channel_put(ends->writer, testing_event(&host, i)));
	for (uint64_t i = 0; i < 4; i++)
		take(ends, i);
	/* Taken, and not kept: the next reader gets them again. */
	for (uint64_t i = 4; i < 8; i++)
		assert_non_null(channel_take(ends->reader, &position));
	channel_close(ends->reader);
	assert_int_equal(channel_open(ends->memory, ends->bell, &ends->reader), 0);
	channel_begin(ends->reader, 0);
	sensed = channel_take(ends->reader, &kept);
	assert_non_null(sensed);
	assert_int_equal(testing_number(sensed), 4);
	/* Unless a block on the disk says that they were kept. */
	channel_begin(ends->reader, position);
	take(ends, 8);
	take(ends, 9);
}

static void a_writer_that_is_killed_at_any_moment_leaves_whole_events(void **state)
{
	struct ends *ends = *state;
	uint64_t taken = 0, position, seed = 1;

	for (unsigned round = 0; round < 20; round++) {
		const struct sensed *sensed;
		pid_t writer = fork();

		if (writer == 0) {
			struct channel *mine;

			if (channel_open(ends->memory, ends->bell, &mine))
				_exit(1);
			for (uint64_t i = taken;; i++)
				(void)channel_put(mine, testing_event(&host, i));
		}
		seed = seed * 6364136223846793005u + 1;
		(void)usleep((useconds_t)(seed >> 52));
		assert_int_equal(kill(writer, SIGKILL), 0);
		assert_int_equal(waitpid(writer, NULL, 0), writer);
		while ((sensed = channel_take(ends->reader, &position))) {
			assert_int_equal(testing_number(sensed), taken);
			taken++;
			channel_kept(ends->reader, position);
		}
	}
	assert_int_equal(channel_malformed(ends->reader), 0);
}

static void the_bell_rings_for_who_sleeps_and_for_nobody_else(void **state)
{
	struct ends *ends = *state;
	struct pollfd bell = { .fd = ends->bell, .events = POLLIN };
	uint64_t number = 0;

	assert_true(channel_put(ends->writer, testing_event(&host, number)));
	assert_int_equal(poll(&bell, 1, 0), 0);
	/* Something is there already: no sleep. */
	assert_false(channel_sleep(ends->reader, true));
	take(ends, number++);
	assert_true(channel_sleep(ends->reader, true));
	assert_true(channel_put(ends->writer, testing_event(&host, number)));
	assert_int_equal(poll(&bell, 1, 0), 1);
	take(ends, number++);
	/* A nap ends when a quarter of the memory is used. */
	assert_true(channel_sleep(ends->reader, false));
	assert_true(channel_put(ends->writer, testing_event(&host, number)));
	assert_int_equal(poll(&bell, 1, 0), 0);
	for (unsigned i = 0; i < CHANNEL_SIZE / 4 / 512; i++)
		(void)channel_put(ends->writer, testing_event(&host, number));
	assert_int_equal(poll(&bell, 1, 0), 1);
}

/* Where things stand in the memory; a stranger may write there anything. */
#define CONTROL_SIZE 4096
#define HEAD_AT      64
#define TAIL_AT      128

static char *map(const struct ends *ends)
{
	char *at = mmap(NULL, CONTROL_SIZE + CHANNEL_SIZE, PROT_READ | PROT_WRITE,
			MAP_SHARED, ends->memory, 0);

	assert_true(at != MAP_FAILED);
	return at;
}

static void any_bytes_from_the_writer_are_events_or_counted(void **state)
{
	struct ends *ends = *state;
	char *memory = map(ends);
	uint64_t seed = 7, position, head = 0, events = 0;

	for (unsigned round = 0; round < 3000; round++) {
		const struct sensed *sensed;

		assert_true(channel_put(ends->writer, testing_event(&host, round)));
		memcpy(&head, memory + HEAD_AT, sizeof(head));
		/* A number anywhere in the event becomes another. */
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		memory[CONTROL_SIZE + ((head - 8 - (seed >> 40) % 1800) &
				       (CHANNEL_SIZE - 1))] = (char)(seed >> 20);
		while ((sensed = channel_take(ends->reader, &position))) {
			events++;
			for (uint32_t i = 0; i < sensed->event.count; i++) {
				assert_true(sensed->fields[i] < FIELD_COUNT);
				(void)event_text(&sensed->event,
						 &sensed->event.values[i]);
			}
			channel_kept(ends->reader, position);
		}
	}
	assert_true(events > 0 && channel_malformed(ends->reader) > 0);
	(void)munmap(memory, CONTROL_SIZE + CHANNEL_SIZE);
}

static void positions_that_can_not_be_lead_neither_end_astray(void **state)
{
	static const uint64_t wrong[] = { UINT64_MAX, UINT64_MAX / 2, CHANNEL_SIZE + 1,
					  3 };
	struct ends *ends = *state;
	char *memory = map(ends);
	uint64_t position;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		memcpy(memory + HEAD_AT, &wrong[i], sizeof(wrong[i]));
		assert_null(channel_take(ends->reader, &position));
	}
	assert_true(channel_malformed(ends->reader) > 0);
	memcpy(memory + TAIL_AT, &wrong[1], sizeof(wrong[1]));
	assert_false(channel_put(ends->writer, testing_event(&host, 0)));
	assert_int_equal(channel_lost(ends->writer), 1);
	(void)munmap(memory, CONTROL_SIZE + CHANNEL_SIZE);
}

static void memory_that_is_no_channel_is_refused(void **state)
{
	struct ends *ends = *state;
	AUTO(close) int memory = memfd_create("test", MFD_CLOEXEC);
	struct channel *channel = NULL;

	assert_int_equal(channel_open(memory, ends->bell, &channel), -EINVAL);
	assert_int_equal(ftruncate(memory, CONTROL_SIZE + CHANNEL_SIZE), 0);
	assert_int_equal(channel_open(memory, ends->bell, &channel), -EINVAL);
	assert_int_equal(ftruncate(ends->memory, 4096), -1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_ends, close_ends)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(events_arrive_in_order_however_often_the_memory_is_used_again),
		TEST(what_finds_no_room_is_counted_and_the_rest_arrives),
		TEST(an_event_too_long_is_lost_and_counted),
		TEST(a_reader_that_was_killed_is_followed_by_one_that_misses_nothing),
		TEST(a_writer_that_is_killed_at_any_moment_leaves_whole_events),
		TEST(the_bell_rings_for_who_sleeps_and_for_nobody_else),
		TEST(any_bytes_from_the_writer_are_events_or_counted),
		TEST(positions_that_can_not_be_lead_neither_end_astray),
		TEST(memory_that_is_no_channel_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
