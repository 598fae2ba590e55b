// SPDX-License-Identifier: Apache-2.0
// Windows event logs, whole and damaged: every record that is there is found, nothing else.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "format/evtx_file.h"
#include "format/evtx_json.h"
#include "format/evtx_testing.h"
#include "format/evtx_value.h"
#include "format/testing_stream.h"

struct fixture {
	struct testing_chunk chunk;
	struct evtx_json *json;
	struct buffer file, out;
	struct evtx_file reader;
	size_t step; /* in what pieces the file is given */
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	testing_chunk_init(&f->chunk);
	assert_int_equal(evtx_json_create(&f->json), 0);
	buffer_init(&f->file, 1 << 20);
	buffer_init(&f->out, 16 << 20);
	f->step = SIZE_MAX;
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	evtx_json_free(f->json);
	buffer_done(&f->file);
	buffer_done(&f->out);
	free(f);
	return 0;
}

static const char *json(struct fixture *f, const struct evtx_record *record,
			evtx_fault *fault)
{
	buffer_clear(&f->out);
	*fault =
		evtx_json_write(f->json, f->chunk.at, record->body, record->end, &f->out);
	buffer_char(&f->out, 0);
	assert_false(f->out.failed);
	return f->out.at;
}

/* The only record of the chunk as JSON. */
static void assert_json(struct fixture *f, const char *fault, const char *expected)
{
	struct evtx_record record;
	struct evtx_chunk chunk;
	const char *why;
	evtx_fault found;

	testing_chunk_seal(&f->chunk);
	assert_int_equal(evtx_chunk_open(&chunk, f->chunk.at, EVTX_CHUNK_SIZE), 0);
	assert_int_equal(evtx_chunk_next(&chunk, &record, &why), EVTX_RECORD_HERE);
	assert_string_equal(json(f, &record, &found), expected);
	if (fault)
		assert_string_equal(found, fault);
	else
		assert_null(found);
	testing_chunk_init(&f->chunk);
}

static void assert_value(uint8_t type, const void *at, uint32_t size,
			 const char *expected, enum evtx_class class)
{
	char out[1024];
	enum evtx_class found;
	size_t used = evtx_value_write(type, at, size, out, &found);

	assert_int_equal(used, strlen(expected));
	assert_memory_equal(out, expected, used);
	assert_int_equal(found, class);
}

static void every_type_of_value_has_its_text(void **state)
{
	static const uint8_t guid[16] = {
		0x5f, 0x38, 0x70, 0x57, 0x2a, 0xc2, 0xe0, 0x43,
		0xbf, 0x4c, 6,    0xf5, 0x69, 0x8f, 0xfb, 0xd9
	};
	static const uint8_t sid[] = {
		1, 2, 0, 0, 0, 0, 0, 5, 32, 0, 0, 0, 0x20, 2, 0, 0
	};
	static const uint8_t far[] = { 1, 1, 1, 0, 0, 0, 0, 5, 7, 0, 0, 0 };
	static const uint8_t day[16] = { 0xe8, 7, 7, 0, 5, 0, 19, 0,
					 4,    0, 9, 0, 1, 0, 5,  0 };
	const double tenth = 0.1, huge = 1e300;
	const float third = 1.0f / 3;
	const uint64_t time = 133658357400000009, first = 0, last = UINT64_MAX;

	(void)state;
	assert_value(EVTX_STRING, "a\0b\0 \0\0\0", 8, "ab ", EVTX_IS_TEXT);
	assert_value(EVTX_STRING, "\x3d\xd8\x00\xde\xac\x20\0\xd8", 8,
		     "\xf0\x9f\x98\x80\xe2\x82\xac\xef\xbf\xbd", EVTX_IS_TEXT);
	assert_value(EVTX_STRING, "", 0, "", EVTX_IS_TEXT);
	assert_value(EVTX_ANSI, "a\x80\xe9\0", 4, "a\xe2\x82\xac\xc3\xa9", EVTX_IS_TEXT);
	assert_value(EVTX_INT8, "\xff", 1, "-1", EVTX_IS_NUMBER);
	assert_value(EVTX_UINT8, "\xff", 1, "255", EVTX_IS_NUMBER);
	assert_value(EVTX_INT16, "\x00\x80", 2, "-32768", EVTX_IS_NUMBER);
	assert_value(EVTX_UINT16, "\x00\x80", 2, "32768", EVTX_IS_NUMBER);
	assert_value(EVTX_INT32, "\xfe\xff\xff\xff", 4, "-2", EVTX_IS_NUMBER);
	assert_value(EVTX_UINT32, "\xfe\xff\xff\xff", 4, "4294967294", EVTX_IS_NUMBER);
	assert_value(EVTX_INT64, "\0\0\0\0\0\0\0\x80", 8, "-9223372036854775808",
		     EVTX_IS_NUMBER);
	assert_value(EVTX_UINT64, &last, 8, "18446744073709551615", EVTX_IS_NUMBER);
	assert_value(EVTX_UINT32, "\x01\x02", 2, "513", EVTX_IS_NUMBER);
	assert_value(EVTX_UINT32, "\x01\x02\x03", 3, "010203", EVTX_IS_TEXT);
	assert_value(EVTX_REAL64, &tenth, 8, "0.1", EVTX_IS_NUMBER);
	assert_value(EVTX_REAL64, &huge, 8, "1e+300", EVTX_IS_NUMBER);
	assert_value(EVTX_REAL32, &third, 4, "0.33333334", EVTX_IS_NUMBER);
	assert_value(EVTX_REAL32, "\0\0\x80\x7f", 4, "INF", EVTX_IS_TEXT);
	assert_value(EVTX_BOOL, "\1\0\0\0", 4, "true", EVTX_IS_BOOL);
	assert_value(EVTX_BOOL, "\0", 1, "false", EVTX_IS_BOOL);
	assert_value(EVTX_BOOL, "\x40\xe2\1\0", 4, "true", EVTX_IS_BOOL);
	assert_value(EVTX_BINARY, "\x01\xab", 2, "01AB", EVTX_IS_TEXT);
	assert_value(EVTX_GUID, guid, 16, "5770385F-C22A-43E0-BF4C-06F5698FFBD9",
		     EVTX_IS_TEXT);
	assert_value(EVTX_SIZE, "\x10\0\0\0", 4, "0x10", EVTX_IS_TEXT);
	assert_value(EVTX_HEX32, "\0\0\0\0", 4, "0x0", EVTX_IS_TEXT);
	assert_value(EVTX_HEX64, "\0\0\0\0\0\0\x20\x80", 8, "0x8020000000000000",
		     EVTX_IS_TEXT);
	assert_value(EVTX_FILETIME, &time, 8, "2024-07-19T04:09:00.000000Z",
		     EVTX_IS_TEXT);
	assert_value(EVTX_FILETIME, &first, 8, "1601-01-01T00:00:00.000000Z",
		     EVTX_IS_TEXT);
	assert_value(EVTX_SYSTEMTIME, day, 16, "2024-07-19T04:09:01.005000Z",
		     EVTX_IS_TEXT);
	assert_value(EVTX_SID, sid, sizeof(sid), "S-1-5-32-544", EVTX_IS_TEXT);
	assert_value(EVTX_SID, far, sizeof(far), "S-1-0x10000000005-7", EVTX_IS_TEXT);
	assert_value(EVTX_SID, sid, 15, "010200000000000520000000200200", EVTX_IS_TEXT);
	assert_value(EVTX_NULL, "", 0, "", EVTX_IS_NULL);
	assert_value(EVTX_UINT32, "", 0, "", EVTX_IS_NULL);
	assert_value(0x7e, "\x01", 1, "01", EVTX_IS_TEXT);
}

static void texts_of_every_length_keep_each_character(void **state)
{
	static const uint16_t units[] = { 'a', 0xe4, 0x20ac };
	uint8_t from[200];
	char out[EVTX_VALUE_ROOM(200)], expected[400];

	(void)state;
	for (unsigned count = 0; count <= 100; count++) {
		/* One that is not ASCII at each place, or none. */
		for (unsigned odd = 0; odd <= count; odd++) {
			size_t size = 0;

			for (unsigned i = 0; i < count; i++) {
				uint16_t unit = i == odd ? units[odd % 3] : 'b';

				from[2 * i] = (uint8_t)unit;
				from[2 * i + 1] = (uint8_t)(unit >> 8);
				if (unit >= 0x800)
					expected[size++] = (char)0xe2;
				if (unit >= 0x800)
					expected[size++] = (char)0x82;
				if (unit == 0xe4)
					expected[size++] = (char)0xc3;
				expected[size++] = unit >= 0x800  ? (char)0xac
						   : unit == 0xe4 ? (char)0xa4
								  : (char)unit;
			}
			assert_int_equal(evtx_utf16(from, 2 * count, out), size);
			assert_memory_equal(out, expected, size);
		}
	}
}

static void texts_are_the_same_written_fast_and_plainly(void **state)
{
	static const uint16_t units[] = { 'a',    'Z',    0x7f,   0x80,   0xff,   0x100,
					  0x7fff, 0x8000, 0xd83d, 0xde00, 0xffff, 0 };
	char fast[EVTX_VALUE_ROOM(300)], plain[EVTX_VALUE_ROOM(300)], narrow[300];
	uint8_t from[300];
	uint32_t random = 1;

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		uint32_t size = round % 300, rare = 1 + round % 97;

		for (uint32_t i = 0; i < size; i++) {
			random = random * 1664525 + 1013904223;
			if (i % 2)
				from[i] = (uint8_t)(units[from[i - 1] % 12] >> 8);
			else
				from[i] = (uint8_t)((random >> 16) % rare ? 0
									  : random >> 24);
			if (i % 2)
				from[i - 1] = (uint8_t)units[from[i - 1] % 12];
		}
		size_t written = evtx_utf16(from, size, fast);

		assert_int_equal(evtx_utf16_plain(from, size, plain), written);
		assert_memory_equal(fast, plain, written);
		assert_int_equal(evtx_narrow(EVTX_STRING, from, size, narrow), size / 2);
		for (uint32_t i = 0; i + 1 < size; i += 2) {
			if (evtx_u16(from + i) < 0x80)
				assert_int_equal(narrow[i / 2], from[i]);
			else
				assert_true(narrow[i / 2] & 0x80);
		}
	}
}

static void an_event_is_written_as_exported_logs_have_it(void **state)
{
	struct fixture *f = *state;

	testing_sysmon(&f->chunk, 7, "C:\\a.exe");
	assert_json(
		f, NULL,
		"{\"Event\":{\"#attributes\":{\"xmlns\":\"http://example.com/event\"},"
		"\"System\":{\"Provider\":{\"#attributes\":{\"Name\":"
		"\"Microsoft-Windows-Sysmon\",\"Guid\":"
		"\"03020100-0504-0706-0809-0A0B0C0D0E0F\"}},\"EventID\":1,"
		"\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"
		"\"2020-01-01T00:00:00.123456Z\"}},\"Correlation\":null,"
		"\"Channel\":\"Microsoft-Windows-Sysmon/Operational\","
		"\"Computer\":\"host\"},\"EventData\":{\"RuleName\":\"-\","
		"\"ProcessId\":1337,\"Image\":\"C:\\\\a.exe\",\"Product\":\"\"}}}");
}

static void begin(struct fixture *f, const char *outer, const char *inner)
{
	testing_record(&f->chunk, 1);
	testing_fragment(&f->chunk);
	testing_open(&f->chunk, outer);
	if (inner)
		testing_open(&f->chunk, inner);
}

static void end(struct fixture *f, unsigned elements)
{
	while (elements--)
		testing_close(&f->chunk);
	testing_end(&f->chunk);
	testing_record_end(&f->chunk);
}

static void elements_of_one_name_are_a_list(void **state)
{
	struct fixture *f = *state;

	begin(f, "Event", "EventData");
	testing_element(&f->chunk, "Data", "a");
	testing_element(&f->chunk, "Binary", "00");
	testing_element(&f->chunk, "Data", NULL);
	testing_element(&f->chunk, "Binary", "01");
	end(f, 2);
	assert_json(f, NULL,
		    "{\"Event\":{\"EventData\":{\"Data\":[\"a\",\"\"],"
		    "\"Binary\":[\"00\",\"01\"]}}}");
	begin(f, "Event", "EventData");
	testing_element(&f->chunk, "Data", "alone");
	end(f, 2);
	assert_json(f, NULL, "{\"Event\":{\"EventData\":{\"Data\":[\"alone\"]}}}");
}

static void text_beside_elements_and_attributes_is_kept(void **state)
{
	struct fixture *f = *state;
	struct testing_chunk *c = &f->chunk;

	begin(f, "a", NULL);
	testing_text(c, "one ");
	testing_bytes(c, "\x08\x26\x00", 3);       /* a character */
	testing_bytes(c, "\x07\x02\x00<\0>\0", 7); /* CDATA */
	testing_element(c, "b", NULL);
	testing_text(c, "two");
	testing_open_with(c, "c");
	testing_attribute(c, "d");
	testing_text(c, "e");
	testing_text(c, "f");
	testing_inside(c);
	testing_text(c, "g");
	testing_close(c);
	end(f, 1);
	assert_json(f, NULL,
		    "{\"a\":{\"b\":null,\"c\":{\"#attributes\":{\"d\":\"ef\"},"
		    "\"#text\":\"g\"},\"#text\":[\"one &<>\",\"two\"]}}");
}

static void several_fragments_of_one_record_are_all_read(void **state)
{
	struct fixture *f = *state;

	begin(f, "a", NULL);
	testing_close(&f->chunk);
	testing_end(&f->chunk);
	testing_fragment(&f->chunk);
	testing_element(&f->chunk, "b", "2");
	testing_end(&f->chunk);
	testing_record_end(&f->chunk);
	assert_json(f, NULL, "{\"a\":null,\"b\":\"2\"}");
}

/* A record whose template is <a x=%0 y=%1>%2</a><b>%3</b>; ${optional} says which may go. */
static void put_optional(struct fixture *f, const struct testing_value values[4],
			 bool optional)
{
	struct testing_chunk *c = &f->chunk;

	testing_record(c, 1);
	testing_fragment(c);
	assert_true(testing_instance(c, 3));
	testing_open_with(c, "a");
	testing_attribute(c, "x");
	testing_substitution(c, 0, EVTX_STRING, optional);
	testing_attribute(c, "y");
	testing_substitution(c, 1, EVTX_STRING, optional);
	testing_inside(c);
	testing_substitution(c, 2, EVTX_STRING, optional);
	testing_close(c);
	testing_open(c, "b");
	testing_substitution(c, 3, EVTX_STRING, optional);
	testing_close(c);
	testing_template_end(c);
	testing_values(c, values, 4);
	testing_end(c);
	testing_record_end(c);
}

static void what_is_optional_and_null_is_left_out(void **state)
{
	struct fixture *f = *state;
	uint16_t room[256];
	struct testing_value text = testing_utf16("t", room), null = { EVTX_NULL, 0, "" };
	struct testing_value empty = { EVTX_STRING, 0, "" };

	put_optional(f, (struct testing_value[]){ text, null, text, null }, true);
	assert_json(f, NULL, "{\"a\":{\"#attributes\":{\"x\":\"t\"},\"#text\":\"t\"}}");
	put_optional(f, (struct testing_value[]){ text, text, null, empty }, true);
	assert_json(f, NULL, "{\"b\":\"\"}");
	put_optional(f, (struct testing_value[]){ null, text, null, null }, false);
	assert_json(f, NULL,
		    "{\"a\":{\"#attributes\":{\"x\":\"\",\"y\":\"t\"}},\"b\":null}");
}

static void arrays_are_lists(void **state)
{
	struct fixture *f = *state;
	const struct testing_value values[4] = {
		{ EVTX_ARRAY | EVTX_STRING, 10, "a\0\0\0\0\0b\0c\0" },
		{ EVTX_ARRAY | EVTX_UINT16, 4, "\1\0\2\0" },
		{ EVTX_ARRAY | EVTX_STRING, 0, "" },
		{ EVTX_ARRAY | EVTX_SID, 24,
		  "\1\1\0\0\0\0\0\5\x12\0\0\0\1\1\0\0\0\0\0\5\x13\0\0\0" },
	};

	put_optional(f, values, false);
	assert_json(f, NULL,
		    "{\"a\":{\"#attributes\":{\"x\":[\"a\",\"\",\"bc\"],\"y\":[1,2]}},"
		    "\"b\":[\"S-1-5-18\",\"S-1-5-19\"]}");
}

static void too_deep_elements_are_a_fault_and_what_is_above_is_read(void **state)
{
	struct fixture *f = *state;

	begin(f, "a", NULL);
	for (unsigned i = 1; i < EVTX_DEPTH_MAX; i++)
		testing_open(&f->chunk, "a");
	end(f, EVTX_DEPTH_MAX);
	testing_chunk_seal(&f->chunk);
	{
		struct evtx_record record = { .body = 536, .end = f->chunk.used - 4 };
		evtx_fault fault;

		(void)json(f, &record, &fault);
		assert_null(fault);
	}
	testing_chunk_init(&f->chunk);
	begin(f, "a", "b");
	for (unsigned i = 2; i < EVTX_DEPTH_MAX + 1; i++)
		testing_open(&f->chunk, "c");
	end(f, EVTX_DEPTH_MAX + 1);
	{
		struct evtx_record record = { .body = 536, .end = f->chunk.used - 4 };
		evtx_fault fault;

		assert_memory_equal(json(f, &record, &fault),
				    "{\"a\":{\"b\":{\"c\":", 15);
		assert_string_equal(fault, "elements too deep inside one another");
	}
}

static void fragments_that_multiply_end_at_a_budget(void **state)
{
	struct fixture *f = *state;
	struct evtx_record record;
	evtx_fault fault;

	testing_multiplying(&f->chunk);
	record = (struct evtx_record){ .body = 536, .end = f->chunk.used - 4 };
	assert_memory_equal(json(f, &record, &fault), "{\"a\":", 5);
	assert_non_null(fault);
}

/* The ids of the records that are found, as text; "!" where bytes were passed over. */
static const char *ids(struct fixture *f, uint32_t size, unsigned damage)
{
	struct evtx_record record;
	struct evtx_chunk chunk;
	const char *why;
	unsigned calls = 0;
	int r;

	buffer_clear(&f->out);
	assert_int_equal(evtx_chunk_open(&chunk, f->chunk.at, size), damage);
	while ((r = (int)evtx_chunk_next(&chunk, &record, &why)) != EVTX_RECORD_END) {
		assert_true(++calls < EVTX_CHUNK_SIZE);
		assert_true(record.at >= EVTX_CHUNK_HEAD && record.size &&
			    record.at + record.size <= size);
		if (r == EVTX_RECORD_HERE)
			buffer_format(&f->out, "%llu ", (unsigned long long)record.id);
		else
			buffer_string(&f->out, "! ");
	}
	buffer_char(&f->out, 0);
	return f->out.at;
}

/* Five records, 10 to 14; where each begins. */
static void put_records(struct fixture *f, uint32_t at[6])
{
	testing_chunk_init(&f->chunk);
	for (unsigned i = 0; i < 5; i++) {
		at[i] = f->chunk.used;
		testing_record(&f->chunk, 10 + i);
		testing_fragment(&f->chunk);
		testing_element(&f->chunk, "a", "b");
		testing_end(&f->chunk);
		testing_record_end(&f->chunk);
	}
	at[5] = f->chunk.used;
	testing_chunk_seal(&f->chunk);
}

static void damaged_records_are_passed_over_and_counted(void **state)
{
	static const uint8_t sizes[][4] = { { 0, 0, 0, 0 },
					    { 27, 0, 0, 0 },
					    { 0, 0, 1, 0 },
					    { 0xff, 0xff, 0xff, 0xff } };
	struct fixture *f = *state;
	uint32_t at[6];

	put_records(f, at);
	assert_string_equal(ids(f, EVTX_CHUNK_SIZE, 0), "10 11 12 13 14 ");
	for (unsigned i = 0; i < 4; i++) {
		put_records(f, at);
		memcpy(f->chunk.at + at[2] + 4, sizes[i], 4);
		assert_string_equal(ids(f, EVTX_CHUNK_SIZE, EVTX_CHUNK_RECORDS_SUM),
				    "10 11 ! 13 14 ");
	}
	put_records(f, at);
	memset(f->chunk.at + at[0], 0xaa, 8);
	memset(f->chunk.at + at[4], 0, 4);
	assert_string_equal(ids(f, EVTX_CHUNK_SIZE, EVTX_CHUNK_RECORDS_SUM),
			    "! 11 12 13 ! ");
	/* The copy of the size disagrees: nothing says which is right, the first leads on. */
	put_records(f, at);
	f->chunk.at[at[2] - 4]++;
	assert_string_equal(ids(f, EVTX_CHUNK_SIZE, EVTX_CHUNK_RECORDS_SUM),
			    "10 11 12 13 14 ");
}

static void a_cut_chunk_gives_what_is_there(void **state)
{
	struct fixture *f = *state;
	uint32_t at[6];

	put_records(f, at);
	memset(f->chunk.at + at[3] + 9, 0, EVTX_CHUNK_SIZE - at[3] - 9);
	assert_string_equal(ids(f, at[3] + 9, EVTX_CHUNK_CUT), "10 11 12 ! ");
	assert_string_equal(ids(f, at[3], EVTX_CHUNK_CUT), "10 11 12 ");
}

static void
records_that_the_header_does_not_know_are_read_as_far_as_ids_go_on(void **state)
{
	struct fixture *f = *state;
	struct testing_chunk *c = &f->chunk;
	uint32_t at[6];

	put_records(f, at);
	c->used = at[2];
	testing_chunk_seal(c);
	assert_string_equal(ids(f, EVTX_CHUNK_SIZE, 0), "10 11 12 13 14 ");
	/* What an earlier use of the chunk left. */
	c->at[at[2] + 8] = 5;
	assert_string_equal(ids(f, EVTX_CHUNK_SIZE, 0), "10 11 ");
}

static void a_header_that_knows_no_end_is_looked_past(void **state)
{
	static const uint32_t ends[] = { 0, 511, 65537, UINT32_MAX };
	struct fixture *f = *state;
	uint32_t at[6];

	for (unsigned i = 0; i < 4; i++) {
		put_records(f, at);
		memcpy(f->chunk.at + 48, &ends[i], 4);
		assert_string_equal(
			ids(f, EVTX_CHUNK_SIZE, EVTX_CHUNK_HEAD_SUM | EVTX_CHUNK_FREE),
			"10 11 12 13 14 ");
	}
}

static void carving_finds_whole_records_wherever_they_lie(void **state)
{
	struct fixture *f = *state;
	struct evtx_record record;
	struct evtx_chunk chunk;
	uint32_t at[6], from = 0, count = 0;

	put_records(f, at);
	memmove(f->chunk.at + at[3] + 3, f->chunk.at + at[3], at[5] - at[3]);
	memset(f->chunk.at + at[1], 0xff, 4);
	(void)evtx_chunk_open(&chunk, f->chunk.at, EVTX_CHUNK_SIZE);
	while (evtx_chunk_carve(&chunk, &from, &record))
		count++;
	assert_int_equal(count, 4);
	assert_int_equal(record.id, 14);
	assert_int_equal(record.at, at[4] + 3);
}

/* What is found in the file, as text: "damage: chunk(records) chunk!"... */
static void assert_file(struct fixture *f, unsigned damage, const char *expected)
{
	AUTO(buffer) struct buffer found;
	struct testing_stream stream;
	struct evtx_record record;
	struct evtx_chunk chunk;
	unsigned wrong = 0, of_chunk = 0;
	const char *why;
	int r;

	buffer_init(&found, 65536);
	stream = testing_stream_of(buffer_view(&f->file));
	stream.step = f->step;
	assert_int_equal(
		evtx_file_start(&f->reader, testing_stream_read, &stream, &wrong), 0);
	assert_int_equal(wrong, damage);
	while ((r = evtx_file_next(&f->reader, &chunk, &of_chunk)) != EVTX_FILE_END) {
		unsigned count = 0;

		buffer_format(&found, "%u@%llu", f->reader.number,
			      (unsigned long long)f->reader.offset);
		if (r == EVTX_FILE_BAD) {
			buffer_string(&found, "! ");
			continue;
		}
		assert_int_equal(r, EVTX_FILE_CHUNK);
		while (evtx_chunk_next(&chunk, &record, &why) == EVTX_RECORD_HERE)
			count++;
		buffer_format(&found, "(%u)%s ", count,
			      of_chunk & EVTX_CHUNK_CUT ? "cut" : "");
	}
	buffer_char(&found, 0);
	assert_string_equal(found.at, expected);
}

static void chunks_are_found_whatever_the_file_says_of_itself(void **state)
{
	struct fixture *f = *state;
	static const char zeroes[EVTX_CHUNK_SIZE];
	uint32_t at[6];

	put_records(f, at);
	testing_file_head(&f->file, 1, 0);
	buffer_add(&f->file, f->chunk.at, EVTX_CHUNK_SIZE);
	buffer_add(&f->file, zeroes, EVTX_CHUNK_SIZE);
	buffer_add(&f->file, f->chunk.at, EVTX_CHUNK_SIZE);
	assert_file(f, 0, "0@4096(5) 2@135168(5) ");
	f->step = 1000;
	assert_file(f, 0, "0@4096(5) 2@135168(5) ");
	f->file.at[4096 + 65536 + 100] = 1;
	assert_file(f, 0, "0@4096(5) 1@69632! 2@135168(5) ");
	f->file.size = 4096 + 2 * 65536 + at[4];
	assert_file(f, 0, "0@4096(5) 1@69632! 2@135168(4)cut ");
	f->file.at[20]++;
	assert_file(f, EVTX_FILE_SUM, "0@4096(5) 1@69632! 2@135168(4)cut ");
	/* A log that was not closed has the checksum of an earlier state. */
	f->file.at[120] = 1;
	assert_file(f, 0, "0@4096(5) 1@69632! 2@135168(4)cut ");
	f->file.at[38] = 4;
	assert_file(f, EVTX_FILE_VERSION, "0@4096(5) 1@69632! 2@135168(4)cut ");
}

static void files_without_a_head_or_an_end_are_read(void **state)
{
	struct fixture *f = *state;
	uint32_t at[6];

	assert_file(f, EVTX_FILE_CUT, "");
	put_records(f, at);
	buffer_add(&f->file, f->chunk.at, EVTX_CHUNK_SIZE);
	assert_file(f, EVTX_FILE_NO_HEAD, "0@0(5) ");
	f->file.size = at[2];
	assert_file(f, EVTX_FILE_NO_HEAD, "0@0(2)cut ");
	buffer_clear(&f->file);
	testing_file_head(&f->file, 0, 0);
	assert_file(f, 0, "");
	f->file.size = 100;
	assert_file(f, EVTX_FILE_CUT, "");
}

static ssize_t refuse(void *user, char *at, size_t size)
{
	(void)user;
	(void)at;
	(void)size;
	return -EIO;
}

static void a_stream_that_fails_says_so(void **state)
{
	struct fixture *f = *state;
	unsigned damage;

	assert_int_equal(evtx_file_start(&f->reader, refuse, NULL, &damage), -EIO);
}

/* Every byte of a record, and every prefix: whatever comes out is whole JSON, or nothing. */
static void damage_anywhere_in_a_record_is_survived(void **state)
{
	struct fixture *f = *state;
	struct testing_chunk *sound = malloc(sizeof(*sound));
	unsigned faults = 0;
	evtx_fault fault;

	assert_non_null(sound);
	testing_sysmon(&f->chunk, 7, "C:\\a.exe");
	memcpy(sound, &f->chunk, sizeof(*sound));
	for (uint32_t i = 536; i < sound->used; i++) {
		struct evtx_record record = { .body = 536, .end = sound->used - 4 };
		const char *text;

		for (unsigned bit = 0; bit < 8; bit += 7) {
			f->chunk.at[i] ^= (uint8_t)(1u << bit);
			text = json(f, &record, &fault);
			assert_int_equal(text[0], '{');
			assert_int_equal(f->out.at[f->out.size - 2], '}');
			faults += fault != NULL;
			f->chunk.at[i] = sound->at[i];
		}
		record.end = i;
		text = json(f, &record, &fault);
		assert_int_equal(f->out.at[f->out.size - 2], '}');
		faults += fault != NULL;
	}
	assert_true(faults > sound->used - 536);
	free(sound);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_of_value_has_its_text),
		cmocka_unit_test(texts_of_every_length_keep_each_character),
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(texts_are_the_same_written_fast_and_plainly),
		TEST(an_event_is_written_as_exported_logs_have_it),
		TEST(elements_of_one_name_are_a_list),
		TEST(text_beside_elements_and_attributes_is_kept),
		TEST(several_fragments_of_one_record_are_all_read),
		TEST(what_is_optional_and_null_is_left_out),
		TEST(arrays_are_lists),
		TEST(too_deep_elements_are_a_fault_and_what_is_above_is_read),
		TEST(fragments_that_multiply_end_at_a_budget),
		TEST(damaged_records_are_passed_over_and_counted),
		TEST(a_cut_chunk_gives_what_is_there),
		TEST(records_that_the_header_does_not_know_are_read_as_far_as_ids_go_on),
		TEST(a_header_that_knows_no_end_is_looked_past),
		TEST(carving_finds_whole_records_wherever_they_lie),
		TEST(chunks_are_found_whatever_the_file_says_of_itself),
		TEST(files_without_a_head_or_an_end_are_read),
		TEST(a_stream_that_fails_says_so),
		TEST(damage_anywhere_in_a_record_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
