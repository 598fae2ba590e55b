// SPDX-License-Identifier: Apache-2.0
// Lines of text logs in all their dialects give the same parts; the samples are made up.
#include "format/syslog.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/moment.h"
#include "format/access_log.h"
#include "format/lines.h"
#include "format/testing_stream.h"

/* 2024-07-20T00:00:00Z: when the samples were last written to. */
#define WRITTEN INT64_C(1721433600000000000)

static struct syslog_line line;

static bool read_at(const char *text, int64_t written_ns)
{
	struct stamp_clock clock = { .reference_ns = written_ns };

	return syslog_read(text_of(text), &clock, &line);
}

static void text_is_now(struct text text, const char *expected)
{
	char shown[512];

	(void)snprintf(shown, sizeof(shown), "%.*s", (int)text.size,
		       text.size ? text.at : "");
	assert_string_equal(shown, expected);
}

static void time_is(int64_t time_ns, const char *expected)
{
	char time[MOMENT_SIZE];

	moment_format(time_ns, time);
	assert_string_equal(time, expected);
}

/* The line has time, host, program[pid] and message. */
static void gives(const char *text, const char *time, const char *host,
		  const char *program, const char *pid, const char *message)
{
	if (!read_at(text, WRITTEN))
		fail_msg("is not read: %s", text);
	if (time)
		time_is(line.time_ns, time);
	else
		assert_int_equal(line.time_ns, 0);
	text_is_now(line.host, host);
	text_is_now(line.program, program);
	text_is_now(line.pid, pid);
	text_is_now(line.message, message);
}

#define NOON "2024-07-19T12:00:00.000000Z"

static void a_line_as_rfc_3164_has_it(void **state)
{
	(void)state;
	gives("<34>Jul 19 12:00:00 web1 su[7]: 'su root' failed", NOON, "web1", "su", "7",
	      "'su root' failed");
	assert_int_equal(line.facility, 4);
	assert_int_equal(line.severity, 2);
	gives("Jul 19 12:00:00 web1 sshd[77]: hello", NOON, "web1", "sshd", "77",
	      "hello");
	assert_int_equal(line.facility, SYSLOG_NONE);
	gives("Jul  9 12:00:00 web1 kernel: [ 1.0] x", "2024-07-09T12:00:00.000000Z",
	      "web1", "kernel", "", "[ 1.0] x");
	gives("Jul 19 12:00:00.250 web1 sudo:    a : b", "2024-07-19T12:00:00.250000Z",
	      "web1", "sudo", "", "a : b");
}

static void the_variations_that_daemons_make_of_it(void **state)
{
	(void)state;
	/* no host */
	gives("<13>Jul 19 12:00:00 cron[5]: x", NOON, "", "cron", "5", "x");
	gives("<13>su: x", NULL, "", "su", "", "x");
	/* no tag */
	gives("Jul 19 12:00:00 web1 last message repeated 2 times", NOON, "web1", "", "",
	      "last message repeated 2 times");
	/* BusyBox */
	gives("Jul 19 12:00:00 box auth.info dropbear[9]: x", NOON, "box", "dropbear",
	      "9", "x");
	assert_int_equal(line.facility, 4);
	assert_int_equal(line.severity, 6);
	/* names with everything in them */
	gives("Jul 19 12:00:00 h (systemd)[1]: x", NOON, "h", "(systemd)", "1", "x");
	gives("Jul 19 12:00:00 h postfix/smtpd[1]: x: y", NOON, "h", "postfix/smtpd", "1",
	      "x: y");
	gives("Jul 19 12:00:00 h gdm-password][1]: x", NOON, "h", "gdm-password]", "1",
	      "x");
	gives("Jul 19 12:00:00 h sshd(pam_unix)[1]: x", NOON, "h", "sshd(pam_unix)", "1",
	      "x");
	gives("Jul 19 12:00:00 2001:db8::1 a[1]: x", NOON, "2001:db8::1", "a", "1", "x");
	/* routers */
	gives("<189>*Jul 19 2024 12:00:00.123: %SYS-5-CONFIG_I: x",
	      "2024-07-19T12:00:00.123000Z", "", "%SYS-5-CONFIG_I", "", "x");
	/* ISO 8601, as rsyslog and journalctl have it */
	gives("2024-07-19T14:00:00.000000+02:00 web1 a[1]: x", NOON, "web1", "a", "1",
	      "x");
	gives("2024-07-19T14:00:00+0200 web1 a[1]: x", NOON, "web1", "a", "1", "x");
	gives("Fri 2024-07-19 12:00:00 UTC web1 a[1]: x", NOON, "web1", "a", "1", "x");
	gives("1721390400.000000 web1 a[1]: x", NOON, "web1", "a", "1", "x");
}

static void a_line_as_rfc_5424_has_it(void **state)
{
	(void)state;
	gives("<165>1 2024-07-19T12:00:00Z h app 77 ID47 [a@1 k=\"\\\"]\"][b@1] "
	      "\xef\xbb\xbfx y",
	      NOON, "h", "app", "77", "x y");
	text_is_now(line.message_id, "ID47");
	text_is_now(line.structured, "[a@1 k=\"\\\"]\"][b@1]");
	assert_int_equal(line.facility, 20);
	gives("<0>1 - - - - - -", NULL, "", "", "", "");
	assert_false(read_at("<34>1 2024-07-19T12:00:00Z h app 77 ID47 [never", WRITTEN));
	assert_false(read_at("<34>1 yesterday h app 77 ID47 - x", WRITTEN));
}

static void what_is_no_such_line_is_refused(void **state)
{
	static const char *const others[] = {
		"",
		"hello",
		"Jul 19",
		"Jul 32 12:00:00 h a: x",
		"Jul 19 25:00:00 h a: x",
		"Feb 30 12:00:00 h a: x",
		"Jul 19 12:00:00",
		"Jul 19 12:00:00x h a: x",
		"<192>Jul 19 12:00:00 h a: x",
		"2024-07-19 12:00:00 INFO something happened",
		"2024-07-19,1,2,3,4,5,6,7,8",
		"2024-07-19 12:00:00 UTC [77] LOG:  checkpoint starting",
		"2024/07/19 12:00:00 [error] 7#0: *1 x",
		"Fri Jul 19 12:00:00 2024 -> /a: X FOUND",
		"{\"a\": 1}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (read_at(others[i], WRITTEN))
			fail_msg("is read: %s", others[i]);
}

static void a_year_that_is_not_written_is_the_last_that_fits(void **state)
{
	(void)state;
	assert_true(read_at("Dec 31 23:59:59 h a: x", WRITTEN));
	time_is(line.time_ns, "2023-12-31T23:59:59.000000Z");
	assert_true(read_at("Jan  1 00:00:00 h a: x", WRITTEN));
	time_is(line.time_ns, "2024-01-01T00:00:00.000000Z");
	/* A clock of another zone may be up to a day ahead. */
	assert_true(read_at("Jul 20 12:00:00 h a: x", WRITTEN));
	time_is(line.time_ns, "2024-07-20T12:00:00.000000Z");
	assert_true(read_at("Jul 22 12:00:00 h a: x", WRITTEN));
	time_is(line.time_ns, "2023-07-22T12:00:00.000000Z");
	/* 2023 has no such day, nor does 2022. */
	assert_true(read_at("Feb 29 12:00:00 h a: x", INT64_C(1690000000000000000)));
	time_is(line.time_ns, "2020-02-29T12:00:00.000000Z");
}

static void the_clock_remembers_a_day_and_no_other(void **state)
{
	struct stamp_clock clock = { .reference_ns = WRITTEN };

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		assert_true(syslog_read(TEXT("Jul 19 01:00:00 h a: x"), &clock, &line));
		time_is(line.time_ns, "2024-07-19T01:00:00.000000Z");
		assert_true(syslog_read(TEXT("Jul  1 01:00:00 h a: x"), &clock, &line));
		time_is(line.time_ns, "2024-07-01T01:00:00.000000Z");
		assert_true(
			syslog_read(TEXT("2023-07-19T01:00:00Z h a: x"), &clock, &line));
		time_is(line.time_ns, "2023-07-19T01:00:00.000000Z");
	}
}

static void the_logs_that_servers_write_themselves(void **state)
{
	struct stamp_clock clock = { .reference_ns = WRITTEN };

	(void)state;
	assert_true(syslog_read_vsftpd(
		TEXT("Fri Jul 19 12:00:00 2024 [pid 7] [alice] OK LOGIN: x"), &clock,
		&line));
	time_is(line.time_ns, NOON);
	text_is_now(line.program, "vsftpd");
	text_is_now(line.pid, "7");
	text_is_now(line.message, "[alice] OK LOGIN: x");
	assert_false(syslog_read_vsftpd(TEXT("Fri Jul 19 12:00:00 2024 [pid x"), &clock,
					&line));

	assert_true(syslog_read_clamav(TEXT("Fri Jul 19 12:00:00 2024 -> /a: X FOUND"),
				       &clock, &line));
	time_is(line.time_ns, NOON);
	text_is_now(line.message, "/a: X FOUND");
	assert_true(syslog_read_clamav(TEXT("/a b: X FOUND"), &clock, &line));
	assert_int_equal(line.time_ns, 0);
	assert_false(syslog_read_clamav(TEXT("/a b: X"), &clock, &line));

	assert_true(syslog_read_nginx(TEXT("2024/07/19 12:00:00 [error] 7#0: *1 x"),
				      &clock, &line));
	time_is(line.time_ns, NOON);
	text_is_now(line.program, "nginx");
	text_is_now(line.pid, "7");
	text_is_now(line.message, "[error] 7#0: *1 x");

	assert_true(syslog_read_apache(
		TEXT("[Fri Jul 19 12:00:00.5 2024] [core:error] [pid 7:tid 8] x"), &clock,
		&line));
	time_is(line.time_ns, "2024-07-19T12:00:00.500000Z");
	text_is_now(line.program, "apache2");
	text_is_now(line.pid, "7");
	text_is_now(line.message, "[core:error] [pid 7:tid 8] x");
	assert_false(syslog_read_apache(TEXT("[Fri Jul 19 12:00:00 2024 [core] xxxxx"),
					&clock, &line));
}

static void a_request_of_a_web_server(void **state)
{
	struct stamp_clock clock = { .reference_ns = WRITTEN };
	struct access_line access;

	(void)state;
	assert_true(access_read(
		TEXT("h:443 192.0.2.1 - alice [19/Jul/2024:14:00:00 +0200] "
		     "\"GET /a?b=\\\"c\\\" d HTTP/1.1\" 200 5 \"-\" \"x y\" z"),
		&clock, &access));
	time_is(access.time_ns, NOON);
	text_is_now(access.server, "h:443");
	text_is_now(access.client, "192.0.2.1");
	text_is_now(access.user, "alice");
	text_is_now(access.method, "GET");
	text_is_now(access.target, "/a?b=\\\"c\\\" d");
	text_is_now(access.path, "/a");
	text_is_now(access.query, "b=\\\"c\\\" d");
	text_is_now(access.version, "HTTP/1.1");
	text_is_now(access.status, "200");
	text_is_now(access.size, "5");
	text_is_now(access.referer, "");
	text_is_now(access.agent, "x y");
	assert_true(access_read(TEXT("::1 - - [19/Jul/2024:12:00:00 +0000] \"-\" 408 -"),
				&clock, &access));
	text_is_now(access.method, "");
	text_is_now(access.size, "");
	assert_true(access_read(
		TEXT("::1 - - [19/Jul/2024:12:00:00 +0000] \"\\x16\\x03\\\\\" 400 0"),
		&clock, &access));
	text_is_now(access.request, "\\x16\\x03\\\\");
}

static void what_is_no_request_is_refused(void **state)
{
	static const char *const others[] = {
		"",
		"::1 - - [19/Jul/2024:12:00:00 +0000]",
		"::1 - - [19/Jul/2024:12:00:00 +0000] GET / 200 5",
		"::1 - - [19/Jul/2024:12:00:00 +0000] \"GET / 200 5",
		"::1 - - [19/Jul/2024:12:00:00 +0000] \"GET /\\\" 200 5",
		"::1 - - [19/Jul/2024:12:00:00 +0000] \"GET /\" 2000 5",
		"::1 - - [19/Jul/2024:12:00:00 +0000] \"GET /\" 200 x",
		"::1 - - [31/Jun/2024:12:00:00 +0000] \"GET /\" 200 5",
		"::1 - - [19/Jul/2024:12:00:00 +2] \"GET /\" 200 5",
		"::1 - [19/Jul/2024:12:00:00 +0000] \"GET /\" 200 5",
		"a b c d e [19/Jul/2024:12:00:00 +0000] \"GET /\" 200 5",
	};
	struct stamp_clock clock = { .reference_ns = WRITTEN };
	struct access_line access;

	(void)state;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (access_read(text_of(others[i]), &clock, &access))
			fail_msg("is read: %s", others[i]);
}

static void lines_end_where_they_end_however_they_come(void **state)
{
	static const char text[] = "one\n\r\n\ntwo\r\nthree";

	(void)state;
	for (size_t step = 1; step < sizeof(text); step++) {
		struct testing_stream source = { text, sizeof(text) - 1, step };
		struct lines lines = { 0 };

		lines_start(&lines, testing_stream_read, &source);
		assert_int_equal(lines_next(&lines), LINES_LINE);
		text_is_now(lines.line, "one");
		assert_int_equal(lines.number, 1);
		assert_int_equal(lines_next(&lines), LINES_LINE);
		text_is_now(lines.line, "two");
		assert_int_equal(lines.number, 4);
		assert_int_equal(lines.offset, 7);
		assert_int_equal(lines_next(&lines), LINES_LINE);
		text_is_now(lines.line, "three");
		assert_int_equal(lines.offset, 12);
		assert_int_equal(lines_next(&lines), LINES_END);
		lines_done(&lines);
	}
}

static void a_line_beyond_the_limit_costs_only_itself(void **state)
{
	size_t size = WINDOW_SIZE_MAX + 100;
	char *text = malloc(size + 6);
	struct testing_stream source = { text, size + 6, SIZE_MAX };
	struct lines lines = { 0 };

	(void)state;
	assert_non_null(text);
	memset(text, 'x', size);
	memcpy(text + size, "\nnext\n", 6);
	lines_start(&lines, testing_stream_read, &source);
	assert_int_equal(lines_next(&lines), LINES_LONG);
	assert_int_equal(lines.number, 1);
	assert_int_equal(lines_next(&lines), LINES_LINE);
	text_is_now(lines.line, "next");
	assert_int_equal(lines.number, 2);
	assert_int_equal(lines.offset, size + 1);
	lines_done(&lines);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_as_rfc_3164_has_it),
		cmocka_unit_test(the_variations_that_daemons_make_of_it),
		cmocka_unit_test(a_line_as_rfc_5424_has_it),
		cmocka_unit_test(what_is_no_such_line_is_refused),
		cmocka_unit_test(a_year_that_is_not_written_is_the_last_that_fits),
		cmocka_unit_test(the_clock_remembers_a_day_and_no_other),
		cmocka_unit_test(the_logs_that_servers_write_themselves),
		cmocka_unit_test(a_request_of_a_web_server),
		cmocka_unit_test(what_is_no_request_is_refused),
		cmocka_unit_test(lines_end_where_they_end_however_they_come),
		cmocka_unit_test(a_line_beyond_the_limit_costs_only_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
