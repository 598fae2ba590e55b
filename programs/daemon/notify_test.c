// SPDX-License-Identifier: Apache-2.0
// What the service manager hears of us.
#include "notify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)

/* A manager's socket with an abstract name, which is left in the environment. */
static int listen_abstract(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	char name[64];
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int size =
		snprintf(name, sizeof(name), "@windhover-notify-test-%d", (int)getpid());

	assert_true(fd >= 0);
	memcpy(address.sun_path + 1, name + 1, (size_t)size - 1);
	assert_int_equal(
		bind(fd, (const struct sockaddr *)&address,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + (size_t)size)),
		0);
	assert_int_equal(setenv("NOTIFY_SOCKET", name, 1), 0);
	return fd;
}

static const char *heard(int manager)
{
	static char text[512];
	ssize_t got = recv(manager, text, sizeof(text) - 1, 0);

	text[got < 0 ? 0 : got] = '\0';
	return text;
}

static int forget(void **state)
{
	(void)state;
	(void)unsetenv("NOTIFY_SOCKET");
	(void)unsetenv("WATCHDOG_USEC");
	(void)unsetenv("WATCHDOG_PID");
	return 0;
}

static void without_a_manager_nothing_is_told_and_nothing_fails(void **state)
{
	const char *nobody[] = { "", "relative", "/nowhere/at/all",
				 "@windhover-nobody-there" };
	struct notify notify;

	(void)state;
	notify_init(&notify);
	assert_int_equal(notify.socket, -1);
	for (size_t i = 0; i < sizeof(nobody) / sizeof(nobody[0]); i++) {
		assert_int_equal(setenv("NOTIFY_SOCKET", nobody[i], 1), 0);
		notify_init(&notify);
		assert_int_equal(notify.socket, -1);
		notify_ready(&notify, "up");
		notify_alive(&notify, SECOND);
		notify_done(&notify);
	}
}

static void the_manager_hears_that_we_are_up_how_we_are_and_that_we_end(void **state)
{
	AUTO(close) int manager = listen_abstract();
	struct notify notify;

	(void)state;
	notify_init(&notify);
	notify_ready(&notify, "three programs attached");
	assert_string_equal(heard(manager), "READY=1");
	assert_string_equal(heard(manager), "STATUS=three programs attached");
	notify_stopping(&notify);
	assert_string_equal(heard(manager), "STOPPING=1");
	notify_done(&notify);
}

static void a_status_stays_one_line_and_short(void **state)
{
	AUTO(close) int manager = listen_abstract();
	char lengthy[600];
	struct notify notify;

	(void)state;
	memset(lengthy, 'x', sizeof(lengthy) - 1);
	lengthy[sizeof(lengthy) - 1] = '\0';
	notify_init(&notify);
	notify_status(&notify, "one\nREADY=1");
	assert_string_equal(heard(manager), "STATUS=one");
	notify_status(&notify, lengthy);
	assert_int_equal(strlen(heard(manager)), 207);
	notify_done(&notify);
}

static void a_sign_of_life_is_given_four_times_in_a_deadline(void **state)
{
	AUTO(close) int manager = listen_abstract();
	struct notify notify;
	int signs = 0;

	(void)state;
	assert_int_equal(setenv("WATCHDOG_USEC", "8000000", 1), 0);
	notify_init(&notify);
	for (int64_t now = 100 * SECOND; now < 108 * SECOND; now += SECOND / 4) {
		notify_alive(&notify, now);
		signs += strcmp(heard(manager), "WATCHDOG=1") == 0;
	}
	assert_int_equal(signs, 4);
	notify_done(&notify);
}

static void a_deadline_for_another_process_or_none_is_none_for_us(void **state)
{
	AUTO(close) int manager = listen_abstract();
	const char *deadlines[] = { "0", "-5", "never", "9223372036854775807" };
	struct notify notify;

	(void)state;
	for (size_t i = 0; i < sizeof(deadlines) / sizeof(deadlines[0]); i++) {
		assert_int_equal(setenv("WATCHDOG_USEC", deadlines[i], 1), 0);
		notify_init(&notify);
		notify_alive(&notify, 100 * SECOND);
		assert_string_equal(heard(manager), "");
		notify_done(&notify);
	}
	assert_int_equal(setenv("WATCHDOG_USEC", "8000000", 1), 0);
	assert_int_equal(setenv("WATCHDOG_PID", "1", 1), 0);
	notify_init(&notify);
	notify_alive(&notify, 100 * SECOND);
	assert_string_equal(heard(manager), "");
	notify_done(&notify);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(
			without_a_manager_nothing_is_told_and_nothing_fails, forget),
		cmocka_unit_test_teardown(
			the_manager_hears_that_we_are_up_how_we_are_and_that_we_end,
			forget),
		cmocka_unit_test_teardown(a_status_stays_one_line_and_short, forget),
		cmocka_unit_test_teardown(
			a_sign_of_life_is_given_four_times_in_a_deadline, forget),
		cmocka_unit_test_teardown(
			a_deadline_for_another_process_or_none_is_none_for_us, forget),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
