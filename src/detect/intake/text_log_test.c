// SPDX-License-Identifier: Apache-2.0
// Lines of text logs become events, the same as of the JSON that they are written as.
#include "detect/intake/text_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/moment.h"
#include "detect/intake/service.h"
#include "detect/intake/testing_intake.h"

static const char *const names[] = {
	"Image",     "CommandLine", "TargetFilename",
	"Initiated", "type",        "a0",
	"a1",        "name",        "cwd",
	"exe",       "UID",         "SYSCALL",
	"laddr",     "lport",       "message",
	"program",   "hostname",    "pid",
	"facility",  "USER",        "COMMAND",
	"SUDO_USER", "key",         "cs-method",
	"cs-host",   "cs-uri-stem", "cs-uri-query",
	"sc-status", "c-ip",        "cs-user-agent",
	"EventID",   "Channel",     "Computer",
	"TTY",
};

static const struct pack pack = { .names = names,
				  .count = sizeof(names) / sizeof(names[0]) };

struct fixture {
	struct intake *intake;
	struct text_log *log;
	struct json_stream *json;
	struct event event;
	struct why why;
	struct testing_stream stream;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	*state = f;
	return f ? intake_create(&pack, NULL, &f->intake) ||
			       text_log_create(f->intake, &f->log) ||
			       json_stream_create(&f->json)
		 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	text_log_free(f->log);
	json_stream_free(f->json);
	intake_free(f->intake);
	free(f);
	return 0;
}

static void start(struct fixture *f, const char *text)
{
	f->stream = testing_stream_of(text_of(text));
	text_log_start(f->log, testing_stream_read, &f->stream,
		       INT64_C(1721433600000000000));
}

/* The next event, or what is said of a bad line. */
static int next(struct fixture *f)
{
	return text_log_next(f->log, &f->event, &f->why);
}

static enum intake_shape take_json(struct fixture *f, const char *json)
{
	return testing_take(f->intake, f->json, json, &f->event);
}

static void assert_field(const struct fixture *f, const char *name, const char *expected)
{
	testing_field_is(&pack, &f->event, name, expected);
}

static void assert_source(const struct fixture *f, const char *source, uint32_t id)
{
	if (!text_is(f->event.source, text_of(source)))
		fail_msg("the source is %.*s", (int)f->event.source.size,
			 f->event.source.at);
	assert_int_equal(f->event.id, id);
}

/* What the event is as JSON gives the same event again. */
static void assert_twin(struct fixture *f, const char *source, uint32_t id)
{
	AUTO(buffer) struct buffer json;

	assert_source(f, source, id);
	buffer_init(&json, 1 << 20);
	text_log_json(f->log, &json);
	buffer_char(&json, 0);
	(void)take_json(f, json.at);
	assert_source(f, source, id);
}

static void a_line_has_its_program_s_source(void **state)
{
	struct fixture *f = *state;

	start(f, "<86>Jul 19 04:09:00 web1 sshd[77]: hello\n"
		 "Jul 19 04:09:00 web1 (cron)[1]: x\n"
		 "<86>Jul 19 04:09:00 web1 thing: x\n"
		 "Jul 19 04:09:00 web1 thing: x\n"
		 "2024/07/19 04:09:00 [error] 7#0: x\n");
	for (unsigned twin = 0; twin < 2; twin++) {
		if (!twin)
			assert_int_equal(next(f), TEXT_LOG_EVENT);
		assert_field(f, "program", "sshd");
		assert_field(f, "hostname", "web1");
		assert_field(f, "pid", "77");
		assert_field(f, "facility", "10");
		assert_field(f, "message", "hello");
		assert_true(text_is(intake_host(f->intake), TEXT("web1")));
		assert_int_equal(f->event.time_ns, INT64_C(1721362140000000000));
		if (!twin)
			assert_twin(f, "linux:sshd", EVENT_ID_NONE);
	}
	start(f, "Jul 19 04:09:00 web1 (CRON)[1]: x\n"
		 "<86>Jul 19 04:09:00 web1 thing: x\n"
		 "Jul 19 04:09:00 web1 thing: x\n"
		 "2024/07/19 04:09:00 [error] 7#0: x\n");
	assert_int_equal(next(f), TEXT_LOG_EVENT);
	assert_source(f, "linux:cron", EVENT_ID_NONE);
	assert_int_equal(next(f), TEXT_LOG_EVENT);
	assert_source(f, "linux:auth", EVENT_ID_NONE);
	assert_int_equal(next(f), TEXT_LOG_EVENT);
	assert_source(f, "linux:syslog", EVENT_ID_NONE);
	assert_int_equal(next(f), TEXT_LOG_EVENT);
	assert_source(f, "web:nginx", EVENT_ID_NONE);
	assert_int_equal(text_log_line(f->log), 4);
	assert_int_equal(next(f), TEXT_LOG_END);
}

static void sudo_s_message_has_fields(void **state)
{
	struct fixture *f = *state;

	start(f, "Jul 19 04:09:00 h sudo:  alice : 3 incorrect attempts ; TTY=pts/0 ; "
		 "USER=#-1 ; COMMAND=/bin/sh ; USER=x\n");
	assert_int_equal(next(f), TEXT_LOG_EVENT);
	for (unsigned twin = 0; twin < 2; twin++) {
		assert_field(f, "SUDO_USER", "alice");
		assert_field(f, "TTY", "pts/0");
		assert_field(f, "USER", "#-1");
		assert_field(f, "COMMAND", "/bin/sh ; USER=x");
		if (!twin)
			assert_twin(f, "linux:sudo", EVENT_ID_NONE);
	}
}

static void a_request_has_what_was_asked_for_and_the_query(void **state)
{
	struct fixture *f = *state;

	start(f,
	      "192.0.2.1 - - [19/Jul/2024:04:09:00 +0000] \"GET /a?b=c HTTP/1.1\" 200 5 "
	      "\"-\" \"curl\"\n");
	assert_int_equal(next(f), TEXT_LOG_EVENT);
	assert_int_equal(text_log_shape(f->log), SHAPE_WEB);
	for (unsigned twin = 0; twin < 2; twin++) {
		assert_field(f, "cs-method", "GET");
		assert_field(f, "cs-uri-stem", "/a");
		assert_field(f, "cs-uri-query", "/a?b=c|b=c");
		assert_field(f, "sc-status", "200");
		assert_field(f, "c-ip", "192.0.2.1");
		assert_field(f, "cs-user-agent", "curl");
		if (!twin)
			assert_twin(f, "web:webserver", EVENT_ID_NONE);
	}
}

#define S                  "msg=audit(1721362140.500:7): "
#define CALL(number, more) "type=SYSCALL " S "arch=c000003e syscall=" number " " more "\n"

static void an_execve_that_succeeded_is_a_process_start(void **state)
{
	struct fixture *f = *state;

	start(f,
	      "node=h " CALL(
		      "59",
		      "success=yes a0=55 uid=0 exe=\"/bin/ls\"") "node=h type=EXECVE " S
								 "argc=2 a0=\"ls\" "
								 "a1=2F612062\n"
								 "node=h type=CWD " S
								 "cwd=\"/root\"\n");
	assert_int_equal(next(f), TEXT_LOG_EVENT);
	for (unsigned twin = 0; twin < 2; twin++) {
		assert_field(f, "type", "SYSCALL|EXECVE|CWD");
		assert_field(f, "a0", "ls");
		assert_field(f, "a1", "/a b");
		assert_field(f, "CommandLine", "ls /a b");
		assert_field(f, "cwd", "/root");
		assert_field(f, "SYSCALL", "execve");
		assert_field(f, "UID", "root");
		assert_true(text_is(intake_host(f->intake), TEXT("h")));
		assert_int_equal(f->event.time_ns, INT64_C(1721362140500000000));
		if (!twin)
			assert_twin(f, "linux:auditd", 1);
	}
	start(f, CALL("59", "success=no a0=55") "type=EXECVE " S "argc=1 a0=\"ls\"\n");
	assert_int_equal(next(f), TEXT_LOG_EVENT);
	assert_source(f, "linux:auditd", EVENT_ID_NONE);
	assert_field(f, "CommandLine", "");
}

/* What comes of a call with a PATH record. */
static void path_gives(struct fixture *f, const char *call, const char *name,
		       const char *type, uint32_t id, const char *expected)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
		       "%stype=CWD " S "cwd=\"/c\"\ntype=PATH " S
		       "item=0 name=\"/c\" nametype=PARENT\ntype=PATH " S
		       "item=1 name=%s nametype=%s\n",
		       call, name, type);
	start(f, text);
	assert_int_equal(next(f), TEXT_LOG_EVENT);
	assert_source(f, "linux:auditd", id);
	assert_field(f, "TargetFilename", expected);
	assert_twin(f, "linux:auditd", id);
	assert_field(f, "TargetFilename", expected);
}

static void files_are_told_only_where_their_paths_are_certain(void **state)
{
	struct fixture *f = *state;
	const char *open_here = CALL("257", "success=yes a0=ffffff9c");
	const char *open_there = CALL("257", "success=yes a0=5");
	const char *rename_here = CALL("264", "success=yes a0=5 a2=ffffff9c");

	path_gives(f, open_here, "\"x\"", "CREATE", 11, "/c/x");
	path_gives(f, open_here, "\"././x\"", "CREATE", 11, "/c/x");
	path_gives(f, open_here, "\"/d/x\"", "CREATE", 11, "/d/x");
	path_gives(f, open_here, "2F642F6120", "CREATE", 11, "/d/a ");
	path_gives(f, open_there, "\"x\"", "CREATE", EVENT_ID_NONE, "");
	path_gives(f, open_there, "\"/d/x\"", "CREATE", 11, "/d/x");
	path_gives(f, rename_here, "\"x\"", "CREATE", 11, "/c/x");
	path_gives(f, open_here, "\"x\"", "NORMAL", EVENT_ID_NONE, "");
	path_gives(f, open_here, "(null)", "CREATE", EVENT_ID_NONE, "");
	path_gives(f, CALL("257", "success=no a0=ffffff9c"), "\"x\"", "CREATE",
		   EVENT_ID_NONE, "");
	path_gives(f, CALL("83", "success=yes"), "\"x\"", "CREATE", EVENT_ID_NONE, "");
	path_gives(f, CALL("87", "success=yes"), "\"x\"", "DELETE", 23, "/c/x");
	path_gives(f, CALL("263", "success=yes a0=5"), "\"x\"", "DELETE", EVENT_ID_NONE,
		   "");
	path_gives(f, CALL("82", "success=yes"), "\"x\"", "DELETE", EVENT_ID_NONE, "");
}

static void a_connection_is_one_that_is_made_or_under_way(void **state)
{
	struct fixture *f = *state;
	const char *address = "type=SOCKADDR " S "saddr=0200115CC0000242\n";
	char text[512];

	(void)snprintf(text, sizeof(text), "%s%s", CALL("42", "success=no exit=-115"),
		       address);
	start(f, text);
	assert_int_equal(next(f), TEXT_LOG_EVENT);
	assert_field(f, "laddr", "192.0.2.66");
	assert_field(f, "lport", "4444");
	assert_field(f, "Initiated", "true");
	assert_twin(f, "linux:auditd", 3);
	assert_field(f, "Initiated", "true");
	(void)snprintf(text, sizeof(text), "%s%s", CALL("42", "success=no exit=-111"),
		       address);
	start(f, text);
	assert_int_equal(next(f), TEXT_LOG_EVENT);
	assert_source(f, "linux:auditd", EVENT_ID_NONE);
}

#define XML                                                                              \
	"<Event><System><EventID>1</EventID><Channel>Linux-Sysmon/Operational</Channel>" \
	"<TimeCreated SystemTime=\\\"2024-07-19T04:09:00.5Z\\\"/><Computer>c</Computer>" \
	"</System><EventData><Data "                                                     \
	"Name=\\\"Image\\\">/bin/a&amp;b</Data></EventData></Event>"

static void sysmon_s_event_in_a_message_is_that_event(void **state)
{
	struct fixture *f = *state;

	start(f, "Jul 19 04:09:00 h sysmon: <Event><System><EventID>1</EventID><Channel>"
		 "Linux-Sysmon/Operational</Channel><Computer>c</Computer></System>"
		 "<EventData><Data "
		 "Name=\"Image\">/bin/a&amp;b</Data></EventData></Event>\n");
	assert_int_equal(next(f), TEXT_LOG_EVENT);
	assert_field(f, "Image", "/bin/a&b");
	assert_int_equal(f->event.time_ns, INT64_C(1721362140000000000));
	assert_int_equal(f->event.whole.size, 0);
	assert_twin(f, "linux:linux-sysmon/operational", 1);
	assert_field(f, "Image", "/bin/a&b");

	assert_int_equal(take_json(f, "{\"__REALTIME_TIMESTAMP\":\"1\",\"MESSAGE\":\"" XML
				      "\",\"_HOSTNAME\":\"h\"}"),
			 SHAPE_WINDOWS_NESTED);
	assert_source(f, "linux:linux-sysmon/operational", 1);
	assert_field(f, "Image", "/bin/a&b");
	assert_field(f, "message", "");
	assert_int_equal(f->event.whole.size, 0);
	assert_int_equal(f->event.time_ns, INT64_C(1721362140500000000));
	assert_true(text_is(intake_host(f->intake), TEXT("c")));
}

static void the_journal_s_bytes_are_text(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(take_json(f, "{\"__REALTIME_TIMESTAMP\":\"1721362140500000\","
				      "\"MESSAGE\":[97,10,255],\"SYSLOG_IDENTIFIER\":"
				      "\"sshd\",\"X\":[1,256]}"),
			 SHAPE_JOURNAL);
	assert_source(f, "linux:sshd", EVENT_ID_NONE);
	assert_field(f, "message", "a\n\377");
	assert_int_equal(f->event.whole.size, 0);
}

static void the_bytes_of_an_event_hold_all_its_values_or_none_are_given(void **state)
{
	struct fixture *f = *state;

	start(f, "Jul 19 04:09:00 h a: x\n\tgoes on\n<13>Jul 19 04:09:00 h a: x\n");
	assert_int_equal(next(f), TEXT_LOG_EVENT);
	assert_true(text_is(f->event.whole, TEXT("Jul 19 04:09:00 h a: x")));
	assert_int_equal(next(f), TEXT_LOG_EVENT);
	assert_field(f, "message", "goes on");
	assert_field(f, "program", "a");
	assert_int_equal(f->event.whole.size, 0);
	assert_int_equal(next(f), TEXT_LOG_EVENT);
	assert_int_equal(f->event.whole.size, 0);
}

static void a_bad_line_is_named_and_the_next_one_read(void **state)
{
	struct fixture *f = *state;

	start(f, "\xef\xbb\xbfJul 19 04:09:00 h a: x\nwhat\n\n-- Boot 1 --\n"
		 "type=X msg=audit(1\nJul 19 04:09:01 h a: y\n");
	assert_int_equal(next(f), TEXT_LOG_EVENT);
	assert_int_equal(next(f), TEXT_LOG_BAD);
	assert_int_equal(f->why.line, 2);
	assert_int_equal(next(f), TEXT_LOG_BAD);
	assert_int_equal(f->why.line, 5);
	assert_non_null(strstr(f->why.reason, "audit record"));
	assert_int_equal(next(f), TEXT_LOG_EVENT);
	assert_field(f, "message", "y");
	assert_int_equal(text_log_line(f->log), 6);
	assert_int_equal(next(f), TEXT_LOG_END);
}

static void what_is_a_text_log_is_told_by_half_of_its_lines(void **state)
{
	(void)state;
	assert_true(text_log_tell(TEXT("Jul 19 04:09:00 h a: x\nwhat\n"), true));
	assert_false(text_log_tell(TEXT("Jul 19 04:09:00 h a: x\nwhat\never\n"), true));
	/* What is cut off may be anything. */
	assert_true(text_log_tell(TEXT("Jul 19 04:09:00 h a: x\nwhat\never"), false));
	assert_true(text_log_tell(TEXT("type=A msg=audit(1.5:1): a=b"), false));
	assert_false(text_log_tell(TEXT("2024-07-19 04:09:00 INFO x\n"), true));
	assert_false(text_log_tell(TEXT(""), true));
}

static void every_service_is_found_whatever_its_dress(void **state)
{
	static const char *const dresses[][2] = {
		{ "anacron", "linux:cron" },
		{ "vsftpd", "linux:vsftpd" },
		{ "/usr/sbin/cron", "linux:cron" },
		{ "CRON", "linux:cron" },
		{ "(crond)", "linux:cron" },
		{ "sshd(pam_unix)", "linux:sshd" },
		{ "gdm-password]", "linux:auth" },
		{ "guacd", "linux:guacamole" },
		{ "httpd", "web:apache" },
		{ "", "linux:syslog" },
		{ "/", "linux:syslog" },
		{ "a-name-that-is-much-too-long-for-any", "linux:syslog" },
	};
	struct service_cache cache = { 0 };

	(void)state;
	for (unsigned again = 0; again < 2; again++)
		for (size_t i = 0; i < sizeof(dresses) / sizeof(dresses[0]); i++) {
			struct text source = service_source(
				&cache, text_of(dresses[i][0]), (struct text){ 0 });

			if (!text_is(source, text_of(dresses[i][1])))
				fail_msg("%s: %.*s", dresses[i][0], (int)source.size,
					 source.at);
		}
	assert_true(text_is(service_source(&cache, TEXT("x"), TEXT("4")),
			    TEXT("linux:auth")));
	assert_true(text_is(service_source(&cache, TEXT("x"), TEXT("9")),
			    TEXT("linux:cron")));
	assert_true(text_is(service_source(&cache, TEXT("sshd"), TEXT("9")),
			    TEXT("linux:sshd")));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_line_has_its_program_s_source),
		TEST(sudo_s_message_has_fields),
		TEST(a_request_has_what_was_asked_for_and_the_query),
		TEST(an_execve_that_succeeded_is_a_process_start),
		TEST(files_are_told_only_where_their_paths_are_certain),
		TEST(a_connection_is_one_that_is_made_or_under_way),
		TEST(sysmon_s_event_in_a_message_is_that_event),
		TEST(the_journal_s_bytes_are_text),
		TEST(the_bytes_of_an_event_hold_all_its_values_or_none_are_given),
		TEST(a_bad_line_is_named_and_the_next_one_read),
		TEST(what_is_a_text_log_is_told_by_half_of_its_lines),
		TEST(every_service_is_found_whatever_its_dress),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
