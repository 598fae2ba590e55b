// SPDX-License-Identifier: Apache-2.0
// Records become whole events, and broken ones become nothing but a count.
#include "detect/collector/collector.h"

#include "base/buffer.h"
#include "base/moment.h"
#include "detect/collector/record_read.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* A record under construction. */
struct made {
	struct record_exec exec;
	struct buffer bytes;
};

static void made_text(struct made *made, enum record_text which, const void *bytes,
		      size_t size)
{
	made->exec.text_size[which] = (uint32_t)size;
	buffer_add(&made->bytes, bytes, size);
}

static struct text made_done(struct made *made)
{
	made->exec.head.size = (uint32_t)made->bytes.size;
	memcpy(made->bytes.at, &made->exec, sizeof(made->exec));
	return buffer_view(&made->bytes);
}

static struct made made_begin(enum record_kind kind, uint32_t pid, uint64_t start_ns)
{
	struct made made = { .exec = { .login_uid = ~0u,
				       .head = { .kind = (uint16_t)kind,
						 .pid = pid,
						 .start_ns = start_ns,
						 .time_ns = start_ns } } };

	buffer_init(&made.bytes, 1 << 20);
	buffer_add(&made.bytes, &made.exec, sizeof(made.exec));
	return made;
}

static struct text head_of(struct record *head, enum record_kind kind, uint32_t pid,
			   uint64_t start_ns, uint32_t parent, uint64_t parent_start_ns)
{
	*head = (struct record){ .size = sizeof(*head),
				 .kind = (uint16_t)kind,
				 .pid = pid,
				 .start_ns = start_ns,
				 .parent_pid = parent,
				 .parent_start_ns = parent_start_ns };
	return (struct text){ .at = (const char *)head, .size = sizeof(*head) };
}

static struct text value(const struct sensed *sensed, enum field field, unsigned number)
{
	for (uint32_t i = 0; i < sensed->event.count; i++)
		if (sensed->fields[i] == field && number-- == 0)
			return event_text(&sensed->event, &sensed->event.values[i]);
	return (struct text){ 0 };
}

static void assert_value(const struct sensed *sensed, enum field field, unsigned number,
			 const char *expected)
{
	struct text is = value(sensed, field, number);

	assert_non_null(sensed);
	if (!text_is(is, text_of(expected)))
		fail_msg("%s[%u] is '%.*s', expected '%s'", field_info(field)->sigma.at,
			 number, (int)is.size, is.at ? is.at : "", expected);
}

static void add_name(struct buffer *census, enum record_kind kind, uint32_t number,
		     const char *name)
{
	struct record head = { .kind = (uint16_t)kind, .uid = number };

	head.size = (uint32_t)(sizeof(head) + strlen(name));
	buffer_add(census, &head, sizeof(head));
	buffer_string(census, name);
}

/* init (1), which runs /sbin/init, and its child sshd (50), seen by the census. */
static struct text census_of(struct buffer *census)
{
	struct made init = made_begin(RECORD_CENSUS, 1, 0);
	struct made sshd = made_begin(RECORD_CENSUS, 50, 20000000);

	buffer_init(census, 1 << 20);
	add_name(census, RECORD_HOST, 0, "0123abcd-ef\nkestrel");
	add_name(census, RECORD_USER, 0, "root");
	add_name(census, RECORD_USER, 1000, "ada");
	add_name(census, RECORD_USER, 1000, "ada-too");
	add_name(census, RECORD_GROUP, 5, "tty");
	made_text(&init, RECORD_ARGUMENTS, "/sbin/init\0", 11);
	made_text(&init, RECORD_IMAGE, "init\0sbin\0", 10);
	buffer_text(census, made_done(&init));
	sshd.exec.head.parent_pid = 1;
	made_text(&sshd, RECORD_ARGUMENTS, "sshd: ada\0", 10);
	made_text(&sshd, RECORD_IMAGE, "sshd\0sbin\0usr\0", 14);
	buffer_text(census, made_done(&sshd));
	buffer_done(&init.bytes);
	buffer_done(&sshd.bytes);
	return buffer_view(census);
}

struct fixture {
	struct buffer census;
	struct collector *collector;
};

static int begin(void **state)
{
	const struct process_table_limits limits = { .processes = 64,
						     .text_size = 65536 };
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	return collector_create(&limits, census_of(&f->census), &f->collector);
}

static int end(void **state)
{
	struct fixture *f = *state;

	collector_free(f->collector);
	buffer_done(&f->census);
	free(f);
	return 0;
}

static void an_exec_brings_everything_about_itself_and_its_ancestors(void **state)
{
	struct fixture *f = *state;
	struct record head;
	struct made made = made_begin(RECORD_EXEC, 70, 30000001);
	static const char args[] = "cat\0/etc/a b\0\0w\xc3\xb6rld";
	static const char id[] =
		"docker-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef."
		"scope";
	const struct sensed *sensed;

	(void)collector_take(f->collector,
			     head_of(&head, RECORD_FORK, 70, 30000001, 50, 21234567));
	collector_clock(f->collector, 1000000000);
	made.exec.head.parent_pid = 1; /* adopted since */
	made.exec.head.uid = 1000;
	made.exec.head.gid = 5;
	made.exec.login_uid = 1000;
	made.exec.session = 51;
	made_text(&made, RECORD_ARGUMENTS, args, sizeof(args));
	made_text(&made, RECORD_TYPED, "./cat", 5);
	made_text(&made, RECORD_IMAGE, "cat\0bin\0usr\0", 12);
	made_text(&made, RECORD_DIRECTORY, "", 0);
	made_text(&made, RECORD_CGROUP, id, sizeof(id));
	made_text(&made, RECORD_TERMINAL, "pts7", 4);
	sensed = collector_take(f->collector, made_done(&made));
	assert_non_null(sensed);
	assert_true(text_is(sensed->event.source, TEXT("linux:process_creation")));
	assert_int_equal(sensed->event.time_ns, 1030000001);
	assert_value(sensed, FIELD_EVENT_ACTION, 0, "exec");
	assert_value(sensed, FIELD_COMPUTER, 0, "kestrel");
	assert_value(sensed, FIELD_PROCESS_GUID, 0, "0123abcd-0000000001c9c381-00000046");
	assert_value(sensed, FIELD_IMAGE, 0, "/usr/bin/cat");
	assert_value(sensed, FIELD_PROCESS_NAME, 0, "cat");
	assert_value(sensed, FIELD_ORIGINAL_IMAGE, 0, "./cat");
	assert_value(sensed, FIELD_COMMAND_LINE, 0, "cat /etc/a b  w\xc3\xb6rld");
	assert_value(sensed, FIELD_ARGUMENTS, 1, "/etc/a b");
	assert_value(sensed, FIELD_ARGUMENTS, 2, "");
	assert_value(sensed, FIELD_ARGUMENTS, 3, "w\xc3\xb6rld");
	assert_value(sensed, FIELD_CURRENT_DIRECTORY, 0, "/");
	assert_value(sensed, FIELD_USER, 0, "ada");
	assert_value(sensed, FIELD_USER_ID, 0, "1000");
	assert_value(sensed, FIELD_EFFECTIVE_USER, 0, "root");
	assert_value(sensed, FIELD_GROUP, 0, "tty");
	assert_value(sensed, FIELD_LOGIN_USER, 0, "ada");
	assert_value(sensed, FIELD_SESSION_ID, 0, "51");
	assert_value(sensed, FIELD_TERMINAL, 0, "pts/7");
	assert_value(sensed, FIELD_CONTAINER_ID, 0,
		     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef");
	/* Its starter, by the exact start that the fork brought, not who adopted it. */
	assert_value(sensed, FIELD_PARENT_PROCESS_ID, 0, "50");
	assert_value(sensed, FIELD_PARENT_PROCESS_GUID, 0,
		     "0123abcd-0000000001440387-00000032");
	assert_value(sensed, FIELD_PARENT_IMAGE, 0, "/usr/sbin/sshd");
	assert_value(sensed, FIELD_PARENT_COMMAND_LINE, 0, "sshd: ada");
	assert_value(sensed, FIELD_GRANDPARENT_IMAGE, 0, "/sbin/init");
	assert_value(sensed, FIELD_ANCESTORS, 0, "/usr/sbin/sshd");
	assert_value(sensed, FIELD_ANCESTORS, 1, "/sbin/init");
	assert_value(sensed, FIELD_ANCESTOR_IDS, 1, "1");
	buffer_done(&made.bytes);
}

static void every_event_of_a_container_has_its_id_however_short_it_lives(void **state)
{
	static const char id[] =
		"fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210";
	struct fixture *f = *state;
	struct made made = made_begin(RECORD_EXEC, 70, 31);
	struct record head;

	made_text(&made, RECORD_CGROUP, id, sizeof(id));
	(void)collector_take(f->collector, made_done(&made));
	assert_value(
		collector_take(f->collector, head_of(&head, RECORD_FORK, 71, 32, 70, 31)),
		FIELD_CONTAINER_ID, 0, id);
	assert_value(collector_take(f->collector,
				    head_of(&head, RECORD_EXIT, 70, 31, 50, 21234567)),
		     FIELD_CONTAINER_ID, 0, id);
	assert_value(
		collector_take(f->collector, head_of(&head, RECORD_EXIT, 71, 32, 70, 31)),
		FIELD_CONTAINER_ID, 0, id);
	assert_value(collector_take(f->collector,
				    head_of(&head, RECORD_EXIT, 50, 21234567, 1, 7)),
		     FIELD_CONTAINER_ID, 0, "");
	buffer_done(&made.bytes);
}

static void a_loss_is_an_event_that_names_its_class(void **state)
{
	struct fixture *f = *state;
	const struct sensed *sensed =
		collector_loss(f->collector, RECORD_CLASS_FILE, 12, 1000000000);

	assert_true(text_is(sensed->event.source, TEXT("linux:sensor")));
	assert_value(sensed, FIELD_EVENT_ACTION, 0, "events-lost");
	assert_value(sensed, FIELD_LOST_EVENTS, 0, "12");
	assert_value(sensed, FIELD_HEALTH, 0, "file");
	assert_value(sensed, FIELD_COMPUTER, 0, "kestrel");
	assert_value(sensed, FIELD_PROCESS_ID, 0, "");
}

static void an_exit_tells_the_code_or_the_signal_of_what_ran(void **state)
{
	struct fixture *f = *state;
	const struct sensed *sensed;
	struct record head;

	(void)collector_take(f->collector,
			     head_of(&head, RECORD_FORK, 70, 30000001, 1, 7));
	(void)head_of(&head, RECORD_EXIT, 70, 30000001, 1, 7);
	head.exit_status = 3 << 8;
	sensed = collector_take(f->collector,
				(struct text){ (char *)&head, sizeof(head) });
	assert_true(text_is(sensed->event.source, TEXT("linux:process_termination")));
	assert_value(sensed, FIELD_EXIT_CODE, 0, "3");
	assert_value(sensed, FIELD_EXIT_SIGNAL, 0, "");
	assert_value(sensed, FIELD_IMAGE, 0, "/sbin/init");
	assert_null(collector_take(f->collector,
				   (struct text){ (char *)&head, sizeof(head) }));
	(void)head_of(&head, RECORD_EXIT, 50, 21234567, 1, 7);
	head.exit_status = 9 | 0x80;
	sensed = collector_take(f->collector,
				(struct text){ (char *)&head, sizeof(head) });
	assert_value(sensed, FIELD_EXIT_SIGNAL, 0, "9");
	assert_value(sensed, FIELD_EXIT_CODE, 0, "");
}

static void what_was_cut_deleted_or_never_on_disk_says_so(void **state)
{
	struct fixture *f = *state;
	struct made made = made_begin(RECORD_EXEC, 70, 30000001);
	const struct sensed *sensed;

	made.exec.head.flags = RECORD_IMAGE_CUT | RECORD_IMAGE_DELETED |
			       RECORD_IMAGE_IN_MEMORY | RECORD_ARGUMENTS_CUT;
	made_text(&made, RECORD_IMAGE, "memfd:x\0", 8);
	sensed = collector_take(f->collector, made_done(&made));
	assert_value(sensed, FIELD_IMAGE, 0, "/memfd:x");
	assert_value(sensed, FIELD_IMAGE_CUT, 0, "true");
	assert_value(sensed, FIELD_IMAGE_DELETED, 0, "true");
	assert_value(sensed, FIELD_IMAGE_IN_MEMORY, 0, "true");
	assert_value(sensed, FIELD_COMMAND_LINE_CUT, 0, "true");
	buffer_done(&made.bytes);
	made = made_begin(RECORD_EXEC, 71, 30000002);
	made_text(&made, RECORD_IMAGE, "x\0", 2);
	sensed = collector_take(f->collector, made_done(&made));
	assert_value(sensed, FIELD_IMAGE_DELETED, 0, "");
	assert_value(sensed, FIELD_COMMAND_LINE_CUT, 0, "");
	buffer_done(&made.bytes);
}

static void more_arguments_than_an_event_holds_leave_room_for_ancestors(void **state)
{
	struct fixture *f = *state;
	struct made made = made_begin(RECORD_EXEC, 70, 30000001);
	static char many[RECORD_ARGUMENTS_SIZE]; /* 8,192 of "a" */
	struct collector_counters counters;
	const struct sensed *sensed;

	for (size_t i = 0; i < sizeof(many); i += 2)
		many[i] = 'a';
	made.exec.head.parent_pid = 50;
	made.exec.head.parent_start_ns = 21234567;
	made_text(&made, RECORD_ARGUMENTS, many, sizeof(many));
	sensed = collector_take(f->collector, made_done(&made));
	assert_int_equal(value(sensed, FIELD_COMMAND_LINE, 0).size, sizeof(many) - 1);
	assert_value(sensed, FIELD_ANCESTORS, 1, "/sbin/init");
	collector_counters(f->collector, &counters);
	assert_int_equal(counters.values_dropped, 1);
	buffer_done(&made.bytes);
}

static void sizes_that_do_not_add_up_make_no_event(void **state)
{
	struct fixture *f = *state;
	struct made made = made_begin(RECORD_EXEC, 70, 30000001);
	struct collector_counters counters;
	struct record head;
	struct text record;

	made_text(&made, RECORD_ARGUMENTS, "cat\0x", 6);
	record = made_done(&made);
	for (size_t size = 0; size < record.size; size++)
		assert_null(collector_take(f->collector, text_part(record, 0, size)));
	made.exec.text_size[RECORD_IMAGE] = 0xfffffff0;
	assert_null(collector_take(f->collector, made_done(&made)));
	collector_counters(f->collector, &counters);
	assert_int_equal(counters.malformed, record.size + 1);
	assert_null(
		collector_take(f->collector, head_of(&head, RECORD_KINDS, 1, 1, 1, 1)));
	assert_null(
		collector_take(f->collector, head_of(&head, RECORD_USER, 1, 1, 1, 1)));
	collector_counters(f->collector, &counters);
	assert_int_equal(counters.unknown, 2);
	buffer_done(&made.bytes);
}

static void only_who_is_followed_is_followed(void **state)
{
	struct fixture *f = *state;
	struct record head;

	assert_false(collector_follow(f->collector, 4711));
	assert_true(collector_follow(f->collector, 50));
	(void)collector_take(f->collector,
			     head_of(&head, RECORD_FORK, 70, 31, 50, 21234567));
	assert_true(collector_followed(f->collector));
	(void)collector_take(f->collector, head_of(&head, RECORD_FORK, 71, 32, 1, 0));
	assert_false(collector_followed(f->collector));
}

static void a_skipped_kind_makes_no_event_but_is_known_and_counted(void **state)
{
	struct fixture *f = *state;
	struct collector_counters counters;
	struct record head;
	struct made made = made_begin(RECORD_EXEC, 70, 31);
	const struct sensed *sensed;

	collector_want(f->collector, ~RECORD_BIT(RECORD_FORK));
	assert_null(collector_take(f->collector,
				   head_of(&head, RECORD_FORK, 70, 31, 50, 21234567)));
	collector_counters(f->collector, &counters);
	assert_int_equal(counters.events[RECORD_FORK], 1);
	sensed = collector_take(f->collector, made_done(&made));
	assert_value(sensed, FIELD_PARENT_IMAGE, 0, "/usr/sbin/sshd");
	assert_true(collector_follow(f->collector, 70));
	assert_non_null(collector_take(f->collector,
				       head_of(&head, RECORD_FORK, 71, 32, 70, 31)));
	buffer_done(&made.bytes);
}

static void times_are_right_within_a_second_and_across_seconds(void **state)
{
	static const uint64_t times[] = { 5000001000, 5999999999, 5000000000, 6000000000,
					  5123456789, 4999999999, 0,          999999999 };
	struct fixture *f = *state;
	struct record head;
	char expected[MOMENT_SIZE];

	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		const struct sensed *sensed;

		(void)head_of(&head, RECORD_FORK, 100 + (uint32_t)i, 77, 1, 0);
		head.time_ns = times[i];
		collector_clock(f->collector, 1721362140000000000);
		sensed = collector_take(f->collector,
					(struct text){ (char *)&head, sizeof(head) });
		moment_format((int64_t)times[i] + 1721362140000000000, expected);
		assert_value(sensed, FIELD_UTC_TIME, 0, expected);
	}
}

static void components_in_reverse_are_a_path_and_a_cut_keeps_the_tail(void **state)
{
	char out[64];
	static const struct {
		const char *components;
		size_t size, room;
		const char *path;
	} cases[] = {
		{ "", 0, 64, "/" },
		{ "a\0", 2, 64, "/a" },
		{ "c\0b\0a\0", 6, 64, "/a/b/c" },
		{ "c\0b\0a", 5, 64, "/a/b/c" },
		{ "cat\0bin\0", 8, 6, "/b/cat" },
		{ "cat\0bin\0", 8, 1, "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t size =
			record_path((struct text){ cases[i].components, cases[i].size },
				    out, cases[i].room);

		assert_int_equal(size, strlen(cases[i].path));
		assert_memory_equal(out, cases[i].path, size);
	}
	assert_int_equal(record_path(TEXT("x"), out, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			an_exec_brings_everything_about_itself_and_its_ancestors, begin,
			end),
		cmocka_unit_test_setup_teardown(
			an_exit_tells_the_code_or_the_signal_of_what_ran, begin, end),
		cmocka_unit_test_setup_teardown(
			what_was_cut_deleted_or_never_on_disk_says_so, begin, end),
		cmocka_unit_test_setup_teardown(
			more_arguments_than_an_event_holds_leave_room_for_ancestors,
			begin, end),
		cmocka_unit_test_setup_teardown(sizes_that_do_not_add_up_make_no_event,
						begin, end),
		cmocka_unit_test_setup_teardown(
			every_event_of_a_container_has_its_id_however_short_it_lives,
			begin, end),
		cmocka_unit_test_setup_teardown(a_loss_is_an_event_that_names_its_class,
						begin, end),
		cmocka_unit_test_setup_teardown(only_who_is_followed_is_followed, begin,
						end),
		cmocka_unit_test_setup_teardown(
			a_skipped_kind_makes_no_event_but_is_known_and_counted, begin,
			end),
		cmocka_unit_test_setup_teardown(
			times_are_right_within_a_second_and_across_seconds, begin, end),
		cmocka_unit_test(
			components_in_reverse_are_a_path_and_a_cut_keeps_the_tail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
