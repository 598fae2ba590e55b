// SPDX-License-Identifier: Apache-2.0
// An event from EVTX is the one that its JSON gives, value by value; damage is named.
#include <dirent.h>
#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/table.h"
#include "base/why.h"
#include "detect/intake/evtx.h"
#include "format/evtx_file.h"
#include "format/evtx_testing.h"
#include "format/json.h"
#include "model/keywords.h"

#define RECORDS_OF_SAMPLES                                                               \
	8255 /* in evtx/ of the test data, as every parser counts them */
#define NODES 65536

/* A double of a pack: every name is a field, so that no difference is overlooked. */
static struct {
	struct table table;
	struct text names[8192];
} fields;

/*
 * One class.  Its rules want everything, or each field whose number ${wanted} does not divide, or
 * one alone.
 */
static unsigned wanted;
static uint16_t wanted_field;
#define EVERYTHING 0
#define ONE_FIELD  UINT32_MAX

uint32_t pack_class_of(const struct pack *p, struct text source, uint32_t id)
{
	(void)p;
	(void)source;
	(void)id;
	return 0;
}

bool pack_wants(const struct pack *p, uint32_t class, uint16_t field)
{
	(void)p;
	(void)class;
	if (wanted == ONE_FIELD)
		return field == wanted_field;
	return wanted == EVERYTHING || (field != EVENT_FIELD_NONE && field % wanted);
}

/* Texts are gathered for keywords. */
bool keywords_are_words(const struct pack *p, uint32_t class)
{
	(void)p;
	(void)class;
	return true;
}

uint16_t pack_field(const struct pack *pack, struct text name)
{
	uint32_t number = table_get(&fields.table, name);
	char *copy;

	(void)pack;
	if (number != TABLE_NONE)
		return (uint16_t)number;
	number = fields.table.count;
	assert_true(number < 8192);
	copy = malloc(name.size + 1);
	assert_non_null(copy);
	memcpy(copy, name.at, name.size);
	fields.names[number] = (struct text){ .at = copy, .size = name.size };
	assert_int_equal(table_put(&fields.table, fields.names[number], number), 0);
	return (uint16_t)number;
}

struct fixture {
	struct intake *intake, *json_intake;
	struct evtx_reader *reader;
	struct testing_chunk chunk;
	struct buffer file, json, room;
	size_t from;
	int fd; /* read instead of ${file} where it is open */
	struct why why;
	struct event event, twin;
	struct json_node nodes[NODES];
};

static ssize_t give(void *user, char *at, size_t size)
{
	struct fixture *f = user;
	size_t left = f->file.size - f->from;

	if (f->fd >= 0)
		return read(f->fd, at, size);
	size = size < left ? size : left;
	memcpy(at, f->file.at + f->from, size);
	f->from += size;
	return (ssize_t)size;
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	wanted = EVERYTHING;
	assert_int_equal(intake_create(NULL, NULL, &f->intake), 0);
	assert_int_equal(intake_create(NULL, NULL, &f->json_intake), 0);
	assert_int_equal(evtx_reader_create(f->intake, &f->reader), 0);
	buffer_init(&f->file, 1 << 20);
	buffer_init(&f->json, 16 << 20);
	buffer_init(&f->room, 64 << 20);
	f->fd = -1;
	testing_chunk_init(&f->chunk);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	evtx_reader_free(f->reader);
	intake_free(f->intake);
	intake_free(f->json_intake);
	buffer_done(&f->file);
	buffer_done(&f->json);
	buffer_done(&f->room);
	free(f);
	for (uint32_t i = 0; i < fields.table.count; i++)
		free((void *)(uintptr_t)fields.names[i].at);
	table_done(&fields.table);
	return 0;
}

/* Begin with a file of the chunk alone. */
static void open_chunk(struct fixture *f)
{
	testing_chunk_seal(&f->chunk);
	buffer_clear(&f->file);
	testing_file_head(&f->file, 1, 0);
	buffer_add(&f->file, f->chunk.at, EVTX_CHUNK_SIZE);
	f->from = 0;
	evtx_reader_start(f->reader, give, f);
}

/* The event at hand by way of its JSON, into f->twin. */
static void read_twin(struct fixture *f)
{
	size_t whole;
	struct json_fault fault;
	struct json_document document = { .last = true,
					  .nodes = f->nodes,
					  .capacity = NODES };

	buffer_clear(&f->json);
	evtx_reader_json(f->reader, &f->json);
	assert_false(f->json.failed);
	whole = f->json.size + JSON_PADDING;
	buffer_clear(&f->room);
	assert_int_equal(buffer_need(&f->room, 2 * whole), 0);
	memset(f->room.at, 0, 2 * whole);
	memcpy(f->room.at, f->json.at, f->json.size);
	document.base = f->room.at;
	document.size = f->json.size;
	document.room_at = document.room_size = (uint32_t)whole;
	assert_int_equal(json_parse(&document, &fault), JSON_DONE);
	assert_int_equal(document.used, f->json.size);
	assert_int_equal(intake_json(f->json_intake, &document, &f->twin),
			 evtx_reader_shape(f->reader));
	event_complete(&f->twin);
}

static int by_value(const void *a, const void *b, void *user)
{
	const struct event_value *x = a, *y = b;
	const struct event *event = user;
	struct text p = event_text(event, x), q = event_text(event, y);
	int r;

	if (x->field != y->field)
		return x->field < y->field ? -1 : 1;
	if (x->type != y->type)
		return x->type < y->type ? -1 : 1;
	r = p.size && q.size ? memcmp(p.at, q.at, p.size < q.size ? p.size : q.size) : 0;
	return r ? r : p.size < q.size ? -1 : p.size > q.size;
}

static void sort(struct event *event)
{
	qsort_r(event->values, event->count, sizeof(event->values[0]), by_value, event);
}

static void assert_text(struct text found, struct text expected)
{
	assert_int_equal(found.size, expected.size);
	if (found.size)
		assert_memory_equal(found.at, expected.at, found.size);
}

/* Has the text what no number, GUID, SID, time or hexadecimal has, and nothing but ASCII? */
static bool is_word(struct text text)
{
	static const char others[] = "0123456789abcdefABCDEFxXtTzZsSrulni+-.:";
	bool has_word = false;

	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] < 0x20 || text.at[i] >= 0x7f)
			return false;
		has_word |= !memchr(others, text.at[i], sizeof(others) - 1);
	}
	return has_word;
}

/* Keywords are looked for in the event's whole: no text may be missing there. */
static void assert_whole(const struct event *event)
{
	for (uint32_t i = 0; i < event->count; i++) {
		struct text text = event_text(event, &event->values[i]);

		if (event->whole.size && is_word(text) &&
		    !memmem(event->whole.at, event->whole.size, text.at, text.size))
			fail_msg("%.*s does not stand in the event's whole",
				 (int)text.size, text.at);
	}
}

/* Nothing about the event may be other than its JSON says. */
static void assert_as_json(struct fixture *f)
{
	struct event *event = &f->event, *twin = &f->twin;

	event_complete(event);
	assert_whole(event);
	read_twin(f);
	assert_text(event->source, twin->source);
	assert_int_equal(event->id, twin->id);
	assert_text(intake_host(f->intake), intake_host(f->json_intake));
	/* JSON has microseconds; what it has no time of has that of the record. */
	if (twin->time_ns)
		assert_int_equal(event->time_ns / 1000, twin->time_ns / 1000);
	assert_int_equal(event->dropped, twin->dropped);
	sort(event);
	sort(twin);
	for (uint32_t i = 0; i < event->count && i < twin->count; i++) {
		const struct event_value *a = &event->values[i], *b = &twin->values[i];
		struct text x = event_text(event, a), y = event_text(twin, b);

		if (a->field != b->field || a->type != b->type || !text_is(x, y))
			fail_msg("%.*s=%.*s (%u), not %.*s=%.*s (%u), in %.*s",
				 (int)fields.names[a->field].size,
				 fields.names[a->field].at, (int)x.size, x.at, a->type,
				 (int)fields.names[b->field].size,
				 fields.names[b->field].at, (int)y.size, y.at, b->type,
				 (int)f->json.size, f->json.at);
	}
	assert_int_equal(event->count, twin->count);
}

static void next_event(struct fixture *f)
{
	int r = evtx_reader_next(f->reader, &f->event, &f->why);

	if (r != EVTX_EVENT)
		fail_msg("no event but %d: %s", r, f->why.reason);
}

/* The event has ${expected} as the value number ${nth} of ${name}; NULL: no such value. */
static void assert_field(struct fixture *f, const char *name, unsigned nth,
			 const char *expected, enum value_type type)
{
	uint16_t field = pack_field(NULL, text_of(name));

	for (uint32_t i = 0; i < f->event.count; i++) {
		const struct event_value *value = &f->event.values[i];

		if (value->field != field || nth--)
			continue;
		if (!expected)
			fail_msg("a value of %s that should not be", name);
		assert_text(event_text(&f->event, value), text_of(expected));
		assert_int_equal(value->type, type);
		return;
	}
	if (expected)
		fail_msg("no value of %s", name);
}

static void a_record_becomes_the_event_that_rules_expect(void **state)
{
	struct fixture *f = *state;

	testing_sysmon(&f->chunk, 7, "C:\\a.exe");
	testing_sysmon(&f->chunk, 8, "C:\\b.exe");
	open_chunk(f);
	next_event(f);
	assert_text(f->event.source,
		    TEXT("windows:microsoft-windows-sysmon/operational"));
	assert_int_equal(f->event.id, 1);
	assert_int_equal(f->event.time_ns, 1577836800123456700);
	assert_text(intake_host(f->intake), TEXT("host"));
	assert_field(f, "Provider_Name", 0, "Microsoft-Windows-Sysmon", VALUE_TEXT);
	assert_field(f, "Provider_Guid", 0, "03020100-0504-0706-0809-0A0B0C0D0E0F",
		     VALUE_TEXT);
	assert_field(f, "EventID", 0, "1", VALUE_NUMBER);
	assert_field(f, "EventID_Qualifiers", 0, NULL, VALUE_NULL);
	assert_field(f, "Correlation", 0, "", VALUE_NULL);
	assert_field(f, "Image", 0, "C:\\a.exe", VALUE_TEXT);
	assert_field(f, "ProcessId", 0, "1337", VALUE_NUMBER);
	assert_field(f, "Product", 0, "", VALUE_TEXT);
	assert_int_equal(evtx_reader_record(f->reader), 7);
	assert_int_equal(evtx_reader_offset(f->reader), 4096 + 512);
	assert_as_json(f);
	next_event(f);
	assert_field(f, "Image", 0, "C:\\b.exe", VALUE_TEXT);
	assert_int_equal(evtx_reader_record(f->reader), 8);
	assert_as_json(f);
	assert_int_equal(evtx_reader_next(f->reader, &f->event, &f->why), EVTX_END);
}

static void what_no_rule_wants_is_read_when_it_is_asked_for(void **state)
{
	struct fixture *f = *state;

	wanted = ONE_FIELD;
	wanted_field = pack_field(NULL, TEXT("Image"));
	testing_sysmon(&f->chunk, 7, "C:\\a.exe");
	testing_sysmon(&f->chunk, 8, "C:\\b.exe");
	open_chunk(f);
	for (unsigned i = 0; i < 2; i++) {
		next_event(f);
		/* What tells the kind of event is always there. */
		assert_text(f->event.source,
			    TEXT("windows:microsoft-windows-sysmon/operational"));
		assert_int_equal(f->event.id, 1);
		assert_int_equal(f->event.class, 0);
		assert_int_equal(f->event.time_ns, 1577836800123456700);
		assert_text(intake_host(f->intake), TEXT("host"));
		assert_field(f, "Image", 0, i ? "C:\\b.exe" : "C:\\a.exe", VALUE_TEXT);
		assert_field(f, "ProcessId", 0, NULL, VALUE_NULL);
		assert_field(f, "Provider_Guid", 0, NULL, VALUE_NULL);
		assert_non_null(memmem(f->event.whole.at, f->event.whole.size,
				       i ? "C:\\b.exe" : "C:\\a.exe", 8));
		assert_non_null(memmem(f->event.whole.at, f->event.whole.size,
				       "Microsoft-Windows-Sysmon", 24));
		event_complete(&f->event);
		assert_field(f, "ProcessId", 0, "1337", VALUE_NUMBER);
		assert_field(f, "ProcessId", 1, NULL, VALUE_NULL);
		assert_field(f, "Provider_Guid", 0,
			     "03020100-0504-0706-0809-0A0B0C0D0E0F", VALUE_TEXT);
		assert_field(f, "Image", 1, NULL, VALUE_NULL);
		assert_as_json(f);
	}
}

/* All that ${reader} says of the file. */
static void read_all(struct fixture *f, struct evtx_reader *reader, struct buffer *out)
{
	struct why why = { 0 };
	int r;

	buffer_clear(out);
	f->from = 0;
	evtx_reader_start(reader, give, f);
	while ((r = evtx_reader_next(reader, &f->event, &why)) != EVTX_END) {
		assert_true(r > 0);
		if (r != EVTX_EVENT) {
			buffer_string(out, why.reason);
			continue;
		}
		event_complete(&f->event);
		buffer_text(out, f->event.source);
		for (uint32_t i = 0; i < f->event.count; i++) {
			buffer_add(out, &f->event.values[i].field, sizeof(uint16_t));
			buffer_add(out, &f->event.values[i].type, sizeof(uint8_t));
			buffer_text(out, event_text(&f->event, &f->event.values[i]));
		}
	}
	assert_false(out->failed);
}

/* A reader that has seen other chunks, and one that has not, say the same of the file. */
static void compare_with_new(struct fixture *f)
{
	struct evtx_reader *new;

	assert_int_equal(evtx_reader_create(f->json_intake, &new), 0);
	read_all(f, f->reader, &f->json);
	read_all(f, new, &f->room);
	assert_text(buffer_view(&f->json), buffer_view(&f->room));
	evtx_reader_free(new);
}

static void a_template_is_found_again_only_where_it_means_the_same(void **state)
{
	struct fixture *f = *state;
	uint8_t *chunk;

	wanted = 2;
	testing_sysmon(&f->chunk, 7, "C:\\a.exe");
	testing_sysmon(&f->chunk, 8, "C:\\b.exe");
	open_chunk(f);
	compare_with_new(f);
	chunk = (uint8_t *)f->file.at + EVTX_HEAD_SIZE;
	for (size_t i = EVTX_CHUNK_HEAD; i < f->chunk.used; i++) {
		chunk[i] ^= 1;
		compare_with_new(f);
		chunk[i] ^= 1;
	}
	compare_with_new(f);
}

/* <Event><System><Channel>c</Channel></System>, and what ${more} says. */
static void put_event(struct fixture *f, void (*more)(struct testing_chunk *chunk))
{
	testing_record(&f->chunk, 1);
	testing_fragment(&f->chunk);
	testing_open(&f->chunk, "Event");
	testing_open(&f->chunk, "System");
	testing_element(&f->chunk, "EventID", "7045");
	testing_element(&f->chunk, "Channel", "System");
	testing_close(&f->chunk);
	more(&f->chunk);
	testing_close(&f->chunk);
	testing_end(&f->chunk);
	testing_record_end(&f->chunk);
	open_chunk(f);
	next_event(f);
	assert_int_equal(f->event.id, 7045);
	assert_text(f->event.source, TEXT("windows:system"));
}

static void put_data(struct testing_chunk *chunk)
{
	testing_open_with(chunk, "EventData");
	testing_attribute(chunk, "Name");
	testing_text(chunk, "LEAK");
	testing_inside(chunk);
	testing_element(chunk, "Data", "one");
	testing_element(chunk, "Data", NULL);
	testing_open_with(chunk, "Data");
	testing_attribute(chunk, "Name");
	testing_text(chunk, "Threat Name");
	testing_inside(chunk);
	testing_text(chunk, "two");
	testing_close(chunk);
	testing_open_with(chunk, "ComplexData");
	testing_attribute(chunk, "Name");
	testing_text(chunk, "inner");
	testing_inside(chunk);
	testing_element(chunk, "Part", "three");
	testing_element(chunk, "Part", "four");
	testing_close(chunk);
	testing_element(chunk, "Binary", "0102");
	testing_close(chunk);
}

static void data_is_named_as_in_exported_logs(void **state)
{
	struct fixture *f = *state;

	put_event(f, put_data);
	assert_field(f, "EventData_Name", 0, "LEAK", VALUE_TEXT);
	assert_field(f, "Data", 0, "one", VALUE_TEXT);
	assert_field(f, "Data", 1, "", VALUE_TEXT);
	assert_field(f, "ThreatName", 0, "two", VALUE_TEXT);
	assert_field(f, "ComplexData_Name", 0, "inner", VALUE_TEXT);
	assert_field(f, "ComplexData.Part", 0, "three", VALUE_TEXT);
	assert_field(f, "ComplexData.Part", 1, "four", VALUE_TEXT);
	assert_field(f, "Binary", 0, "0102", VALUE_TEXT);
	assert_as_json(f);
}

static void put_user_data(struct testing_chunk *chunk)
{
	testing_open(chunk, "UserData");
	testing_open_with(chunk, "Operation");
	testing_attribute(chunk, "xmlns");
	testing_text(chunk, "http://example.com/");
	testing_inside(chunk);
	testing_element(chunk, "Id", "5");
	testing_element(chunk, "Empty", NULL);
	testing_open(chunk, "Cause");
	testing_element(chunk, "Text", "why");
	testing_close(chunk);
	testing_close(chunk);
	testing_close(chunk);
	testing_open(chunk, "RenderingInfo");
	testing_element(chunk, "Message", "said");
	testing_element(chunk, "Level", "unsaid");
	testing_close(chunk);
	testing_element(chunk, "DebugData", "7");
}

static void user_data_gives_the_fields_of_its_inner_element(void **state)
{
	struct fixture *f = *state;

	put_event(f, put_user_data);
	assert_field(f, "Id", 0, "5", VALUE_TEXT);
	assert_field(f, "Empty", 0, "", VALUE_NULL);
	assert_field(f, "Cause.Text", 0, "why", VALUE_TEXT);
	assert_field(f, "Message", 0, "said", VALUE_TEXT);
	assert_field(f, "Level", 0, NULL, VALUE_NULL);
	assert_field(f, "DebugData", 0, "7", VALUE_TEXT);
	assert_as_json(f);
}

/* A template with values of every kind where they are names, texts, lists, and not there. */
static void put_template(struct testing_chunk *chunk)
{
	static const struct testing_value values[] = {
		{ EVTX_STRING, 8, "n\0a\0m\0e\0" },
		{ EVTX_ARRAY | EVTX_STRING, 8, "a\0\0\0b\0\0" },
		{ EVTX_NULL, 0, "" },
		{ EVTX_BOOL, 4, "\1\0\0\0" },
		{ EVTX_HEX64, 8, "\1\2\0\0\0\0\0\0" },
	};

	if (testing_instance(chunk, 2)) {
		testing_open(chunk, "EventData");
		testing_open_with(chunk, "Data");
		testing_attribute(chunk, "Name");
		testing_substitution(chunk, 0, EVTX_STRING, false);
		testing_inside(chunk);
		testing_substitution(chunk, 3, EVTX_BOOL, false);
		testing_close(chunk);
		for (uint16_t i = 1; i < 6; i++) {
			testing_open(chunk, "Data");
			testing_substitution(chunk, i, EVTX_STRING, false);
			testing_close(chunk);
			testing_open(chunk, "Other");
			testing_substitution(chunk, i, EVTX_STRING, i != 4);
			testing_close(chunk);
		}
		testing_open(chunk, "Mixed");
		testing_text(chunk, "<");
		testing_substitution(chunk, 4, EVTX_HEX64, true);
		testing_substitution(chunk, 1, EVTX_STRING, true);
		testing_text(chunk, ">");
		testing_close(chunk);
		testing_open_with(chunk, "Gone");
		testing_attribute(chunk, "x");
		testing_text(chunk, "y");
		testing_inside(chunk);
		testing_substitution(chunk, 2, EVTX_STRING, true);
		testing_close(chunk);
		testing_close(chunk);
		testing_template_end(chunk);
	}
	testing_values(chunk, values, sizeof(values) / sizeof(values[0]));
}

static void values_of_templates_are_names_texts_lists_or_not_there(void **state)
{
	struct fixture *f = *state;

	put_event(f, put_template);
	assert_field(f, "name", 0, "true", VALUE_BOOL);
	assert_field(f, "Data", 0, "a", VALUE_TEXT);
	assert_field(f, "Data", 1, "b", VALUE_TEXT);
	assert_field(f, "Data", 2, "", VALUE_TEXT);
	assert_field(f, "Data", 3, "true", VALUE_BOOL);
	assert_field(f, "Data", 4, "0x201", VALUE_TEXT);
	assert_field(f, "Data", 5, "", VALUE_TEXT);
	assert_field(f, "Other", 2, "true", VALUE_BOOL);
	assert_field(f, "Other", 4, NULL, VALUE_NULL);
	assert_field(f, "Mixed", 0, "<0x201a,b>", VALUE_TEXT);
	assert_field(f, "Gone_x", 0, NULL, VALUE_NULL);
	assert_field(f, "Gone", 0, NULL, VALUE_NULL);
	assert_as_json(f);
}

static void a_damaged_record_gives_what_it_has_and_then_its_fault(void **state)
{
	struct fixture *f = *state;
	uint32_t first, second;

	first = f->chunk.used;
	testing_sysmon(&f->chunk, 7, "C:\\a.exe");
	second = f->chunk.used;
	testing_sysmon(&f->chunk, 8, "C:\\b.exe");
	/* The size of the last value goes beyond the record. */
	for (uint32_t i = second; i < f->chunk.used; i++)
		if (f->chunk.at[i] == 16 && f->chunk.at[i + 2] == EVTX_STRING)
			f->chunk.at[i + 1] = 0xff;
	testing_sysmon(&f->chunk, 9, "C:\\c.exe");
	open_chunk(f);
	memset(f->file.at + 4096 + first, 0, 2);
	assert_int_equal(evtx_reader_next(f->reader, &f->event, &f->why), EVTX_DAMAGED);
	assert_non_null(strstr(f->why.reason, "chunk 0: the checksum of its records"));
	assert_int_equal(evtx_reader_next(f->reader, &f->event, &f->why), EVTX_DAMAGED);
	assert_non_null(strstr(f->why.reason, "chunk 0, a record (offset 4608, "));
	assert_non_null(strstr(f->why.reason, ": has no signature"));
	next_event(f);
	assert_int_equal(f->event.id, 1);
	assert_field(f, "RuleName", 0, "-", VALUE_TEXT);
	assert_field(f, "Image", 0, "", VALUE_TEXT);
	assert_int_equal(evtx_reader_next(f->reader, &f->event, &f->why), EVTX_DAMAGED);
	assert_non_null(strstr(f->why.reason, "chunk 0, record 8 (offset "));
	assert_non_null(
		strstr(f->why.reason, ": a value that goes on beyond its record"));
	next_event(f);
	assert_field(f, "Image", 0, "C:\\c.exe", VALUE_TEXT);
	assert_int_equal(evtx_reader_next(f->reader, &f->event, &f->why), EVTX_END);
}

static void a_record_whose_template_is_gone_is_no_event(void **state)
{
	struct fixture *f = *state;
	uint32_t second;

	testing_sysmon(&f->chunk, 7, "C:\\a.exe");
	second = f->chunk.used;
	testing_sysmon(&f->chunk, 8, "C:\\b.exe");
	/* As in unused space: behind "fragment, instance, 1" is the id of another template. */
	f->chunk.at[second + EVTX_RECORD_HEAD + 6] ^= 0x41;
	open_chunk(f);
	next_event(f);
	assert_as_json(f);
	assert_int_equal(evtx_reader_next(f->reader, &f->event, &f->why), EVTX_DAMAGED);
	assert_non_null(strstr(f->why.reason, "record 8"));
	assert_non_null(strstr(f->why.reason, "a template that is not the one"));
	assert_int_equal(evtx_reader_next(f->reader, &f->event, &f->why), EVTX_END);
}

static void a_record_made_to_have_no_end_is_ended_and_the_next_one_read(void **state)
{
	struct fixture *f = *state;

	testing_multiplying(&f->chunk);
	testing_sysmon(&f->chunk, 2, "C:\\a.exe");
	open_chunk(f);
	next_event(f);
	assert_int_equal(f->event.count, EVENT_VALUES_MAX);
	assert_int_equal(evtx_reader_next(f->reader, &f->event, &f->why), EVTX_DAMAGED);
	assert_non_null(strstr(f->why.reason, "more fragments than a record can have"));
	next_event(f);
	assert_field(f, "Image", 0, "C:\\a.exe", VALUE_TEXT);
}

static void damage_anywhere_in_a_file_is_survived(void **state)
{
	struct fixture *f = *state;
	unsigned tries = 0, of_records = 0, events = 0, faults = 0, steps;
	size_t used;
	int r;

	testing_sysmon(&f->chunk, 7, "C:\\a.exe");
	testing_sysmon(&f->chunk, 8, "C:\\b.exe");
	open_chunk(f);
	used = 4096 + f->chunk.used;
	for (size_t i = 0; i < used; i += i < 128 || i > 4096 ? 1 : 61) {
		f->file.at[i] ^= 0x41;
		f->from = 0;
		evtx_reader_start(f->reader, give, f);
		tries++;
		of_records += i >= 4096 + EVTX_CHUNK_HEAD;
		steps = 0;
		while ((r = evtx_reader_next(f->reader, &f->event, &f->why)) !=
		       EVTX_END) {
			assert_true(r > 0 && ++steps < 100);
			events += r == EVTX_EVENT;
			faults += r == EVTX_DAMAGED;
			for (uint32_t v = 0; v < f->event.count && r == EVTX_EVENT; v++)
				assert_int_equal(
					event_text(&f->event, &f->event.values[v]).size,
					f->event.values[v].size);
		}
		f->file.at[i] ^= 0x41;
	}
	/* One of the two records is always sound, and the checksum tells of each change. */
	assert_true(events >= tries);
	assert_true(faults >= of_records && of_records > 1000);
}

static struct fixture *walking;
static unsigned walked_files, walked_events;

/* Each file of the test data. */
static int walk(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	AUTO(close) int fd = -1;
	int r;

	(void)st;
	(void)ftw;
	if (kind != FTW_F || !text_ends(text_of(path), TEXT(".evtx")))
		return 0;
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	walking->fd = fd;
	/* Whatever rules want, in the end everything is there. */
	wanted = walked_files++ % 5;
	evtx_reader_start(walking->reader, give, walking);
	while ((r = evtx_reader_next(walking->reader, &walking->event, &walking->why))) {
		if (r != EVTX_EVENT)
			fail_msg("%s: %s", path, walking->why.reason);
		walked_events++;
		assert_as_json(walking);
	}
	return 0;
}

static void walk_data(struct fixture *f, const char *folder)
{
	const char *data = getenv("WINDHOVER_DATA");
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/%s", data ? data : "../shared/data",
		       folder);
	walking = f;
	walked_files = walked_events = 0;
	if (access(path, R_OK)) {
		print_message("skipped: WINDHOVER_DATA is not there (%s)\n", path);
		skip();
	}
	assert_int_equal(nftw(path, walk, 16, FTW_PHYS), 0);
	print_message("%u files, %u events\n", walked_files, walked_events);
}

static void every_record_of_the_attack_samples_is_read_as_its_json(void **state)
{
	walk_data(*state, "evtx");
	assert_int_equal(walked_files, 277);
	assert_true(walked_events >= RECORDS_OF_SAMPLES);
}

static void every_record_of_the_regression_data_is_read_as_its_json(void **state)
{
	walk_data(*state, "sigma/regression_data");
	assert_int_equal(walked_files, 141);
	assert_true(walked_events >= 166);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(a_record_becomes_the_event_that_rules_expect),
		TEST(what_no_rule_wants_is_read_when_it_is_asked_for),
		TEST(a_template_is_found_again_only_where_it_means_the_same),
		TEST(data_is_named_as_in_exported_logs),
		TEST(user_data_gives_the_fields_of_its_inner_element),
		TEST(values_of_templates_are_names_texts_lists_or_not_there),
		TEST(a_damaged_record_gives_what_it_has_and_then_its_fault),
		TEST(a_record_whose_template_is_gone_is_no_event),
		TEST(a_record_made_to_have_no_end_is_ended_and_the_next_one_read),
		TEST(damage_anywhere_in_a_file_is_survived),
		TEST(every_record_of_the_attack_samples_is_read_as_its_json),
		TEST(every_record_of_the_regression_data_is_read_as_its_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
