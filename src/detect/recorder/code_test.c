// SPDX-License-Identifier: Apache-2.0
// Events as the bytes of a block, and back; and bytes that are no events.
#include "detect/recorder/code.h"

#include "detect/recorder/segment.h"
#include "detect/recorder/testing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define EVENTS 1000u

static struct testing_host host;
static struct sensed back;
static uint8_t fields[256];

static void our_fields(void)
{
	memset(fields, SEGMENT_FIELD_UNKNOWN, sizeof(fields));
	for (unsigned i = 0; i < FIELD_COUNT; i++)
		fields[i] = (uint8_t)i;
}

/* From the writer's code to the reader's. */
static struct code *reader_of(const struct code *writer)
{
	struct code *reader = code_create();

	assert_non_null(reader);
	memcpy(reader->raw, writer->raw, writer->raw_size);
	code_begin(reader, writer->raw_size);
	our_fields();
	return reader;
}

static struct code *writer_made(void)
{
	struct code *writer = code_create();

	assert_non_null(writer);
	code_begin(writer, 0);
	return writer;
}

static void events_come_back_as_they_were(void **state)
{
	struct code *writer = writer_made(), *reader;
	uint64_t unknown = 0;

	(void)state;
	for (uint64_t i = 0; i < EVENTS; i++)
		assert_true(code_write(writer, testing_event(&host, i)));
	reader = reader_of(writer);
	for (uint64_t i = 0; i < EVENTS; i++) {
		assert_int_equal(code_read(reader, fields, &back, &unknown), CODE_EVENT);
		assert_int_equal(testing_number(&back), i);
	}
	assert_int_equal(code_read(reader, fields, &back, &unknown), CODE_END);
	assert_int_equal(unknown, 0);
	code_free(writer);
	code_free(reader);
}

static void what_repeats_takes_two_bytes(void **state)
{
	struct code *writer = writer_made();
	size_t first;

	(void)state;
	assert_true(code_write(writer, testing_event(&host, 1)));
	first = writer->raw_size;
	assert_true(code_write(writer, testing_event(&host, 1)));
	assert_true(writer->raw_size - first <= 2 * host.sensed.event.count + 8);
	code_free(writer);
}

static void put_value(enum field field, enum value_type type, size_t size)
{
	struct event *event = &host.sensed.event;

	host.sensed.fields[event->count] = (uint8_t)field;
	event_add(event, EVENT_FIELD_NONE, type, 0, size);
}

static void odd_events_come_back_too(void **state)
{
	static const int64_t times[] = { INT64_MAX, INT64_MIN, 0, -1, INT64_MAX };
	struct code *writer = writer_made(), *reader;
	uint64_t unknown = 0;

	(void)state;
	memset(host.bytes, 'x', sizeof(host.bytes));
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct event *event = &host.sensed.event;

		event_clear(event, (struct text){ .at = host.bytes,
						  .size = sizeof(host.bytes) });
		event->time_ns = times[i];
		event->id = i % 2 ? (uint32_t)i : EVENT_ID_NONE - 1;
		event->dropped = UINT32_MAX;
		/* More of one field than have a memory; null; empty; cut; outside the record. */
		for (unsigned n = 0; n < 2 * CODE_REPEATS_MAX; n++)
			put_value(FIELD_ARGUMENTS, VALUE_TEXT, n % 5 + i);
		put_value(FIELD_IMAGE, VALUE_NULL, 0);
		put_value(FIELD_IMAGE, VALUE_BOOL, 3);
		event->values[event->count - 1].flags = VALUE_CUT;
		put_value(FIELD_USER, VALUE_TEXT, sizeof(host.bytes) + 1);
		assert_true(code_write(writer, &host.sensed));
	}
	reader = reader_of(writer);
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		const struct event *event = &back.event;
		unsigned count = 2 * CODE_REPEATS_MAX;

		assert_int_equal(code_read(reader, fields, &back, &unknown), CODE_EVENT);
		assert_true(event->time_ns == times[i]);
		assert_int_equal(event->id, i % 2 ? i : EVENT_ID_NONE - 1);
		assert_int_equal(event->dropped, UINT32_MAX);
		assert_int_equal(event->source.size, 0);
		assert_int_equal(event->count, count + 3);
		for (unsigned n = 0; n < count; n++)
			assert_int_equal(event->values[n].size, n % 5 + i);
		assert_int_equal(event->values[count].type, VALUE_NULL);
		assert_int_equal(event->values[count + 1].flags, VALUE_CUT);
		assert_int_equal(event->values[count + 2].size, 0);
	}
	code_free(writer);
	code_free(reader);
}

static void what_does_not_fit_leaves_the_block_as_it_was(void **state)
{
	struct code *writer = writer_made(), *reader;
	uint64_t unknown = 0, count = 0;

	(void)state;
	while (code_write(writer, testing_event(&host, count)))
		count++;
	assert_true(count > EVENTS);
	reader = reader_of(writer);
	for (uint64_t i = 0; i < count; i++) {
		assert_int_equal(code_read(reader, fields, &back, &unknown), CODE_EVENT);
		assert_int_equal(testing_number(&back), i);
	}
	assert_int_equal(code_read(reader, fields, &back, &unknown), CODE_END);
	code_free(writer);
	code_free(reader);
}

static void fields_that_are_not_ours_are_left_out_and_counted(void **state)
{
	struct code *writer = writer_made(), *reader;
	uint64_t unknown = 0;

	(void)state;
	assert_true(code_write(writer, testing_event(&host, 1)));
	reader = reader_of(writer);
	fields[FIELD_COMPUTER] = SEGMENT_FIELD_UNKNOWN;
	assert_int_equal(code_read(reader, fields, &back, &unknown), CODE_EVENT);
	assert_int_equal(unknown, 1);
	assert_int_equal(back.event.count, host.sensed.event.count - 1);
	for (uint32_t i = 0; i < back.event.count; i++)
		assert_int_not_equal(back.fields[i], FIELD_COMPUTER);
	code_free(writer);
	code_free(reader);
}

/* Every byte of a block changed, one after the other, to every value. */
static void damaged_bytes_stay_within_the_block(void **state)
{
	struct code *writer = writer_made(), *reader;
	uint64_t unknown = 0, events = 0, damaged = 0;

	(void)state;
	for (uint64_t i = 0; i < 3; i++)
		assert_true(code_write(writer, testing_event(&host, i)));
	reader = reader_of(writer);
	for (size_t at = 0; at < writer->raw_size; at++) {
		for (unsigned flip = 1; flip < 256; flip += flip < 8 ? 1 : 41) {
			enum code_read read;

			memcpy(reader->raw, writer->raw, writer->raw_size);
			reader->raw[at] = (char)(writer->raw[at] ^ (char)flip);
			code_begin(reader, writer->raw_size);
			while ((read = code_read(reader, fields, &back, &unknown)) ==
			       CODE_EVENT)
				for (uint32_t i = 0; i < back.event.count; i++)
					events += event_text(&back.event,
							     &back.event.values[i])
							  .size < CODE_TEXT_MAX;
			damaged += read == CODE_DAMAGED;
		}
	}
	assert_true(damaged > 0 && events > 0);
	code_free(writer);
	code_free(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(events_come_back_as_they_were),
		cmocka_unit_test(what_repeats_takes_two_bytes),
		cmocka_unit_test(odd_events_come_back_too),
		cmocka_unit_test(what_does_not_fit_leaves_the_block_as_it_was),
		cmocka_unit_test(fields_that_are_not_ours_are_left_out_and_counted),
		cmocka_unit_test(damaged_bytes_stay_within_the_block),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
