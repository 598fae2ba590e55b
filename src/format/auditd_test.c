// SPDX-License-Identifier: Apache-2.0
// Audit records become events, whatever order they come in; the samples are made up.
#include "format/auditd_event.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buffer.h"

static int setup(void **state)
{
	struct auditd_events *events = NULL;
	int r = auditd_events_create(&events);

	*state = events;
	return r;
}

static int teardown(void **state)
{
	auditd_events_free(*state);
	return 0;
}

/* "1:2/TYPE a=b c='d'": line, serial's stamp, and what the records have. */
static void show(struct buffer *out, const struct auditd_event *event)
{
	buffer_format(out, "%s%u", out->size ? "; " : "", (unsigned)event->line);
	for (uint32_t r = 0; r < event->record_count; r++) {
		const struct auditd_record *record = &event->records[r];

		buffer_string(out, " ");
		buffer_text(out, record->type);
		for (uint32_t i = record->first; i < record->first + record->count; i++) {
			const struct auditd_field *field = &event->fields[i];

			assert_true(field->value.at == NULL ||
				    (field->value.at >= event->base.at &&
				     field->value.at + field->value.size <=
					     event->base.at + event->base.size));
			buffer_string(out, " ");
			buffer_text(out, field->name);
			buffer_string(out, "=");
			buffer_text(out, field->kind == AUDITD_NULL ? TEXT("<null>")
								    : field->value);
		}
	}
}

static void drain(struct auditd_events *events, bool at_end, struct buffer *out)
{
	const struct auditd_event *event;

	while ((event = auditd_events_next(events, at_end)))
		show(out, event);
}

static void feed(struct auditd_events *events, const char *line, uint64_t number,
		 struct buffer *out)
{
	struct auditd_head head;

	if (!auditd_head_read(text_of(line), &head))
		fail_msg("is no record: %s", line);
	assert_int_equal(auditd_events_add(events, text_of(line), &head, number, 0), 0);
	drain(events, false, out);
}

/* What comes of ${lines}, which end with NULL. */
static void gives(struct auditd_events *events, const char *const lines[],
		  const char *expected)
{
	AUTO(buffer) struct buffer out;

	buffer_init(&out, 1 << 20);
	for (unsigned i = 0; lines[i]; i++)
		feed(events, lines[i], i + 1, &out);
	drain(events, true, &out);
	buffer_char(&out, 0);
	assert_string_equal(out.at, expected);
}

#define S "msg=audit(1721361002.500:8001): "
#define T "msg=audit(1721361002.501:8002): "

static void a_record_s_beginning_is_read(void **state)
{
	struct auditd_head head;

	(void)state;
	assert_true(auditd_head_read(TEXT("node=h type=SYSCALL " S "a=b"), &head));
	assert_true(text_is(head.node, TEXT("h")));
	assert_true(text_is(head.type, TEXT("SYSCALL")));
	assert_true(text_is(head.stamp, TEXT("1721361002.500:8001")));
	assert_int_equal(head.time_ns, INT64_C(1721361002500000000));
	assert_int_equal(head.serial, 8001);
	assert_false(auditd_head_read(TEXT("type=SYSCALL msg=audit(1721361002.500:8001"),
				      &head));
	assert_false(auditd_head_read(TEXT("type=SYSCALL msg=audit(1721361002:8001): x"),
				      &head));
	assert_false(auditd_head_read(TEXT("type=SYSCALL msg=audit(.5:1): x"), &head));
	assert_false(auditd_head_read(TEXT("type= " S), &head));
	assert_false(auditd_head_read(TEXT("type=A"), &head));
	assert_false(auditd_head_read(TEXT(""), &head));
	assert_false(auditd_head_read(
		TEXT("type=A msg=audit(99999999999999999999.1:1): x"), &head));
}

static void records_between_one_another_are_joined_by_their_serial(void **state)
{
	static const char *const lines[] = { "type=SYSCALL " S "a=1",
					     "type=SYSCALL " T "a=2",
					     "type=CWD " S "cwd=\"/x\"",
					     "type=PATH " T "name=\"y\"",
					     "type=EOE " T,
					     "type=PROCTITLE " S "proctitle=\"z\"",
					     NULL };

	gives(*state, lines,
	      "2 SYSCALL a=2 PATH name=y; 1 SYSCALL a=1 CWD cwd=/x PROCTITLE "
	      "proctitle=z");
}

static void an_end_that_comes_behind_the_last_record_is_no_event(void **state)
{
	static const char *const lines[] = { "type=PROCTITLE " S "proctitle=\"z\"",
					     "type=EOE " S, NULL };

	gives(*state, lines, "1 PROCTITLE proctitle=z");
}

static void the_same_serial_of_another_host_or_time_is_another_event(void **state)
{
	static const char *const lines[] = { "node=a type=SYSCALL " S "a=1",
					     "node=b type=CWD " S "cwd=\"/b\"",
					     "node=a type=CWD " S "cwd=\"/a\"",
					     "type=CWD " S "cwd=\"/c\"", NULL };

	gives(*state, lines, "1 SYSCALL a=1 CWD cwd=/a; 2 CWD cwd=/b; 4 CWD cwd=/c");
}

static void messages_of_user_space_stand_alone(void **state)
{
	static const char *const lines[] = {
		"type=SYSCALL " S "a=1",
		"type=USER_CMD " T
		"pid=1 msg='cwd=\"/\" cmd=6C73202D6C exe=\"/bin/sudo\" "
		"res=success'\x1dUID=\"root\"",
		"type=CWD " S "cwd=\"/\"", NULL
	};

	gives(*state, lines,
	      "2 USER_CMD pid=1 cwd=/ cmd=ls -l exe=/bin/sudo res=success UID=root; "
	      "1 SYSCALL a=1 CWD cwd=/");
}

static void two_seconds_end_an_event_that_nobody_ended(void **state)
{
	static const char *const lines[] = {
		"type=SYSCALL " S "a=1", "type=SYSCALL msg=audit(1721361004.499:9): a=2",
		"type=SYSCALL msg=audit(1721361004.500:10): a=3",
		"type=CWD " S "cwd=\"/\"", NULL
	};

	gives(*state, lines, "1 SYSCALL a=1; 2 SYSCALL a=2; 3 SYSCALL a=3; 4 CWD cwd=/");
}

static void too_many_open_events_end_the_oldest(void **state)
{
	struct auditd_events *events = *state;
	AUTO(buffer) struct buffer out;
	char line[100];

	buffer_init(&out, 1 << 20);
	for (unsigned i = 0; i < AUDITD_OPEN_MAX; i++) {
		(void)snprintf(line, sizeof(line),
			       "type=SYSCALL msg=audit(5.000:%u): a=%u", i, i);
		feed(events, line, i, &out);
	}
	buffer_char(&out, 0);
	assert_string_equal(out.at, "0 SYSCALL a=0");
}

static void values_are_decoded_and_named(void **state)
{
	static const char *const lines[] = {
		"type=SYSCALL " S "arch=c000003e syscall=59 uid=0 a0=2F66 comm=6120 "
		"key=6101620A exe=\"/2F\" name=(null)",
		"type=SOCKADDR " S "saddr=0200115CC0000242",
		"type=SOCKADDR " S "saddr=0A000016000000002001"
		"0db8000000000000000000000007",
		"type=SOCKADDR " S "saddr=01002F72756E2F7800",
		"type=SOCKADDR " S
		"saddr=0200\x1dSADDR={ saddr_fam=inet laddr=1.2.3.4 lport=5 }",
		"type=UNKNOWN[1334] " S "x=y",
		"type=1327 " S "proctitle=6C73002D6C",
		NULL
	};

	gives(*state, lines,
	      "1 SYSCALL arch=c000003e syscall=59 uid=0 a0=2F66 comm=a  key=a key=b\n"
	      " exe=/2F name=<null> ARCH=x86_64 SYSCALL=execve UID=root"
	      " SOCKADDR saddr=0200115CC0000242 saddr_fam=inet laddr=192.0.2.66 "
	      "lport=4444"
	      " SOCKADDR saddr=0A00001600000000200"
	      "10db8000000000000000000000007"
	      " SOCKADDR saddr=01002F72756E2F7800 saddr_fam=local path=/run/x"
	      " SOCKADDR saddr=0200 saddr_fam=inet laddr=1.2.3.4 lport=5"
	      " BPF x=y PROCTITLE proctitle=ls -l");
}

static void arguments_in_pieces_are_joined(void **state)
{
	static const char *const lines[] = {
		"type=EXECVE " S "argc=3 a0=\"x\" a1_len=9 a1[0]=61622063 a1[1]=\"d\"",
		"type=EXECVE " S "a1[2]=2065 a2=6E", "type=EOE " S, NULL
	};

	gives(*state, lines, "1 EXECVE argc=3 a0=x a1_len=9 a1=ab cd e EXECVE a2=n");
}

static void words_without_a_name_are_kept_together(void **state)
{
	static const char *const lines[] = {
		"type=AVC " S "avc:  denied  { read } for  pid=9 comm=\"x\" = y",
		"type=EOE " S, NULL
	};

	gives(*state, lines, "1 AVC =avc:  denied  { read } for pid=9 comm=x == y");
}

static void an_event_beyond_the_limits_is_cut_and_says_so(void **state)
{
	struct auditd_events *events = *state;
	const struct auditd_event *event;
	struct text line = TEXT("type=PATH " S "name=\"x\"");
	struct auditd_head head;

	assert_true(auditd_head_read(line, &head));
	for (unsigned i = 0; i < AUDITD_RECORDS_MAX + 7; i++)
		assert_int_equal(auditd_events_add(events, line, &head, 1, 0), 0);
	event = auditd_events_next(events, true);
	assert_non_null(event);
	assert_int_equal(event->record_count, AUDITD_RECORDS_MAX);
	assert_int_equal(event->dropped, 7);
}

static void numbers_have_their_names(void **state)
{
	(void)state;
	assert_string_equal(auditd_syscall_name(TEXT("c00000b7"), TEXT("221")), "execve");
	assert_string_equal(auditd_syscall_name(TEXT("40000003"), TEXT("11")), "execve");
	assert_string_equal(auditd_syscall_name(TEXT("c000003e"), TEXT("0")), "read");
	assert_string_equal(auditd_syscall_name(TEXT("c000003e"), TEXT("319")),
			    "memfd_create");
	assert_null(auditd_syscall_name(TEXT("c000003e"), TEXT("9999")));
	assert_null(auditd_syscall_name(TEXT("c000003e"), TEXT("execve")));
	assert_null(auditd_syscall_name(TEXT("40000028"), TEXT("11")));
	assert_null(auditd_syscall_name(TEXT("c0000fff"), TEXT("11")));
	assert_string_equal(auditd_arch_name(TEXT("c000003e")), "x86_64");
	assert_int_equal(auditd_type_number(TEXT("UNKNOWN[1334]")), 1334);
	assert_int_equal(auditd_type_number(TEXT("EXECVE")), 1309);
	assert_int_equal(auditd_type_number(TEXT("NOTHING")), 0);
	assert_null(auditd_type_name(4));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_record_s_beginning_is_read),
		TEST(records_between_one_another_are_joined_by_their_serial),
		TEST(an_end_that_comes_behind_the_last_record_is_no_event),
		TEST(the_same_serial_of_another_host_or_time_is_another_event),
		TEST(messages_of_user_space_stand_alone),
		TEST(two_seconds_end_an_event_that_nobody_ended),
		TEST(too_many_open_events_end_the_oldest),
		TEST(values_are_decoded_and_named),
		TEST(arguments_in_pieces_are_joined),
		TEST(words_without_a_name_are_kept_together),
		TEST(an_event_beyond_the_limits_is_cut_and_says_so),
		TEST(numbers_have_their_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
