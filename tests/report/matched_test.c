// SPDX-License-Identifier: Apache-2.0
// Which fields a detection names as those that made its rule match.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "detect/engine/engine.h"
#include "update/compile/pack_build.h"
#include "update/rule/rule_read.h"

#define FIELDS_MAX 8

struct fixture {
	struct rule_reader *reader;
	struct buffer bytes;
	struct pack *pack;
	struct engine *engine;
	struct event event;
	char record[1024];
	uint32_t alerts;
	char matched[256]; /* "Image,CommandLine" */
};

static void take_alert(void *user, const struct detection *detection)
{
	struct fixture *f = user;
	uint16_t fields[FIELDS_MAX];
	uint32_t count = engine_matched(f->engine, detection, fields, FIELDS_MAX);
	size_t used = 0;

	f->alerts++;
	f->matched[0] = 0;
	for (uint32_t i = 0; i < count; i++) {
		struct text name = fields[i] == EVENT_FIELD_NONE
					   ? TEXT("*")
					   : pack_field_name(f->pack, fields[i]);

		used += (size_t)snprintf(f->matched + used, sizeof(f->matched) - used,
					 "%s%.*s", i ? "," : "", (int)name.size, name.at);
	}
}

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct fixture));
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	engine_free(f->engine);
	pack_close(f->pack);
	buffer_done(&f->bytes);
	rule_reader_free(f->reader);
	free(f);
	return 0;
}

/* A rule of process creation with the detection ${yaml}. */
static void start(struct fixture *f, const char *yaml)
{
	struct rule_set set;
	struct why why = { 0 };
	char rule[2048];

	(void)snprintf(rule, sizeof(rule),
		       "title: A rule\n"
		       "logsource: {product: windows, category: process_creation}\n"
		       "detection:\n%s",
		       yaml);
	assert_int_equal(
		rule_reader_create(&(struct rule_reader_options){ 0 }, &f->reader, &why),
		0);
	assert_int_equal(rule_reader_add_text(f->reader, "rule.yml", text_of(rule)), 0);
	assert_int_equal(rule_reader_finish(f->reader, &set), 0);
	buffer_init(&f->bytes, 1u << 24);
	if (pack_build(&set, &f->bytes, &why) ||
	    pack_open_bytes(buffer_view(&f->bytes), &f->pack, &why))
		fail_msg("%s", why.reason);
	assert_int_equal(engine_create(f->pack, NULL, &f->engine), 0);
}

/* The fields named for an event of pairs (field, value); NULL: it is not detected. */
static const char *matched(struct fixture *f, const char *const pairs[])
{
	size_t used = 0;

	f->alerts = 0;
	event_clear(&f->event, (struct text){ .at = f->record });
	f->event.source = TEXT("windows:microsoft-windows-sysmon/operational");
	f->event.id = 1;
	for (uint32_t i = 0; pairs[i]; i += 2) {
		size_t size = strlen(pairs[i + 1]);

		assert_true(used + size <= sizeof(f->record));
		memcpy(f->record + used, pairs[i + 1], size);
		event_add(&f->event, pack_field(f->pack, text_of(pairs[i])), VALUE_TEXT,
			  used, size);
		used += size;
	}
	f->event.record.size = used;
	engine_event(f->engine, &f->event, take_alert, f);
	return f->alerts ? f->matched : NULL;
}

#define MATCHED(...) matched(f, (const char *const[]){ __VA_ARGS__, NULL })

static void every_field_of_the_selection_is_named(void **state)
{
	struct fixture *f = *state;
	const char *names;

	start(f, "  selection:\n"
		 "    Image|endswith: \\cmd.exe\n"
		 "    CommandLine|contains: [whoami, hostname]\n"
		 "  condition: selection\n");
	names = MATCHED("Image", "C:\\cmd.exe", "CommandLine", "cmd /c whoami", "User",
			"me");
	assert_non_null(names);
	assert_non_null(strstr(names, "Image"));
	assert_non_null(strstr(names, "CommandLine"));
	assert_null(strstr(names, "User"));
}

static void a_selection_that_held_but_for_one_field_is_left_out(void **state)
{
	struct fixture *f = *state;

	start(f, "  selection_a: {Image|endswith: \\a.exe, User: root}\n"
		 "  selection_b: {CommandLine|contains: evil}\n"
		 "  condition: 1 of selection_*\n");
	assert_string_equal(
		MATCHED("Image", "C:\\a.exe", "User", "me", "CommandLine", "evil"),
		"CommandLine");
}

static void half_of_a_filter_is_no_reason(void **state)
{
	struct fixture *f = *state;

	start(f, "  selection: {CommandLine|contains: evil}\n"
		 "  filter: {Image|endswith: \\a.exe, User: root}\n"
		 "  condition: selection and not filter\n");
	assert_null(MATCHED("Image", "C:\\a.exe", "User", "root", "CommandLine", "evil"));
	assert_string_equal(
		MATCHED("Image", "C:\\a.exe", "User", "me", "CommandLine", "evil"),
		"CommandLine");
	assert_string_equal(
		MATCHED("Image", "C:\\b.exe", "User", "root", "CommandLine", "evil"),
		"CommandLine");
}

static void one_of_two_ways_is_enough(void **state)
{
	struct fixture *f = *state;
	const char *names;

	start(f, "  selection:\n"
		 "    - Image|endswith: \\a.exe\n"
		 "    - OriginalFileName: a.exe\n"
		 "  condition: selection\n");
	assert_string_equal(MATCHED("Image", "x", "OriginalFileName", "a.exe"),
			    "OriginalFileName");
	names = MATCHED("Image", "C:\\a.exe", "OriginalFileName", "a.exe");
	assert_non_null(names);
	assert_null(strchr(names, ','));
}

static void keywords_numbers_and_regexes_are_told(void **state)
{
	struct fixture *f = *state;

	start(f, "  words: [evil thing]\n"
		 "  number: {ProcessId|gte: 1000}\n"
		 "  regex: {CommandLine|re: 'a[0-9]+b'}\n"
		 "  condition: words or (number and regex)\n");
	assert_string_equal(MATCHED("Image", "an evil thing"), "*");
	assert_non_null(MATCHED("ProcessId", "1000", "CommandLine", "xa12bx"));
	assert_non_null(strstr(f->matched, "ProcessId"));
	assert_non_null(strstr(f->matched, "CommandLine"));
}

static void an_empty_reason_is_none(void **state)
{
	struct fixture *f = *state;

	start(f, "  filter: {Image|endswith: \\a.exe}\n"
		 "  condition: not filter\n");
	assert_string_equal(MATCHED("Image", "C:\\b.exe"), "");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_field_of_the_selection_is_named),
		TEST(a_selection_that_held_but_for_one_field_is_left_out),
		TEST(half_of_a_filter_is_no_reason),
		TEST(one_of_two_ways_is_enough),
		TEST(keywords_numbers_and_regexes_are_told),
		TEST(an_empty_reason_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
