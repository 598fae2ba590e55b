// SPDX-License-Identifier: Apache-2.0
// Every shape of log, told by content, becomes the same event; the samples are made up.
#include "detect/intake/intake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "detect/intake/testing_intake.h"

static const char *const names[] = {
	"EventID",
	"Channel",
	"Provider_Name",
	"Computer",
	"Image",
	"CommandLine",
	"Data",
	"ThreatName",
	"Hashes",
	"Execution_ProcessID",
	"Security_UserID",
	"EventRecordID",
	"EventData_Name",
	"a.b.c",
	"ParentImage",
	"ProcessId",
	"process.executable",
	"type",
	"a0",
	"a1",
	"exe",
	"name",
	"proctitle",
	"message",
	"SourceName",
	"EventID_Qualifiers",
	"UserId",
	"AncestorImages",
	"QueryName",
	"Operation",
	"TargetFilename",
	"Message",
	"user",
	"Nothing",
};

static const struct pack pack = { .names = names,
				  .count = sizeof(names) / sizeof(names[0]) };

struct fixture {
	struct intake *intake;
	struct json_stream *json;
	struct mappings mappings;
	struct event event;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	return f ? json_stream_create(&f->json) || intake_create(&pack, NULL, &f->intake)
		 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	intake_free(f->intake);
	json_stream_free(f->json);
	mappings_done(&f->mappings);
	free(f);
	return 0;
}

/* The shape of the only document of ${text}; its event is then in the fixture. */
static enum intake_shape take(struct fixture *f, const char *text)
{
	return testing_take(f->intake, f->json, text, &f->event);
}

/* A mapping file in place of none. */
static void use_mapping(struct fixture *f, const char *yaml)
{
	struct why why = { 0 };

	if (mappings_parse(text_of(yaml), "mapping.yml", &f->mappings, &why))
		fail_msg("%u:%u: %s", why.line, why.column, why.reason);
	intake_free(f->intake);
	f->intake = NULL;
	assert_int_equal(intake_create(&pack, &f->mappings, &f->intake), 0);
}

static void assert_text(struct text text, const char *expected)
{
	if (!text_is(text, text_of(expected)))
		fail_msg("'%.*s' is not '%s'", (int)text.size, text.at ? text.at : "",
			 expected);
}

static void assert_field(const struct fixture *f, const char *name, const char *expected)
{
	testing_field_is(&pack, &f->event, name, expected);
}

/* Is there a value ${text}, whatever its field? */
static bool has_value(const struct fixture *f, const char *text)
{
	for (uint32_t i = 0; i < f->event.count; i++)
		if (text_is(event_text(&f->event, &f->event.values[i]), text_of(text)))
			return true;
	return false;
}

#define SYSTEM                                                                           \
	"\"System\":{\"Provider\":{\"#attributes\":{\"Name\":\"Maker\",\"Guid\":\"G\"}}" \
	","                                                                              \
	"\"EventID\":7,\"TimeCreated\":{\"#attributes\":{\"SystemTime\":"                \
	"\"2024-07-19T04:09:00.5Z\"}},\"EventRecordID\":9,\"Correlation\":null,"         \
	"\"Execution\":{\"#attributes\":{\"ProcessID\":11,\"ThreadID\":12}},"            \
	"\"Channel\":\"Maker-Things/Operational\",\"Computer\":\"host-a\","              \
	"\"Security\":{\"#attributes\":{\"UserID\":\"S-1-5-18\"}}}"
#define TIME_NS 1721362140500000000

static void nested_windows_events_are_told(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		take(f, "{\"Event\":{\"#attributes\":{\"xmlns\":\"http://x\"}," SYSTEM
			",\"EventData\":{\"Image\":\"C:\\\\a.exe\",\"CommandLine\":\"\","
			"\"Threat Name\":\"Bad\",\"ProcessId\":17}}}"),
		SHAPE_WINDOWS_NESTED);
	assert_text(f->event.source, "windows:maker-things/operational");
	assert_int_equal(f->event.id, 7);
	assert_int_equal(f->event.time_ns, TIME_NS);
	assert_text(intake_host(f->intake), "host-a");
	assert_field(f, "EventID", "7");
	assert_field(f, "Provider_Name", "Maker");
	assert_field(f, "Execution_ProcessID", "11");
	assert_field(f, "Security_UserID", "S-1-5-18");
	assert_field(f, "EventRecordID", "9");
	assert_field(f, "Image", "C:\\a.exe");
	assert_field(f, "CommandLine", "");
	assert_field(f, "ThreatName", "Bad");
	assert_field(f, "ProcessId", "17");
	assert_true(has_value(f, "G"));
	assert_false(has_value(f, "http://x"));
}

static void an_event_id_with_qualifiers_is_still_an_event_id(void **state)
{
	struct fixture *f = *state;

	take(f, "{\"Event\":{\"System\":{\"EventID\":{\"#attributes\":{\"Qualifiers\":"
		"16384},"
		"\"#text\":1102},\"Channel\":\"Security\"},\"EventData\":null}}");
	assert_int_equal(f->event.id, 1102);
	assert_field(f, "EventID", "1102");
	assert_field(f, "EventID_Qualifiers", "16384");
}

static void attributes_written_in_other_ways_mean_the_same(void **state)
{
	static const char *const documents[] = {
		"{\"Event\":{\"Event_attributes\":{\"xmlns\":\"x\"},\"System\":{"
		"\"Provider_attributes\":{\"Name\":\"Maker\"},\"EventID\":7,"
		"\"TimeCreated_attributes\":{\"SystemTime\":\"2024-07-19T04:09:00.5Z\"},"
		"\"Channel\":\"C\"},\"EventData\":{\"Image\":\"a\"}}}",
		"{\"Event\":{\"@xmlns\":\"x\",\"System\":{\"Provider\":{\"@Name\":"
		"\"Maker\"},"
		"\"EventID\":\"7\",\"TimeCreated\":{\"@SystemTime\":\"2024-07-19T04:09:"
		"00.5Z\"},"
		"\"Channel\":\"C\"},\"EventData\":{\"Data\":[{\"@Name\":\"Image\",\"#"
		"text\":\"a\"}]}}}",
		"{\"System\":{\"Provider\":{\"Name\":\"Maker\"},\"EventID\":7,"
		"\"TimeCreated\":{\"SystemTime\":\"2024-07-19T04:09:00.5Z\"},\"Channel\":"
		"\"C\"},"
		"\"EventData\":{\"Image\":\"a\"}}",
	};

	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(take(*state, documents[i]), SHAPE_WINDOWS_NESTED);
		assert_text(((struct fixture *)*state)->event.source, "windows:c");
		assert_int_equal(((struct fixture *)*state)->event.time_ns, TIME_NS);
		assert_field(*state, "Provider_Name", "Maker");
		assert_field(*state, "Image", "a");
	}
}

static void data_elements_take_their_names_or_are_a_row(void **state)
{
	take(*state,
	     "{\"Event\":{" SYSTEM ",\"EventData\":{\"#attributes\":{\"Name\":\"N\"},"
	     "\"Data\":[{\"#attributes\":{\"Name\":\"Image\"},\"#text\":\"a\"},"
	     "{\"#attributes\":{\"Name\":\"CommandLine\"}},\"one\",null,"
	     "{\"#text\":[\"two\",3]}]}}}");
	assert_field(*state, "EventData_Name", "N");
	assert_field(*state, "Image", "a");
	assert_field(*state, "CommandLine", "");
	assert_field(*state, "Data", "one|NULL|two|3");
	take(*state, "{\"Event\":{" SYSTEM ",\"EventData\":{\"Data\":\"alone\"}}}");
	assert_field(*state, "Data", "alone");
	take(*state, "{\"Event\":{" SYSTEM
		     ",\"EventData\":{\"Data\":{\"#text\":[\"x\",\"y\"]}}}}");
	assert_field(*state, "Data", "x|y");
	take(*state, "{\"Event\":{" SYSTEM ",\"EventData\":[\"p\",\"q\"]}}");
	assert_field(*state, "Data", "p|q");
}

static void user_data_is_known_by_the_names_inside_its_one_element(void **state)
{
	take(*state,
	     "{\"Event\":{" SYSTEM ",\"UserData\":{\"Failure\":{\"#attributes\":"
	     "{\"xmlns\":\"http://x\"},\"Operation\":\"Start\",\"Deep\":{\"a\":1}}}}}");
	assert_field(*state, "Operation", "Start");
	assert_true(has_value(*state, "1"));
	assert_false(has_value(*state, "http://x"));
}

static void flat_windows_events_are_told(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		take(f, "{\"Channel\":\"Security\",\"EventID\":\"4688\",\"SourceName\":"
			"\"S\","
			"\"Hostname\":\"h\",\"@timestamp\":\"2024-07-19T04:09:00.500Z\","
			"\"ExecutionProcessID\":4,\"RecordNumber\":5,\"UserID\":\"U\","
			"\"Image\":[\"a\",\"b\"],\"a\":{\"b\":{\"c\":true}}}"),
		SHAPE_WINDOWS_FLAT);
	assert_text(f->event.source, "windows:security");
	assert_int_equal(f->event.id, 4688);
	assert_int_equal(f->event.time_ns, TIME_NS);
	assert_text(intake_host(f->intake), "h");
	assert_field(f, "Provider_Name", "S");
	assert_field(f, "SourceName", "S");
	assert_field(f, "Computer", "h");
	assert_field(f, "Execution_ProcessID", "4");
	assert_field(f, "EventRecordID", "5");
	assert_field(f, "Security_UserID", "U");
	assert_field(f, "Image", "a|b");
	assert_field(f, "a.b.c", "true");
}

static void a_synonym_yields_to_the_name_itself(void **state)
{
	take(*state, "{\"SourceName\":\"other\",\"Channel\":\"c\",\"EventID\":1,"
		     "\"Provider_Name\":\"own\",\"Hostname\":\"h\",\"Computer\":\"k\"}");
	assert_field(*state, "Provider_Name", "own");
	assert_field(*state, "Computer", "k");
	assert_field(*state, "SourceName", "other");
}

static void winlogbeat_of_both_ages_is_told(void **state)
{
	struct fixture *f = *state;
	static const char *const documents[] = {
		"{\"@timestamp\":\"2024-07-19T04:09:00.5Z\",\"winlog\":{\"channel\":"
		"\"C\","
		"\"event_id\":\"7\",\"provider_name\":\"Maker\",\"computer_name\":\"host-"
		"a\","
		"\"process\":{\"pid\":11},\"event_data\":{\"Image\":\"a\"}},"
		"\"event\":{\"code\":\"7\",\"kind\":\"event\"}}",
		"{\"@timestamp\":\"2024-07-19T04:09:00.5Z\",\"winlog.channel\":\"C\","
		"\"event.code\":7,\"winlog.provider_name\":\"Maker\","
		"\"winlog.computer_name\":\"host-a\",\"winlog.process.pid\":11,"
		"\"winlog.event_data.Image\":\"a\"}",
		"{\"_index\":\"i\",\"_source\":{\"@timestamp\":\"2024-07-19T04:09:00."
		"5Z\","
		"\"winlog\":{\"channel\":\"C\",\"event_id\":7,\"provider_name\":"
		"\"Maker\","
		"\"computer_name\":\"host-a\",\"process\":{\"pid\":11},"
		"\"event_data\":{\"Image\":\"a\"}}}}",
	};

	for (size_t i = 0; i < 3; i++) {
		assert_int_equal(take(f, documents[i]), SHAPE_WINLOG);
		assert_text(f->event.source, "windows:c");
		assert_int_equal(f->event.id, 7);
		assert_int_equal(f->event.time_ns, TIME_NS);
		assert_text(intake_host(f->intake), "host-a");
		assert_field(f, "EventID", "7");
		assert_field(f, "Provider_Name", "Maker");
		assert_field(f, "Execution_ProcessID", "11");
		assert_field(f, "Image", "a");
	}
	assert_int_equal(
		take(f, "{\"log_name\":\"C\",\"event_id\":7,\"source_name\":\"Maker\","
			"\"computer_name\":\"host-a\",\"event_data\":{\"Image\":\"a\"}}"),
		SHAPE_WINDOWS_FLAT);
	assert_text(f->event.source, "windows:c");
	assert_field(f, "EventID", "7");
	assert_field(f, "Provider_Name", "Maker");
	assert_field(f, "Computer", "host-a");
	assert_field(f, "Image", "a");
}

static void ecs_process_events_take_sigma_names(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		take(f,
		     "{\"@timestamp\":\"2024-07-19T04:09:00.5Z\",\"event\":{\"kind\":"
		     "\"event\","
		     "\"category\":[\"process\"],\"type\":[\"start\"],\"action\":"
		     "\"exec\"},"
		     "\"host\":{\"name\":\"n\",\"os\":{\"type\":\"linux\"}},"
		     "\"process\":{\"executable\":\"/bin/sh\",\"command_line\":\"sh -c "
		     "id\","
		     "\"pid\":5,\"parent\":{\"executable\":\"/sbin/"
		     "init\"}},\"user\":{\"id\":0},"
		     "\"windhover\":{\"ancestors\":{\"executable\":[\"/a\",\"/b\"]}}}"),
		SHAPE_ECS);
	assert_text(f->event.source, "linux:process_creation");
	assert_int_equal(f->event.id, EVENT_ID_NONE);
	assert_int_equal(f->event.time_ns, TIME_NS);
	assert_text(intake_host(f->intake), "n");
	assert_field(f, "Image", "/bin/sh");
	assert_field(f, "process.executable", "/bin/sh");
	assert_field(f, "CommandLine", "sh -c id");
	assert_field(f, "ParentImage", "/sbin/init");
	assert_field(f, "ProcessId", "5");
	assert_field(f, "UserId", "0");
	assert_field(f, "AncestorImages", "/a|/b");
}

static void ecs_says_what_kind_of_event_it_is(void **state)
{
	static const struct {
		const char *category, *type, *action, *os, *source;
		uint32_t id;
	} kinds[] = {
		{ "process", "start", "exec", "linux", "linux:process_creation",
		  EVENT_ID_NONE },
		{ "process", "start", "fork", "linux", "linux:process_fork",
		  EVENT_ID_NONE },
		{ "process", "end", "end", "linux", "linux:process_termination",
		  EVENT_ID_NONE },
		{ "process", "start", "exec", "macos", "macos:process_creation",
		  EVENT_ID_NONE },
		{ "process", "start", "x", "windows",
		  "windows:microsoft-windows-sysmon/operational", 1 },
		{ "network", "start", "x", "linux", "linux:network_connection",
		  EVENT_ID_NONE },
		{ "network", "start", "x", "windows",
		  "windows:microsoft-windows-sysmon/operational", 3 },
		{ "file", "creation", "x", "linux", "linux:file_event", EVENT_ID_NONE },
		{ "file", "deletion", "x", "linux", "linux:file_delete", EVENT_ID_NONE },
		{ "file", "creation", "x", "windows",
		  "windows:microsoft-windows-sysmon/operational", 11 },
		{ "registry", "change", "x", "windows",
		  "windows:microsoft-windows-sysmon/operational", 13 },
		{ "package", "installation", "x", "linux", "", EVENT_ID_NONE },
	};
	struct fixture *f = *state;
	char text[512];

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		(void)snprintf(text, sizeof(text),
			       "{\"event\":{\"category\":\"%s\",\"type\":[\"%s\"],"
			       "\"action\":\"%s\"},\"host\":{\"os\":{\"type\":\"%s\"}}}",
			       kinds[i].category, kinds[i].type, kinds[i].action,
			       kinds[i].os);
		assert_int_equal(take(f, text),
				 *kinds[i].source ? SHAPE_ECS : SHAPE_UNKNOWN);
		assert_text(f->event.source, kinds[i].source);
		assert_int_equal(f->event.id, kinds[i].id);
	}
}

static void what_the_sensor_says_of_itself_is_known(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		take(f, "{\"event\":{\"kind\":\"metric\",\"dataset\":"
			"\"windhover.health\"},\"windhover\":{\"health\":\"good\"}}"),
		SHAPE_ECS);
	assert_text(f->event.source, "windhover:health");
}

static void an_event_of_the_sensors_is_of_the_category_that_it_names(void **state)
{
	struct fixture *f = *state;

	/* By its marks it would begin a connection. */
	assert_int_equal(
		take(f, "{\"event\":{\"category\":[\"network\"],\"type\":[\"start\"],"
			"\"dataset\":\"windhover.network_listen\"},\"process\":{}}"),
		SHAPE_ECS);
	assert_text(f->event.source, "linux:network_listen");
	assert_int_equal(take(f,
			      "{\"event\":{\"category\":[\"process\"],\"type\":[\"end\"],"
			      "\"dataset\":\"windhover.process\"},\"process\":{}}"),
			 SHAPE_ECS);
	assert_text(f->event.source, "linux:process_termination");
}

static void sysmon_for_linux_is_no_windows(void **state)
{
	struct fixture *f = *state;

	take(f, "{\"Event\":{\"System\":{\"EventID\":1,\"Channel\":"
		"\"Linux-Sysmon/Operational\"},\"EventData\":{\"Image\":\"/bin/a\"}}}");
	assert_text(f->event.source, "linux:linux-sysmon/operational");
	assert_int_equal(f->event.id, 1);
}

static void audit_records_are_told_in_all_dresses(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		take(f, "{\"ID\":\"1721362140.500:77\",\"NODE\":\"n\",\"SYSCALL\":{"
			"\"exe\":\"/usr/bin/a\",\"syscall\":59},\"EXECVE\":{\"argc\":2,"
			"\"ARGV\":[\"a\",\"-x\"]},\"PATH\":[{\"name\":\"/p\"},"
			"{\"name\":\"/q\"}]}"),
		SHAPE_AUDITD);
	assert_text(f->event.source, "linux:auditd");
	assert_int_equal(f->event.time_ns, TIME_NS);
	assert_field(f, "type", "SYSCALL|EXECVE|PATH");
	assert_field(f, "exe", "/usr/bin/a");
	assert_field(f, "a0", "a");
	assert_field(f, "a1", "-x");
	assert_field(f, "name", "/p|/q");
	assert_text(intake_host(f->intake), "n");

	assert_int_equal(
		take(f, "{\"type\":\"EXECVE\",\"msg\":\"audit(1721362140.500:77): \","
			"\"a0\":\"a\"}"),
		SHAPE_AUDITD);
	assert_int_equal(f->event.time_ns, TIME_NS);
	assert_field(f, "type", "EXECVE");
	assert_field(f, "a0", "a");

	assert_int_equal(
		take(f, "{\"event\":{\"module\":\"auditd\"},\"auditd\":{\"message_type\":"
			"\"execve\",\"data\":{\"a0\":\"a\"}}}"),
		SHAPE_AUDITD);
	assert_text(f->event.source, "linux:auditd");
	assert_field(f, "type", "execve");
	assert_field(f, "a0", "a");
}

static void the_journal_knows_its_services(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(
		take(f,
		     "{\"__REALTIME_TIMESTAMP\":\"1721362140500000\",\"MESSAGE\":\"hi\","
		     "\"SYSLOG_IDENTIFIER\":\"sshd\",\"_HOSTNAME\":\"n\"}"),
		SHAPE_JOURNAL);
	assert_text(f->event.source, "linux:sshd");
	assert_int_equal(f->event.time_ns, TIME_NS);
	assert_field(f, "message", "hi");
	take(f, "{\"__REALTIME_TIMESTAMP\":\"1\",\"SYSLOG_IDENTIFIER\":\"su\","
		"\"SYSLOG_FACILITY\":\"10\"}");
	assert_text(f->event.source, "linux:auth");
	take(f, "{\"__REALTIME_TIMESTAMP\":\"1\",\"SYSLOG_IDENTIFIER\":\"x\"}");
	assert_text(f->event.source, "linux:syslog");
}

static void what_is_unknown_keeps_its_values_for_keywords(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(take(f,
			      "{\"what\":\"ever\",\"list\":[1,{\"x\":null}],\"none\":[],"
			      "\"Image\":\"seen\"}"),
			 SHAPE_UNKNOWN);
	assert_int_equal(f->event.source.size, 0);
	assert_int_equal(f->event.count, 5);
	assert_true(has_value(f, "ever"));
	assert_field(f, "Image", "seen");
	assert_int_equal(take(f, "{}"), SHAPE_UNKNOWN);
	assert_int_equal(f->event.count, 0);
	assert_int_equal(take(f, "{\"Channel\":\"\",\"EventID\":1}"), SHAPE_UNKNOWN);
	assert_int_equal(take(f, "{\"Channel\":null,\"EventID\":1}"), SHAPE_UNKNOWN);
	assert_int_equal(take(f, "{\"Event\":\"text\"}"), SHAPE_UNKNOWN);
}

static void types_are_kept(void **state)
{
	struct fixture *f = *state;

	take(f, "{\"a\":null,\"b\":1.50,\"c\":false,\"d\":\"t\"}");
	assert_int_equal(f->event.values[0].type, VALUE_NULL);
	assert_int_equal(f->event.values[1].type, VALUE_NUMBER);
	assert_text(event_text(&f->event, &f->event.values[1]), "1.50");
	assert_int_equal(f->event.values[2].type, VALUE_BOOL);
	assert_text(event_text(&f->event, &f->event.values[2]), "false");
	assert_int_equal(f->event.values[3].type, VALUE_TEXT);
}

static void values_beyond_the_bound_are_counted(void **state)
{
	struct fixture *f = *state;
	AUTO(buffer) struct buffer text;

	buffer_init(&text, 1 << 20);
	buffer_string(&text, "{\"Channel\":\"c\",\"EventID\":1,\"v\":[0");
	for (int i = 1; i < 2000; i++)
		buffer_format(&text, ",%d", i);
	buffer_add(&text, "]}", 3);
	assert_int_equal(take(f, text.at), SHAPE_WINDOWS_FLAT);
	assert_int_equal(f->event.count, EVENT_VALUES_MAX);
	assert_int_equal(f->event.dropped, 2002 - EVENT_VALUES_MAX);
}

static void more_names_than_are_remembered_are_still_understood(void **state)
{
	struct fixture *f = *state;
	char text[200];

	for (int i = 0; i < 20000; i++) {
		(void)snprintf(text, sizeof(text),
			       "{\"name-%d\":%d,\"Channel\":\"c\",\"EventID\":%d,"
			       "\"Threat Name\":\"T\"}",
			       i, i, i);
		assert_int_equal(take(f, text), SHAPE_WINDOWS_FLAT);
		assert_int_equal(f->event.id, i);
		assert_field(f, "ThreatName", "T");
	}
}

static void a_path_that_is_too_long_names_nothing(void **state)
{
	struct fixture *f = *state;
	AUTO(buffer) struct buffer text;

	buffer_init(&text, 1 << 20);
	buffer_string(&text, "{\"Channel\":\"c\",\"EventID\":1,\"Image\":{\"");
	for (int i = 0; i < 2000; i++)
		buffer_char(&text, 'x');
	buffer_add(&text, "\":\"v\"}}", 8);
	take(f, text.at);
	assert_field(f, "Image", "");
	assert_true(has_value(f, "v"));
}

static void a_mapping_tells_what_nothing_else_could(void **state)
{
	struct fixture *f = *state;

	use_mapping(f, "name: doors\n"
		       "when: {vendor: Acme, kind.of: '*'}\n"
		       "logsource: {product: acme, service: Door}\n"
		       "time: at\n"
		       "id: number\n"
		       "fields: {actor.name: user, cmd: CommandLine}\n"
		       "---\n"
		       "when: {Channel: Special}\n"
		       "source: Linux:Auditd\n");
	assert_int_equal(
		take(f, "{\"vendor\":\"Acme\",\"kind\":{\"of\":1},\"at\":1721362140500,"
			"\"number\":3,\"actor\":{\"name\":\"eve\"},\"cmd\":\"open\","
			"\"Image\":\"i\"}"),
		SHAPE_MAPPED);
	assert_text(f->event.source, "acme//door");
	assert_int_equal(f->event.time_ns, TIME_NS);
	assert_int_equal(f->event.id, 3);
	assert_field(f, "user", "eve");
	assert_field(f, "CommandLine", "open");
	assert_field(f, "Image", "i");
	assert_int_equal(take(f, "{\"vendor\":\"Acme\"}"), SHAPE_UNKNOWN);
	assert_int_equal(take(f, "{\"Channel\":[\"x\",\"Special\"],\"EventID\":1}"),
			 SHAPE_MAPPED);
	assert_text(f->event.source, "linux:auditd");
	assert_int_equal(take(f, "{\"Channel\":\"Other\",\"EventID\":1}"),
			 SHAPE_WINDOWS_FLAT);
}

static void a_text_mapping_makes_an_event_of_a_line(void **state)
{
	struct fixture *f = *state;

	use_mapping(f, "format: text\nlogsource: {product: linux, service: sshd}\n");
	assert_ptr_equal(mappings_text(&f->mappings), &f->mappings.mapping[0]);
	assert_int_equal(intake_line(f->intake, mappings_text(&f->mappings),
				     TEXT("a line"), &f->event),
			 SHAPE_MAPPED);
	assert_text(f->event.source, "linux:sshd");
	assert_field(f, "message", "a line");
}

static void a_mapping_that_is_none_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *yaml;
		unsigned line;
		const char *says;
	} bad[] = {
		{ "", 0, "empty" },
		{ "- a\n", 1, "expected a map" },
		{ "when: {a: b}\n", 1, "source or logsource" },
		{ "source: x\n", 1, "expected 'when'" },
		{ "source: x\nwhen: {a: b}\nfeilds: {}\n", 3, "'feilds' is unknown" },
		{ "source: x\nwhen: {a: b}\nformat: xml\n", 3, "neither json nor text" },
		{ "when: {a: b}\nlogsource: {product: windows, service: x}\n", 2,
		  "channel" },
		{ "source: x\nwhen:\n  a: [b]\n", 3, "expected a text" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct mappings mappings;
		struct why why = { 0 };

		assert_int_equal(
			mappings_parse(text_of(bad[i].yaml), "m.yml", &mappings, &why),
			-22);
		if (!strstr(why.reason, bad[i].says) || why.line != bad[i].line)
			fail_msg("case %zu: line %u: %s", i, why.line, why.reason);
		assert_string_equal(why.file, "m.yml");
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(nested_windows_events_are_told),
		TEST(an_event_id_with_qualifiers_is_still_an_event_id),
		TEST(attributes_written_in_other_ways_mean_the_same),
		TEST(data_elements_take_their_names_or_are_a_row),
		TEST(user_data_is_known_by_the_names_inside_its_one_element),
		TEST(flat_windows_events_are_told),
		TEST(a_synonym_yields_to_the_name_itself),
		TEST(winlogbeat_of_both_ages_is_told),
		TEST(ecs_process_events_take_sigma_names),
		TEST(ecs_says_what_kind_of_event_it_is),
		TEST(what_the_sensor_says_of_itself_is_known),
		TEST(an_event_of_the_sensors_is_of_the_category_that_it_names),
		TEST(sysmon_for_linux_is_no_windows),
		TEST(audit_records_are_told_in_all_dresses),
		TEST(the_journal_knows_its_services),
		TEST(what_is_unknown_keeps_its_values_for_keywords),
		TEST(types_are_kept),
		TEST(values_beyond_the_bound_are_counted),
		TEST(more_names_than_are_remembered_are_still_understood),
		TEST(a_path_that_is_too_long_names_nothing),
		TEST(a_mapping_tells_what_nothing_else_could),
		TEST(a_text_mapping_makes_an_event_of_a_line),
		TEST(a_mapping_that_is_none_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
