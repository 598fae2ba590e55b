// SPDX-License-Identifier: Apache-2.0
// What was recorded is read again, whatever happened to disk, clock and process in between.
#include "detect/recorder/recorder.h"

#include "detect/recorder/files.h"
#include "detect/recorder/folder.h"
#include "detect/recorder/recording.h"
#include "detect/recorder/segment.h"
#include "detect/recorder/testing.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>

#include <cmocka.h>

#define SECOND     INT64_C(1000000000)
#define HOUR       (3600 * SECOND)
#define DAY        INT64_C(1767225600000000000) /* some time of day */
#define EVENTS_MAX 65536u                       /* whose numbers are remembered */
#define WHOLE      16u /* one of so many events is compared with what was sent */
#define SMALL                                                                            \
	(struct recorder_limits)                                                         \
	{                                                                                \
		.size = RECORDER_SIZE_MIN                                                \
	}

/* A host that records: its disk, its clock, and how far it is. */
struct test {
	struct testing_disk disk;
	struct recorder *recorder;
	struct recorder_now now;
	uint64_t sent, channel;
	struct recording_counters seen;
	uint64_t read, first, last; /* events that were read, and their numbers */
	bool was_read[EVENTS_MAX];
	bool has_noise; /* events are not those of testing_event() */
};

static struct testing_host host;
static struct test test;

static void begin(struct recorder_limits limits)
{
	struct recorder_disk disk = testing_disk(&test.disk);

	assert_int_equal(recorder_create(&limits, &disk, &test.recorder), 0);
	recorder_begin(test.recorder, test.channel, test.now);
}

static int setup(void **state)
{
	(void)state;
	test = (struct test){ .now = { .time_ns = DAY, .steady_ns = SECOND },
			      .channel = 1 };
	test.disk.error = EIO;
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	recorder_free(test.recorder);
	testing_disk_done(&test.disk);
	return 0;
}

static void pass(int64_t ns)
{
	test.now.time_ns += ns;
	test.now.steady_ns += ns;
	recorder_tick(test.recorder, test.now);
}

static void put(uint64_t count)
{
	while (count--) {
		recorder_put(test.recorder, testing_event(&host, test.sent),
			     test.sent + 1, test.now);
		test.sent++;
	}
}

/* Let all be written and synced. */
static void settle(void)
{
	pass(RECORDER_WAIT_NS);
	pass(RECORDER_WAIT_NS);
	assert_true(recorder_is_idle(test.recorder));
}

static void end(void)
{
	recorder_end(test.recorder, test.now);
	recorder_free(test.recorder);
	test.recorder = NULL;
}

/* The process is killed: what was not written is gone. */
static void kill_it(void)
{
	recorder_free(test.recorder);
	test.recorder = NULL;
}

static struct recorder_counters counted(void)
{
	struct recorder_counters counters;

	recorder_counters(test.recorder, &counters);
	return counters;
}

static struct recording *open_recording(void)
{
	struct text segments[RECORDER_SEGMENTS];
	unsigned count = testing_disk_texts(&test.disk, segments);
	struct recording *recording;

	assert_int_equal(recording_open_bytes(segments, count, &recording), 0);
	return recording;
}

/* Read all; events are whole, and in order. */
static void read_all(void)
{
	struct recording *recording = open_recording();
	const struct sensed *sensed;

	test.read = test.first = test.last = 0;
	memset(test.was_read, 0, sizeof(test.was_read));
	while ((sensed = recording_next(recording))) {
		uint64_t number = test.read % WHOLE || test.has_noise
					  ? testing_number_by_time(sensed)
					  : testing_number(sensed);

		assert_int_not_equal(number, UINT64_MAX);
		if (test.read == 0)
			test.first = number;
		else
			assert_true(number > test.last);
		test.last = number;
		test.was_read[number % EVENTS_MAX] = true;
		test.read++;
	}
	recording_counters(recording, &test.seen);
	recording_close(recording);
}

static void assert_all_read(uint64_t count)
{
	read_all();
	assert_int_equal(test.read, count);
	assert_int_equal(test.seen.blocks_damaged, 0);
	assert_int_equal(test.seen.events_missing, 0);
	assert_int_equal(test.seen.segments_damaged, 0);
}

/* Reading and appending */

static void all_that_was_recorded_is_read_again(void **state)
{
	(void)state;
	begin(SMALL);
	put(5000);
	assert_int_equal(counted().lost, 0);
	end();
	assert_all_read(5000);
	assert_int_equal(test.seen.events, 5000);
	assert_int_equal(test.seen.breaks, 0);
}

static void what_waits_is_written_and_synced_in_time(void **state)
{
	(void)state;
	begin(SMALL);
	put(3);
	pass(RECORDER_WAIT_NS - 1);
	read_all();
	assert_int_equal(test.read, 0);
	assert_false(recorder_is_idle(test.recorder));
	pass(1);
	assert_all_read(3);
	assert_int_equal(test.disk.syncs, 0);
	pass(RECORDER_WAIT_NS);
	assert_int_equal(test.disk.syncs, 1);
	assert_true(recorder_is_idle(test.recorder));
	/* An idle host costs nothing. */
	pass(HOUR / 2);
	assert_int_equal(test.disk.syncs, 1);
}

static void a_new_process_appends_and_changes_nothing(void **state)
{
	AUTO(free) char *before = NULL;
	struct block_head head;
	uint64_t at, end_at;

	(void)state;
	for (unsigned start = 0; start < 5; start++) {
		begin(SMALL);
		put(100);
		settle();
		kill_it();
	}
	assert_all_read(500);
	/* The same channel: the events between are not lost, so these are no breaks. */
	assert_int_equal(test.seen.breaks, 0);
	assert_int_equal(test.disk.clears, 1);
	before = malloc(test.disk.size[0]);
	assert_non_null(before);
	memcpy(before, test.disk.bytes[0], test.disk.size[0]);
	begin(SMALL);
	put(100);
	end();
	for (at = 0; before[at] == test.disk.bytes[0][at]; at++)
		;
	memcpy(&head, test.disk.bytes[0] + at, sizeof(head));
	assert_int_equal(head.magic, BLOCK_MAGIC);
	for (end_at = at; end_at < test.disk.size[0]; end_at++)
		assert_int_equal(before[end_at], 0);
}

static void a_new_process_knows_what_of_its_channel_is_kept(void **state)
{
	(void)state;
	begin(SMALL);
	put(100);
	settle();
	put(20);
	assert_int_equal(recorder_position(test.recorder), 100);
	kill_it();
	begin(SMALL);
	assert_int_equal(recorder_position(test.recorder), 100);
	kill_it();
	/* Another channel begins anew. */
	test.channel = 2;
	begin(SMALL);
	assert_int_equal(recorder_position(test.recorder), 0);
}

static void an_end_without_order_is_a_break(void **state)
{
	(void)state;
	begin(SMALL);
	put(10);
	settle();
	kill_it();
	test.channel = 2;
	begin(SMALL);
	put(10);
	end();
	test.channel = 3;
	begin(SMALL);
	put(10);
	end();
	assert_all_read(30);
	assert_int_equal(test.seen.breaks, 1);
}

/* Events that can't be compressed: 25 fill a segment. */
static void put_noise(uint64_t count)
{
	for (; count; count--, test.sent++) {
		struct event *event = &host.sensed.event;
		int64_t time_ns = testing_event(&host, test.sent)->event.time_ns;
		uint64_t seed = test.sent;

		event_clear(event, (struct text){ .at = host.bytes,
						  .size = sizeof(host.bytes) });
		event->time_ns = time_ns;
		for (size_t i = 0; i < sizeof(host.bytes); i += sizeof(seed)) {
			seed = seed * 6364136223846793005u + 1;
			memcpy(host.bytes + i, &seed, sizeof(seed));
		}
		host.sensed.fields[0] = FIELD_COMMAND_LINE;
		event_add(event, EVENT_FIELD_NONE, VALUE_TEXT, 0, sizeof(host.bytes));
		recorder_put(test.recorder, &host.sensed, test.sent + 1, test.now);
	}
}

static void the_oldest_segment_makes_room_for_the_newest(void **state)
{
	(void)state;
	test.has_noise = true;
	begin(SMALL);
	while (test.disk.clears < 3 * RECORDER_SEGMENTS)
		put_noise(10);
	end();
	read_all();
	assert_int_equal(test.last, test.sent - 1);
	assert_int_equal(test.read, test.last - test.first + 1);
	assert_true(test.first > 0);
	assert_int_equal(test.seen.segments, RECORDER_SEGMENTS);
	assert_int_equal(test.seen.events_missing, 0);
}

static void it_is_read_while_it_is_written(void **state)
{
	struct recording *recording;
	const struct sensed *sensed;
	uint64_t next = 0;

	(void)state;
	begin(SMALL);
	put(10);
	settle();
	recording = open_recording();
	for (unsigned round = 0; round < 50; round++) {
		recording_rewind(recording);
		next = 0;
		while ((sensed = recording_next(recording))) {
			assert_int_equal(testing_number(sensed), next);
			next++;
			/* Some come while it reads. */
			if (next % 100 == 0)
				put(3);
		}
		put(10);
		settle();
		assert_true(next >= 10 * (round + 1));
	}
	recording_close(recording);
}

static void a_segment_that_is_begun_anew_while_it_is_read_is_no_damage(void **state)
{
	/* Larger than what the reader has in memory at a time. */
	struct recorder_limits limits = { .size = 4 * RECORDER_SIZE_MIN };
	struct recording *recording;
	uint64_t count = 0;

	(void)state;
	test.has_noise = true;
	begin(limits);
	while (test.disk.clears < RECORDER_SEGMENTS)
		put_noise(4);
	recording = open_recording();
	assert_non_null(recording_next(recording));
	/* The file that is being read is the first to be used again. */
	test.disk.in_place = true;
	while (test.disk.clears < RECORDER_SEGMENTS + 1)
		put_noise(4);
	put_noise(30);
	while (recording_next(recording))
		count++;
	recording_counters(recording, &test.seen);
	assert_true(count > 10);
	assert_int_equal(test.seen.blocks_damaged, 0);
	assert_int_equal(test.seen.events_missing, 0);
	recording_close(recording);
}

static void only_what_is_asked_for_is_given(void **state)
{
	struct recording *recording;
	const struct sensed *sensed;
	uint64_t count = 0;
	int64_t since;

	(void)state;
	begin(SMALL);
	put(4000);
	end();
	since = testing_event(&host, 1000)->event.time_ns;
	recording = open_recording();
	recording_span(recording, since, since + 500 * 1000000);
	while ((sensed = recording_next(recording)))
		assert_int_equal(testing_number(sensed), 1000 + count++);
	assert_int_equal(count, 500);
	recording_newest(recording, 200);
	recording_span(recording, INT64_MIN, INT64_MAX);
	count = 0;
	while ((sensed = recording_next(recording)))
		assert_int_equal(testing_number(sensed), 3800 + count++);
	assert_int_equal(count, 200);
	recording_close(recording);
}

static void a_lower_limit_is_kept_from_the_start(void **state)
{
	struct recorder_limits big = { .size = 2 * RECORDER_SIZE_MIN };
	uint64_t all = 0;

	(void)state;
	test.has_noise = true;
	begin(big);
	while (test.disk.clears < RECORDER_SEGMENTS)
		put_noise(10);
	kill_it();
	begin(SMALL);
	put_noise(40);
	end();
	for (unsigned i = 0; i < RECORDER_SEGMENTS; i++)
		all += test.disk.size[i];
	assert_in_range(all, RECORDER_SIZE_MIN / 2, RECORDER_SIZE_MIN);
	read_all();
	assert_int_equal(test.last, test.sent - 1);
	assert_in_range(test.read, 40, 100);
}

/* The same on real files, whose room is used again and again. */
static void a_folder_of_files_is_a_disk_as_good(void **state)
{
	char path[] = "/tmp/windhover-recorder-XXXXXX", name[64];
	AUTO(folder) struct folder folder;
	AUTO(recording) struct recording *recording = NULL;
	struct recorder_limits limits = SMALL;
	const struct sensed *sensed;
	struct recorder_disk disk;
	uint64_t next = 0;
	struct stat st;

	(void)state;
	folder_init(&folder);
	assert_non_null(mkdtemp(path));
	assert_int_equal(folder_write(path, &folder), 0);
	disk = files_disk(folder.segments);
	for (unsigned start = 0; start < 3; start++) {
		assert_int_equal(recorder_create(&limits, &disk, &test.recorder), 0);
		recorder_begin(test.recorder, test.channel, test.now);
		put_noise(200);
		put(50);
		end();
	}
	assert_int_equal(recording_open(folder.segments, RECORDER_SEGMENTS, &recording),
			 0);
	while ((sensed = recording_next(recording))) {
		if (next)
			assert_int_equal(testing_number_by_time(sensed), next);
		next = testing_number_by_time(sensed) + 1;
	}
	assert_int_equal(next, test.sent);
	recording_counters(recording, &test.seen);
	assert_int_equal(test.seen.blocks_damaged + test.seen.events_missing, 0);
	assert_true(test.seen.segments >= RECORDER_SEGMENTS - 1);
	for (unsigned i = 0; i < RECORDER_SEGMENTS; i++) {
		assert_int_equal(fstat(folder.segments[i], &st), 0);
		assert_in_range(st.st_size, 0, RECORDER_SIZE_MIN / RECORDER_SEGMENTS);
		(void)snprintf(name, sizeof(name), "%s/segment-%u", path, i);
		assert_int_equal(unlink(name), 0);
	}
	(void)snprintf(name, sizeof(name), "%s/lock", path);
	assert_int_equal(unlink(name), 0);
	assert_int_equal(rmdir(path), 0);
}

/* Clocks and ages */

static void a_clock_that_jumps_takes_nothing_away(void **state)
{
	(void)state;
	begin(SMALL);
	put(100);
	settle();
	test.now.time_ns = 0;
	put(100);
	settle();
	test.now.time_ns = DAY + 10 * 365 * 24 * HOUR;
	put(100);
	settle();
	/* And over a new start. */
	kill_it();
	test.now.steady_ns = SECOND;
	test.now.time_ns = 5 * SECOND;
	begin(SMALL);
	put(100);
	end();
	assert_all_read(400);
}

static void what_is_older_than_the_age_is_taken_away(void **state)
{
	struct recorder_limits limits = { .size = RECORDER_SIZE_MIN, .age_ns = 8 * HOUR };

	(void)state;
	begin(limits);
	for (unsigned hour = 0; hour < 30; hour++) {
		put(100);
		pass(HOUR);
	}
	end();
	read_all();
	assert_int_equal(test.last, 2999);
	assert_int_equal(test.read, test.last - test.first + 1);
	/* By whole segments of an eighth of it. */
	assert_in_range(test.read, 700, 1100);
	/* A machine that was off for a year has not run, so nothing has aged. */
	test.now.time_ns += 365 * 24 * HOUR;
	test.now.steady_ns = SECOND;
	begin(limits);
	settle();
	read_all();
	assert_in_range(test.read, 700, 1100);
	/* And one that runs without events forgets all but what is written last. */
	pass(20 * HOUR);
	read_all();
	assert_in_range(test.read, 0, 200);
}

/* Disks that fail */

static void a_full_disk_pauses_and_what_is_lost_is_counted(void **state)
{
	(void)state;
	test.disk.room = 2 << 20;
	begin(SMALL);
	while (!counted().error)
		put(100);
	assert_int_equal(counted().error, ENOSPC);
	put(50);
	assert_int_equal(test.disk.clears, 3);
	pass(RECORDER_FULL_NS - 1);
	put(50);
	assert_int_equal(test.disk.clears, 3);
	/* Room again, and nothing happened. */
	test.disk.room = 0;
	pass(1);
	put(1000);
	end();
	begin(SMALL);
	assert_int_equal(counted().error, 0);
	read_all();
	assert_int_equal(test.seen.blocks_damaged + test.seen.events_missing, 0);
	assert_true(test.seen.events_lost >= 100);
	assert_int_equal(test.read + test.seen.events_lost, test.sent);
	assert_int_equal(test.last, test.sent - 1);
}

static void a_failed_sync_gives_the_segment_up_for_good(void **state)
{
	int64_t wait_ns = RECORDER_ERROR_NS;

	(void)state;
	begin(SMALL);
	put(100);
	pass(RECORDER_WAIT_NS);
	test.disk.fail_at = test.disk.calls + 1;
	pass(RECORDER_WAIT_NS);
	assert_int_equal(counted().syncs_failed, 1);
	assert_int_equal(counted().error, EIO);
	put(7);
	for (unsigned i = 0; i < 5; i++) {
		uint64_t syncs = test.disk.syncs, clears = test.disk.clears;

		/* Each further failure waits twice as long: the past is not eaten. */
		test.disk.fail_at = 0;
		pass(wait_ns - 1);
		assert_int_equal(test.disk.clears, clears);
		pass(1);
		put(100);
		pass(RECORDER_WAIT_NS);
		assert_int_equal(test.disk.clears, clears + 1);
		assert_int_equal(test.disk.syncs, syncs);
		test.disk.fail_at = test.disk.calls + 1;
		pass(RECORDER_WAIT_NS);
		assert_int_equal(counted().syncs_failed, 2 + i);
		wait_ns *= 2;
	}
	read_all();
	assert_int_equal(test.seen.segments, 6);
	assert_int_equal(test.seen.events_lost, 7);
}

/* Events are taken and written meanwhile, and no second sync is begun. */
static void a_disk_that_is_slow_to_sync_keeps_nobody_waiting(void **state)
{
	(void)state;
	test.disk.is_slow = true;
	begin(SMALL);
	for (unsigned i = 0; i < 20; i++) {
		put(10);
		pass(RECORDER_WAIT_NS);
	}
	assert_int_equal(test.disk.syncs, 1);
	assert_int_equal(recorder_position(test.recorder), test.sent);
	assert_all_read(200);
	assert_false(recorder_is_idle(test.recorder));
	test.disk.is_slow = false;
	settle();
	assert_int_equal(test.disk.syncs, 2);
}

/* Once, or for good, at each call: no fault, and every event is read or counted. */
static void every_call_to_the_disk_may_fail(void **state)
{
	uint64_t calls = 40, reached = 0;

	for (unsigned way = 0; way < 4; way++) {
		for (uint64_t at = 1; at <= calls; at++) {
			assert_int_equal(setup(state), 0);
			test.disk.fail_at = at;
			test.disk.fail_after = way & 1;
			test.disk.tear = way & 2;
			test.disk.error = at % 2 ? EIO : ENOSPC;
			begin(SMALL);
			for (unsigned i = 0; i < 20; i++) {
				put(40);
				pass(RECORDER_WAIT_NS);
			}
			reached += test.disk.calls >= at;
			test.disk.fail_at = 0;
			pass(RECORDER_ERROR_MAX_NS);
			put(40);
			settle();
			end();
			read_all();
			assert_int_equal(test.last, test.sent - 1);
			assert_int_equal(test.read + test.seen.events_lost, test.sent);
			assert_int_equal(test.seen.events_missing, 0);
			(void)teardown(state);
		}
	}
	assert_true(reached > calls);
}

/* Damage */

static void a_torn_block_costs_only_itself(void **state)
{
	struct text segments[RECORDER_SEGMENTS];
	uint64_t at = 0, count = 0;
	char *bytes;

	(void)state;
	begin(SMALL);
	for (unsigned i = 0; i < 10; i++) {
		put(100);
		settle();
	}
	end();
	(void)testing_disk_texts(&test.disk, segments);
	bytes = test.disk.bytes[0];
	for (at = 0; count < 5; at += SEGMENT_ALIGN) {
		uint32_t magic;

		memcpy(&magic, bytes + at, sizeof(magic));
		count += magic == BLOCK_MAGIC;
	}
	/* The middle of the fifth block's payload, and the whole head of the one before. */
	bytes[at + 200] = (char)~bytes[at + 200];
	read_all();
	assert_int_equal(test.read, 900);
	assert_int_equal(test.seen.blocks_damaged, 1);
	assert_int_equal(test.seen.events_missing, 100);
}

/* A cut of power leaves any part of what was not synced; 1,000 of them, each with a new start. */
#define CUTS   1000
#define SECTOR 512

static uint64_t draw(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

/* The disk as the cut leaves it: of each sector the old bytes or the new. */
static void cut(char *synced[RECORDER_SEGMENTS], const uint64_t sizes[RECORDER_SEGMENTS],
		uint64_t *seed)
{
	for (unsigned i = 0; i < RECORDER_SEGMENTS; i++)
		for (uint64_t at = 0; at < sizes[i]; at += SECTOR)
			if (memcmp(synced[i] + at, test.disk.bytes[i] + at, SECTOR) !=
				    0 &&
			    draw(seed) % 2)
				memcpy(test.disk.bytes[i] + at, synced[i] + at, SECTOR);
}

static void copy_disk(char *to[RECORDER_SEGMENTS], uint64_t sizes[RECORDER_SEGMENTS])
{
	for (unsigned i = 0; i < RECORDER_SEGMENTS; i++) {
		if (sizes[i] != test.disk.size[i]) {
			free(to[i]);
			to[i] = malloc(test.disk.size[i]);
			assert_true(to[i] || test.disk.size[i] == 0);
			sizes[i] = test.disk.size[i];
		}
		if (sizes[i])
			memcpy(to[i], test.disk.bytes[i], sizes[i]);
	}
}

static void after_a_cut_of_power_all_that_was_synced_is_read(void **state)
{
	char *synced[RECORDER_SEGMENTS] = { 0 };
	uint64_t sizes[RECORDER_SEGMENTS] = { 0 }, seed = 42, damaged = 0;
	static bool is_safe[EVENTS_MAX];

	for (unsigned round = 0; round < CUTS; round++) {
		uint64_t safe;

		/* A new host now and then: reading a long past a thousand times takes long. */
		if (round % 10 == 0) {
			(void)teardown(state);
			assert_int_equal(setup(state), 0);
			copy_disk(synced, sizes);
			memset(is_safe, 0, sizeof(is_safe));
		}
		test.channel = round + 1;
		test.now.steady_ns = SECOND;
		safe = test.sent;
		begin(SMALL);
		for (uint64_t i = 1 + draw(&seed) % 5; i > 0; i--) {
			put(draw(&seed) % 200);
			pass(RECORDER_WAIT_NS);
			if (!recorder_is_idle(test.recorder) && draw(&seed) % 2)
				pass(RECORDER_WAIT_NS);
			if (!recorder_is_idle(test.recorder))
				continue;
			copy_disk(synced, sizes);
			for (; safe < test.sent; safe++)
				is_safe[safe] = true;
		}
		cut(synced, sizes, &seed);
		kill_it();
		read_all();
		for (uint64_t i = 0; i < test.sent; i++)
			assert_true(test.was_read[i] || !is_safe[i]);
		damaged += test.seen.blocks_damaged;
	}
	assert_true(damaged > 0);
	for (unsigned i = 0; i < RECORDER_SEGMENTS; i++)
		free(synced[i]);
}

static void limits_that_make_no_sense_are_refused(void **state)
{
	const struct recorder_limits small = { .size = RECORDER_SIZE_MIN - 1 };
	const struct recorder_limits big = { .size = RECORDER_SIZE_MAX + 1 };
	const struct recorder_limits young = { .age_ns = -1 };
	struct recorder_disk disk = testing_disk(&test.disk);

	(void)state;
	assert_int_equal(recorder_create(&small, &disk, &test.recorder), -EINVAL);
	assert_int_equal(recorder_create(&big, &disk, &test.recorder), -EINVAL);
	assert_int_equal(recorder_create(&young, &disk, &test.recorder), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_that_was_recorded_is_read_again),
		TEST(what_waits_is_written_and_synced_in_time),
		TEST(a_new_process_appends_and_changes_nothing),
		TEST(a_new_process_knows_what_of_its_channel_is_kept),
		TEST(an_end_without_order_is_a_break),
		TEST(the_oldest_segment_makes_room_for_the_newest),
		TEST(a_lower_limit_is_kept_from_the_start),
		TEST(a_folder_of_files_is_a_disk_as_good),
		TEST(it_is_read_while_it_is_written),
		TEST(a_segment_that_is_begun_anew_while_it_is_read_is_no_damage),
		TEST(only_what_is_asked_for_is_given),
		TEST(a_clock_that_jumps_takes_nothing_away),
		TEST(what_is_older_than_the_age_is_taken_away),
		TEST(a_full_disk_pauses_and_what_is_lost_is_counted),
		TEST(a_failed_sync_gives_the_segment_up_for_good),
		TEST(a_disk_that_is_slow_to_sync_keeps_nobody_waiting),
		TEST(every_call_to_the_disk_may_fail),
		TEST(a_torn_block_costs_only_itself),
		TEST(after_a_cut_of_power_all_that_was_synced_is_read),
		TEST(limits_that_make_no_sense_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
