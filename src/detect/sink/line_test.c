// SPDX-License-Identifier: Apache-2.0
// Lines are JSON objects with the names of the schema, each name once.
#include "detect/sink/line.h"

#include "detect/sink/threat.h"
#include "format/json.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define NODES 8192

/* Read ${line} back; the document's memory is the caller's to free (base, nodes). */
static void read_back(struct text line, struct json_document *document)
{
	size_t whole = line.size + JSON_PADDING;
	char *bytes = calloc(2, whole);
	struct json_fault fault = { 0 };

	assert_true(line.size > 2 && line.at[line.size - 1] == '\n');
	assert_null(memchr(line.at, '\n', line.size - 1));
	memcpy(bytes, line.at, line.size);
	*document = (struct json_document){
		.base = bytes,
		.size = line.size,
		.last = true,
		.room_at = (uint32_t)whole,
		.room_size = (uint32_t)whole,
		.nodes = calloc(NODES, sizeof(struct json_node)),
		.capacity = NODES,
	};
	if (json_parse(document, &fault) != JSON_DONE)
		fail_msg("no JSON at %zu, expected %s: %.*s", fault.at, fault.expected,
			 (int)line.size, line.at);
}

static void forget(struct json_document *document)
{
	free((void *)(uintptr_t)document->base);
	free(document->nodes);
}

/* Every name stands once in its object. */
static void assert_names_once(const struct json_document *d, uint32_t object)
{
	for (uint32_t a = object + 1; a < d->nodes[object].end; a = d->nodes[a].end) {
		for (uint32_t b = d->nodes[a].end; b < d->nodes[object].end;
		     b = d->nodes[b].end)
			assert_false(text_is(json_key(d, &d->nodes[a]),
					     json_key(d, &d->nodes[b])));
		if (d->nodes[a].type == JSON_OBJECT)
			assert_names_once(d, a);
	}
}

static uint32_t member(const struct json_document *d, struct text path)
{
	uint32_t node = 0;

	while (path.size) {
		const char *dot = memchr(path.at, '.', path.size);
		size_t size = dot ? (size_t)(dot - path.at) : path.size;
		char name[64];

		assert_true(size < sizeof(name));
		memcpy(name, path.at, size);
		name[size] = '\0';
		node = json_member(d, node, name);
		assert_int_not_equal(node, 0);
		path = text_part(path, size + 1, path.size);
	}
	return node;
}

static void add(struct sensed *sensed, struct buffer *bytes, enum field field,
		enum value_type type, const char *text)
{
	size_t at = bytes->size;

	buffer_string(bytes, text);
	event_add(&sensed->event, EVENT_FIELD_NONE, type, at, bytes->size - at);
	sensed->fields[sensed->event.count - 1] = (uint8_t)field;
}

static void every_field_comes_back_under_its_ecs_name(void **state)
{
	static struct sensed sensed;
	AUTO(buffer) struct buffer bytes, out;
	struct line_writer *writer = line_writer_create();
	struct json_document document;

	(void)state;
	buffer_init(&bytes, 1 << 16);
	buffer_init(&out, LINE_SIZE_MAX);
	event_clear(&sensed.event, (struct text){ 0 });
	sensed.event.source = TEXT("linux:process_creation");
	/* From last to first: the order in the event must not matter. */
	for (unsigned i = FIELD_COUNT; i-- > 0;) {
		enum field_type type = field_info(i)->type;

		if (type == FIELD_TYPE_UINT || type == FIELD_TYPE_INT)
			add(&sensed, &bytes, i, VALUE_NUMBER, "4711");
		else if (type == FIELD_TYPE_BOOL)
			add(&sensed, &bytes, i, VALUE_BOOL, "true");
		else
			add(&sensed, &bytes, i, VALUE_TEXT, field_info(i)->sigma.at);
	}
	add(&sensed, &bytes, FIELD_ARGUMENTS, VALUE_TEXT, "second \xff");
	sensed.event.record = buffer_view(&bytes);
	line_event(writer, &sensed, &out);
	assert_false(out.failed);
	read_back(buffer_view(&out), &document);
	assert_names_once(&document, 0);
	for (unsigned i = 0; i < FIELD_COUNT; i++) {
		uint32_t node = member(&document, field_info(i)->ecs);
		enum field_type type = field_info(i)->type;

		if (type == FIELD_TYPE_LIST) {
			assert_int_equal(document.nodes[node].type, JSON_ARRAY);
			node++;
		}
		if (type == FIELD_TYPE_UINT || type == FIELD_TYPE_INT)
			assert_int_equal(document.nodes[node].type, JSON_NUMBER);
		else if (type != FIELD_TYPE_BOOL)
			assert_true(text_is(json_text(&document, &document.nodes[node]),
					    field_info(i)->sigma));
	}
	assert_true(text_is(
		json_text(&document,
			  &document.nodes[member(&document, TEXT("process.args")) + 2]),
		TEXT("second \xef\xbf\xbd")));
	assert_true(
		text_is(json_text(&document,
				  &document.nodes[member(&document, TEXT("event.kind"))]),
			TEXT("event")));
	forget(&document);
	line_writer_free(writer);
}

static void an_event_names_its_category_as_its_dataset(void **state)
{
	static const struct {
		struct text source;
		const char *dataset, *category;
	} kinds[] = {
		{ TEXT("linux:process_creation"), "windhover.process", "process" },
		{ TEXT("linux:network_listen"), "windhover.network_listen", "network" },
		{ TEXT("linux:something_new"), "windhover.something_new", "process" },
	};
	static struct sensed sensed;
	struct line_writer *writer = line_writer_create();

	(void)state;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		AUTO(buffer) struct buffer bytes, out;
		struct json_document d;

		buffer_init(&bytes, 1 << 10);
		buffer_init(&out, LINE_SIZE_MAX);
		event_clear(&sensed.event, (struct text){ 0 });
		sensed.event.source = kinds[i].source;
		add(&sensed, &bytes, FIELD_EVENT_ACTION, VALUE_TEXT, "act");
		sensed.event.record = buffer_view(&bytes);
		line_event(writer, &sensed, &out);
		read_back(buffer_view(&out), &d);
		assert_true(text_is(
			json_text(&d, &d.nodes[member(&d, TEXT("event.dataset"))]),
			text_of(kinds[i].dataset)));
		assert_true(text_is(
			json_text(&d, &d.nodes[member(&d, TEXT("event.category")) + 1]),
			text_of(kinds[i].category)));
		forget(&d);
	}
	line_writer_free(writer);
}

static void health_is_one_line_with_its_counts(void **state)
{
	struct line_health health = {
		.host = TEXT("h"),
		.action = TEXT("events-lost"),
		.sentence = TEXT("a \"b\""),
		.is_state = true,
		.program_count = 2,
		.count_count = 2,
		.counts = { { .name = "exec", .lost = 7 },
			    { .name = "exit", .lost = 5 } },
	};
	AUTO(buffer) struct buffer out;
	struct json_document document;
	uint32_t lost;

	(void)state;
	health.programs[0].name = TEXT("fork");
	health.programs[0].state = TEXT("attached");
	health.programs[0].back_end = 2;
	health.programs[1].name = TEXT("exec");
	health.programs[1].state = TEXT("loading failed");
	buffer_init(&out, LINE_SIZE_MAX);
	line_health(&health, &out);
	read_back(buffer_view(&out), &document);
	assert_names_once(&document, 0);
	lost = member(&document, TEXT("windhover.lost_events"));
	assert_true(text_is(json_text(&document, &document.nodes[lost]), TEXT("12")));
	(void)member(&document, TEXT("windhover.programs.exec"));
	(void)member(&document, TEXT("windhover.back_ends.fork"));
	forget(&document);
}

static void a_line_that_does_not_fit_is_told_to_have_failed(void **state)
{
	struct line_health health = { .action = TEXT("metrics") };
	AUTO(buffer) struct buffer out;

	(void)state;
	for (size_t room = 1; room < 300; room += 7) {
		buffer_init(&out, room);
		line_health(&health, &out);
		assert_true(out.failed);
		buffer_done(&out);
	}
}

static void only_tags_that_are_techniques_are_techniques(void **state)
{
	char id[16];

	(void)state;
	assert_true(threat_technique(TEXT("attack.t1059"), id));
	assert_string_equal(id, "T1059");
	assert_true(threat_technique(TEXT("attack.T1059.004"), id));
	assert_string_equal(id, "T1059.004");
	assert_false(threat_technique(TEXT("attack.execution"), id));
	assert_false(threat_technique(TEXT("attack.t1059.04"), id));
	assert_false(threat_technique(TEXT("attack.t1059x004"), id));
	assert_false(threat_technique(TEXT("cve.2024.1234"), id));
	assert_false(threat_technique(TEXT("attack."), id));
	assert_false(threat_technique(TEXT(""), id));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_field_comes_back_under_its_ecs_name),
		cmocka_unit_test(an_event_names_its_category_as_its_dataset),
		cmocka_unit_test(health_is_one_line_with_its_counts),
		cmocka_unit_test(a_line_that_does_not_fit_is_told_to_have_failed),
		cmocka_unit_test(only_tags_that_are_techniques_are_techniques),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
