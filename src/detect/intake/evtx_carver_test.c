// SPDX-License-Identifier: Apache-2.0
// Proof that records in unused space are found, and copies of others are not.
#include "detect/intake/evtx_carver.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "detect/intake/evtx.h"
#include "format/evtx_testing.h"
#include "format/testing_stream.h"

struct fixture {
	struct intake *intake;
	struct evtx_reader *reader;
	struct testing_chunk chunk;
	struct buffer file;
	struct testing_stream stream; /* what has not been read of it */
	struct event event;
	struct why why;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	if (!f || intake_create(NULL, NULL, &f->intake) ||
	    evtx_reader_create(f->intake, &f->reader))
		return -1;
	buffer_init(&f->file, 16 << 20);
	testing_file_head(&f->file, 1, 0);
	testing_chunk_init(&f->chunk);
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	evtx_reader_free(f->reader);
	intake_free(f->intake);
	buffer_done(&f->file);
	free(f);
	return 0;
}

/* The chunk at hand becomes one of the file; a new one begins. */
static void put_chunk(struct fixture *f)
{
	buffer_add(&f->file, f->chunk.at, EVTX_CHUNK_SIZE);
	assert_false(f->file.failed);
	testing_chunk_init(&f->chunk);
}

/* Of the records in the chunk, only the first ${used} bytes are what its header knows. */
static void forget_behind(struct fixture *f, uint32_t used)
{
	uint32_t all = f->chunk.used;

	f->chunk.used = used;
	testing_chunk_seal(&f->chunk);
	f->chunk.used = all;
}

static void start(struct fixture *f)
{
	f->stream = testing_stream_of(buffer_view(&f->file));
	evtx_reader_start(f->reader, testing_stream_read, &f->stream);
}

static void assert_record(struct fixture *f, uint64_t id, bool is_carved)
{
	assert_int_equal(evtx_reader_next(f->reader, &f->event, &f->why), EVTX_EVENT);
	assert_int_equal(evtx_reader_record(f->reader), id);
	assert_int_equal(evtx_reader_is_carved(f->reader), is_carved);
}

static void assert_end(struct fixture *f)
{
	assert_int_equal(evtx_reader_next(f->reader, &f->event, &f->why), EVTX_END);
}

static void records_behind_the_last_one_are_found_when_asked_for(void **state)
{
	struct fixture *f = *state;
	uint32_t used;

	testing_sysmon(&f->chunk, 100, "C:\\a.exe");
	used = f->chunk.used;
	testing_sysmon(&f->chunk, 7, "C:\\old.exe");
	testing_sysmon(&f->chunk, 8, "C:\\old.exe");
	forget_behind(f, used);
	put_chunk(f);
	start(f);
	assert_record(f, 100, false);
	assert_end(f);
	assert_int_equal(evtx_reader_carve(f->reader), 0);
	start(f);
	assert_record(f, 100, false);
	assert_record(f, 7, true);
	assert_record(f, 8, true);
	assert_end(f);
}

static void a_copy_of_a_record_is_not_given_again(void **state)
{
	struct fixture *f = *state;
	uint32_t used;

	testing_sysmon(&f->chunk, 1, "C:\\a.exe");
	testing_sysmon(&f->chunk, 2, "C:\\a.exe");
	testing_chunk_seal(&f->chunk);
	put_chunk(f);
	testing_sysmon(&f->chunk, 3, "C:\\a.exe");
	used = f->chunk.used;
	testing_sysmon(&f->chunk, 2, "C:\\a.exe");
	testing_sysmon(&f->chunk, 9, "C:\\a.exe");
	testing_sysmon(&f->chunk, 9, "C:\\a.exe");
	forget_behind(f, used);
	put_chunk(f);
	assert_int_equal(evtx_reader_carve(f->reader), 0);
	for (unsigned twice = 0; twice < 2; twice++) {
		start(f);
		assert_record(f, 1, false);
		assert_record(f, 2, false);
		assert_record(f, 3, false);
		assert_record(f, 9, true);
		assert_end(f);
	}
}

static void a_block_that_is_no_chunk_any_more_is_looked_through(void **state)
{
	struct fixture *f = *state;

	testing_sysmon(&f->chunk, 5, "C:\\a.exe");
	testing_sysmon(&f->chunk, 6, "C:\\b.exe");
	testing_chunk_seal(&f->chunk);
	memset(f->chunk.at, 'x', 128);
	put_chunk(f);
	assert_int_equal(evtx_reader_carve(f->reader), 0);
	start(f);
	assert_int_equal(evtx_reader_next(f->reader, &f->event, &f->why), EVTX_DAMAGED);
	assert_non_null(strstr(f->why.reason, "has no signature"));
	assert_record(f, 5, true);
	assert_record(f, 6, true);
	assert_end(f);
	assert_int_equal(evtx_reader_damaged_chunks(f->reader), 1);
}

static void what_is_damaged_there_is_passed_over_and_counted(void **state)
{
	struct fixture *f = *state;
	uint32_t used, second;

	testing_sysmon(&f->chunk, 100, "C:\\a.exe");
	used = f->chunk.used;
	testing_sysmon(&f->chunk, 7, "C:\\old.exe");
	second = f->chunk.used;
	testing_sysmon(&f->chunk, 8, "C:\\old.exe");
	forget_behind(f, used);
	memset(f->chunk.at + used + EVTX_RECORD_HEAD, 0xee, second - used - 40);
	put_chunk(f);
	assert_int_equal(evtx_reader_carve(f->reader), 0);
	start(f);
	assert_record(f, 100, false);
	assert_record(f, 8, true);
	assert_end(f);
	assert_int_equal(evtx_reader_damaged_chunks(f->reader), 0);
	assert_int_equal(evtx_reader_lost_records(f->reader), 1);
}

static void the_newest_half_million_of_records_is_always_known(void **state)
{
	struct evtx_carver *carver;
	struct evtx_record record = { .time_ns = 1 };

	(void)state;
	assert_int_equal(evtx_carver_create(&carver), 0);
	for (record.id = 1; record.id <= 1700000; record.id++) {
		assert_false(evtx_carver_knows(carver, &record));
		evtx_carver_add(carver, &record);
	}
	for (record.id = 1700000; record.id > 1200000; record.id--)
		assert_true(evtx_carver_knows(carver, &record));
	record.time_ns = 2;
	assert_false(evtx_carver_knows(carver, &record));
	evtx_carver_clear(carver);
	record = (struct evtx_record){ .id = 1700000, .time_ns = 1 };
	assert_false(evtx_carver_knows(carver, &record));
	evtx_carver_free(carver);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_behind_the_last_one_are_found_when_asked_for),
		TEST(a_copy_of_a_record_is_not_given_again),
		TEST(a_block_that_is_no_chunk_any_more_is_looked_through),
		TEST(what_is_damaged_there_is_passed_over_and_counted),
		cmocka_unit_test(the_newest_half_million_of_records_is_always_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
