// SPDX-License-Identifier: Apache-2.0
// Records of files become events with whole paths, and damaged ones nothing but a count.
#include "detect/collector/collector.h"

#include "base/buffer.h"
#include "detect/kernel/record_file.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* A record under construction. */
struct made {
	struct record_file file;
	char texts[256];
	size_t size;
	char record[sizeof(struct record_file) + 256];
};

static struct made made_begin(enum record_kind kind, uint32_t action)
{
	return (struct made){ .file = { .action = action,
					.head = { .kind = (uint16_t)kind,
						  .pid = 70,
						  .start_ns = 31,
						  .time_ns = 40 } } };
}

static void made_text(struct made *made, enum record_file_text which, const char *bytes,
		      size_t size)
{
	made->file.text_size[which] = (uint32_t)size;
	memcpy(made->texts + made->size, bytes, size);
	made->size += size;
}

#define ADD(made, which, literal) made_text(made, which, literal, sizeof(literal) - 1)

static struct text made_done(struct made *made)
{
	made->file.head.size = (uint32_t)(sizeof(made->file) + made->size);
	memcpy(made->record, &made->file, sizeof(made->file));
	memcpy(made->record + sizeof(made->file), made->texts, made->size);
	return (struct text){ .at = made->record, .size = made->file.head.size };
}

static struct text value(const struct sensed *sensed, enum field field)
{
	for (uint32_t i = 0; i < sensed->event.count; i++)
		if (sensed->fields[i] == field)
			return event_text(&sensed->event, &sensed->event.values[i]);
	return (struct text){ 0 };
}

static void assert_value(const struct sensed *sensed, enum field field,
			 const char *expected)
{
	struct text is;

	assert_non_null(sensed);
	is = value(sensed, field);
	if (!text_is(is, text_of(expected)))
		fail_msg("%s is '%.*s', expected '%s'", field_info(field)->sigma.at,
			 (int)is.size, is.at ? is.at : "", expected);
}

static int begin(void **state)
{
	const struct process_table_limits limits = { .processes = 16, .text_size = 4096 };

	return collector_create(&limits, (struct text){ 0 }, (struct collector **)state);
}

static int end(void **state)
{
	collector_free(*state);
	return 0;
}

static void a_file_that_was_written_says_what_became_of_it(void **state)
{
	struct made made = made_begin(RECORD_FILE_CHANGE, FILE_WRITTEN);
	const struct sensed *sensed;

	made.file.known = FILE_KNOWS_INODE | FILE_KNOWS_SIZE | FILE_KNOWS_SIZE_BEFORE |
			  FILE_WAS_EMPTIED;
	made.file.mode = 0104755;
	made.file.inode = 4711;
	made.file.size_before = 10;
	made.file.uid = 33;
	ADD(&made, FILE_FOLDER, "crontab\0etc\0");
	sensed = collector_take(*state, made_done(&made));
	assert_value(sensed, FIELD_EVENT_ACTION, "file-change");
	assert_value(sensed, FIELD_FILE_ACTION, "write");
	assert_value(sensed, FIELD_TARGET_FILENAME, "/etc/crontab");
	assert_value(sensed, FIELD_FILE_TYPE, "file");
	assert_value(sensed, FIELD_FILE_MODE, "4755");
	assert_value(sensed, FIELD_FILE_INODE, "4711");
	assert_value(sensed, FIELD_FILE_OWNER_ID, "33");
	assert_value(sensed, FIELD_FILE_SIZE, "0");
	assert_value(sensed, FIELD_FILE_SIZE_BEFORE, "10");
	assert_value(sensed, FIELD_FILE_EMPTIED, "true");
	assert_value(sensed, FIELD_TARGET_FILENAME_CUT, "");
	assert_value(sensed, FIELD_PROCESS_ID, "70");
	assert_true(text_is(sensed->event.source, TEXT("linux:file_change")));
}

static void a_name_as_typed_is_found_from_its_folder(void **state)
{
	static const struct {
		const char *folder;
		size_t size;
		const char *name, *path;
	} cases[] = {
		{ "x\0tmp\0", 6, "a", "/tmp/x/a" },
		{ "x\0tmp\0", 6, "./a//b/", "/tmp/x/a/b" },
		{ "x\0tmp\0", 6, "../a", "/tmp/a" },
		{ "x\0tmp\0", 6, "../../../../a", "/a" },
		{ "x\0tmp\0", 6, "..", "/tmp" },
		{ "x\0tmp\0", 6, "../..", "/" },
		{ "x\0tmp\0", 6, "...", "/tmp/x/..." },
		{ "x\0tmp\0", 6, "", "/tmp/x" },
		{ "", 0, "/etc/passwd", "/etc/passwd" },
		{ "", 0, "/etc/./ssh/../passwd", "/etc/passwd" },
		{ "", 0, "a", "/a" },
		{ "", 0, "", "/" },
		{ "jail\0srv\0", 9, "/etc/passwd", "/srv/jail/etc/passwd" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct made made = made_begin(RECORD_FILE_DELETE, FILE_DELETED);

		made_text(&made, FILE_FOLDER, cases[i].folder, cases[i].size);
		made_text(&made, FILE_NAME, cases[i].name, strlen(cases[i].name));
		assert_value(collector_take(*state, made_done(&made)),
			     FIELD_TARGET_FILENAME, cases[i].path);
	}
}

static void a_rename_and_a_link_say_from_where(void **state)
{
	struct made made = made_begin(RECORD_FILE_RENAME, FILE_RENAMED);
	const struct sensed *sensed;

	ADD(&made, FILE_FOLDER, "etc\0");
	ADD(&made, FILE_NAME, "shadow");
	ADD(&made, FILE_OTHER_FOLDER, "tmp\0");
	ADD(&made, FILE_OTHER_NAME, "new");
	sensed = collector_take(*state, made_done(&made));
	assert_value(sensed, FIELD_TARGET_FILENAME, "/etc/shadow");
	assert_value(sensed, FIELD_SOURCE_FILENAME, "/tmp/new");
	assert_value(sensed, FIELD_FILE_ACTION, "rename");
	assert_value(sensed, FIELD_FILE_MODE, "");

	made = made_begin(RECORD_FILE_LINK, FILE_SYMLINKED);
	ADD(&made, FILE_FOLDER, "l\0tmp\0");
	ADD(&made, FILE_OTHER_NAME, "../etc/shadow");
	sensed = collector_take(*state, made_done(&made));
	assert_value(sensed, FIELD_TARGET_FILENAME, "/tmp/l");
	assert_value(sensed, FIELD_SOURCE_FILENAME, "../etc/shadow");
}

static void modes_and_owners_are_told_as_far_as_they_are_known(void **state)
{
	struct made made = made_begin(RECORD_FILE_ATTRIBUTES, FILE_MODE_SET);
	const struct sensed *sensed;

	made.file.known = FILE_KNOWS_MODE;
	made.file.mode = 07;
	ADD(&made, FILE_FOLDER, "");
	ADD(&made, FILE_NAME, "/x");
	sensed = collector_take(*state, made_done(&made));
	assert_value(sensed, FIELD_FILE_MODE, "0007");
	assert_value(sensed, FIELD_FILE_MODE_BEFORE, "");
	assert_value(sensed, FIELD_FILE_OWNER_ID, "");
	assert_value(sensed, FIELD_FILE_TYPE, "");

	made = made_begin(RECORD_FILE_ATTRIBUTES, FILE_OWNER_SET);
	made.file.known = FILE_KNOWS_OWNER;
	made.file.uid = ~0u;
	made.file.gid = 5;
	sensed = collector_take(*state, made_done(&made));
	assert_value(sensed, FIELD_FILE_OWNER_ID, "");
	assert_value(sensed, FIELD_FILE_GROUP_ID, "5");

	made = made_begin(RECORD_FILE_ATTRIBUTES, FILE_MODE_SET);
	made.file.known =
		FILE_KNOWS_INODE | FILE_KNOWS_MODE_BEFORE | FILE_KNOWS_OWNER_BEFORE;
	made.file.mode = 0106711;
	made.file.mode_before = 0100711;
	made.file.uid_before = 8;
	sensed = collector_take(*state, made_done(&made));
	assert_value(sensed, FIELD_FILE_MODE, "6711");
	assert_value(sensed, FIELD_FILE_MODE_BEFORE, "0711");
	assert_value(sensed, FIELD_FILE_OWNER_ID_BEFORE, "8");

	made = made_begin(RECORD_FILE_ATTRIBUTES, FILE_ATTRIBUTE_SET);
	ADD(&made, FILE_ATTRIBUTE, "security.capability");
	sensed = collector_take(*state, made_done(&made));
	assert_value(sensed, FIELD_FILE_ATTRIBUTE, "security.capability");
}

static void a_path_that_is_not_whole_says_so(void **state)
{
	static const uint32_t marks[] = { FILE_NAME_CUT, FILE_NAME_LOST };

	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		struct made made = made_begin(RECORD_FILE_DELETE, FILE_DELETED);

		made.file.known = marks[i];
		ADD(&made, FILE_FOLDER, "tmp\0");
		assert_value(collector_take(*state, made_done(&made)),
			     FIELD_TARGET_FILENAME_CUT, "true");
	}
}

static void damaged_records_make_no_event_and_are_counted(void **state)
{
	struct collector_counters counters;
	struct made whole = made_begin(RECORD_FILE_DELETE, FILE_DELETED);
	struct made made;
	struct text record;

	ADD(&whole, FILE_FOLDER, "tmp\0");
	made = whole;
	assert_non_null(collector_take(*state, made_done(&made)));
	made.file.text_size[FILE_NAME] = 1;
	assert_null(collector_take(*state, made_done(&made)));
	made.file.text_size[FILE_NAME] = ~0u;
	assert_null(collector_take(*state, made_done(&made)));
	made = whole;
	made.file.text_size[FILE_FOLDER] = RECORD_PATH_SIZE + 1;
	assert_null(collector_take(*state, made_done(&made)));
	made = whole;
	made.file.action = 0;
	assert_null(collector_take(*state, made_done(&made)));
	made.file.action = FILE_ACTIONS;
	assert_null(collector_take(*state, made_done(&made)));
	made = whole;
	record = made_done(&made);
	record.size = sizeof(struct record);
	memcpy(made.record, &(uint32_t){ sizeof(struct record) }, sizeof(uint32_t));
	assert_null(collector_take(*state, record));
	collector_counters(*state, &counters);
	assert_int_equal(counters.malformed, 6);
	assert_int_equal(counters.events[RECORD_FILE_DELETE], 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_that_was_written_says_what_became_of_it),
		TEST(a_name_as_typed_is_found_from_its_folder),
		TEST(a_rename_and_a_link_say_from_where),
		TEST(modes_and_owners_are_told_as_far_as_they_are_known),
		TEST(a_path_that_is_not_whole_says_so),
		TEST(damaged_records_make_no_event_and_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
