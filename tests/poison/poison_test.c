// SPDX-License-Identifier: Apache-2.0
// The test hook does what it says: or nothing that it shows would be shown.
#include "../../programs/poison.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "base/jail.h"

#define MEMORY_SIZE (64u << 20)

#if defined(__SANITIZE_ADDRESS__) || defined(__has_feature)
/* A crash is to be a crash, as in the jailed programs. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "handle_segv=0:handle_abort=0:allow_user_segv_handler=1";
}
#endif

/* How a process ends that does so; 0: it went on. */
static int end_of(enum poison poison)
{
	const struct rlimit memory = { MEMORY_SIZE, MEMORY_SIZE }, none = { 0, 0 };
	const struct rlimit cpu = { 1, 1 };
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0) {
		(void)setrlimit(RLIMIT_CORE, &none);
		(void)setrlimit(RLIMIT_CPU, &cpu);
		if (poison == POISON_MEMORY && !jail_is_sanitized())
			(void)setrlimit(RLIMIT_AS, &memory);
		for (int number = SIGHUP; number < SIGRTMIN; number++)
			(void)signal(number, SIG_DFL);
		poison_act(poison);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status);
}

static void a_crash_crashes(void **state)
{
	(void)state;
	assert_int_equal(end_of(POISON_CRASH), SIGSEGV);
}

static void a_hang_ends_only_when_its_time_is_over(void **state)
{
	int end = end_of(POISON_HANG);

	(void)state;
	assert_true(end == SIGXCPU || end == SIGKILL);
}

static void without_a_jail_the_escape_works_and_is_told(void **state)
{
	(void)state;
	assert_int_equal(end_of(POISON_ESCAPE), SIGABRT);
}

static void burning_and_nothing_go_on(void **state)
{
	(void)state;
	assert_int_equal(end_of(POISON_BURN), 0);
	assert_int_equal(end_of(POISON_NONE), 0);
}

static void a_memory_bomb_ends_where_memory_does(void **state)
{
	(void)state;
	assert_int_equal(end_of(POISON_MEMORY), SIGSEGV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crash_crashes),
		cmocka_unit_test(a_hang_ends_only_when_its_time_is_over),
		cmocka_unit_test(without_a_jail_the_escape_works_and_is_told),
		cmocka_unit_test(burning_and_nothing_go_on),
		cmocka_unit_test(a_memory_bomb_ends_where_memory_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
