// SPDX-License-Identifier: Apache-2.0
// What the jail forbids does not happen, and what it allows does.
#include "base/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <cmocka.h>

/* Run ${inside} in a child; returns its status as wait(2) gives it. */
static int in_child(int (*inside)(void))
{
	pid_t child = fork();
	int status = -1;

	assert_true(child >= 0);
	if (child == 0)
		_exit(inside());
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static int enter(enum jail_calls which)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return -errno;
	return jail_calls(which);
}

static int try_all(void)
{
	char name[] = "/bin/true";
	char *arguments[] = { name, NULL };
	char byte;
	int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	if (zero < 0 || enter(JAIL_STARTING))
		return 1;
	if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 || errno != EPERM)
		return 2;
	if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM)
		return 3;
	if (execv(name, arguments) == 0 || errno != EPERM)
		return 4;
	if (fork() >= 0 || errno != EPERM)
		return 5;
	if (read(zero, &byte, 1) != 1)
		return 6;
	if (mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
		    MAP_FAILED ||
	    errno != EPERM)
		return 7;
	if (mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
		return 8;
	return 0;
}

static void nothing_is_opened_started_or_connected_and_no_code_is_made(void **state)
{
	(void)state;
	assert_int_equal(in_child(try_all), 0);
}

static int try_memory(void)
{
	if (enter(JAIL_STARTING) || jail_calls(JAIL_RUNNING))
		return 1;
	if (mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) !=
		    MAP_FAILED ||
	    errno != ENOMEM)
		return 2;
	return 0;
}

static void a_running_process_gets_no_memory(void **state)
{
	(void)state;
	if (jail_is_sanitized()) {
		print_message("skipped: a sanitizer needs memory at any time\n");
		skip();
	}
	assert_int_equal(in_child(try_memory), 0);
}

static int try_looking(void)
{
	char name[] = "/bin/true";
	char *arguments[] = { name, NULL };
	char target[64];
	pid_t parent = getppid();

	if (enter(JAIL_LOOKING))
		return 1;
	if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) < 0)
		return 2;
	if (open("/dev/null", O_WRONLY | O_CLOEXEC) >= 0 || errno != EPERM)
		return 3;
	if (open("/tmp/windhover-jail", O_RDONLY | O_CREAT | O_CLOEXEC, 0600) >= 0 ||
	    errno != EPERM)
		return 4;
	if (readlinkat(AT_FDCWD, "/proc/self/exe", target, sizeof(target)) <= 0)
		return 5;
	if (kill(getpid(), 0) < 0)
		return 6;
	if (kill(parent, SIGKILL) == 0 || errno != EPERM)
		return 7;
	if (execv(name, arguments) == 0 || errno != EPERM)
		return 8;
	if (socket(AF_INET, SOCK_STREAM, 0) >= 0 || errno != EPERM)
		return 9;
	return 0;
}

static void who_may_look_changes_nothing_and_harms_nobody(void **state)
{
	(void)state;
	assert_int_equal(in_child(try_looking), 0);
}

static int call_unlisted(void)
{
	if (enter(JAIL_STARTING))
		return 1;
	(void)syscall(SYS_chroot, "/");
	return 2;
}

static void a_call_that_is_on_no_list_ends_the_process(void **state)
{
	int status = in_child(call_unlisted);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}

#if defined(__x86_64__)
static int call_by_another_number(void)
{
	if (enter(JAIL_STARTING))
		return 1;
	(void)syscall(SYS_getpid | 0x40000000); /* x32 */
	return 2;
}

static void a_call_of_another_architecture_ends_the_process(void **state)
{
	int status = in_child(call_by_another_number);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGSYS);
}
#endif

static int lock_files(void)
{
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		return 1;
	if (jail_files() == -EOPNOTSUPP)
		return 77;
	if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 || errno != EACCES)
		return 2;
	return 0;
}

static void without_system_call_filters_files_are_closed_too(void **state)
{
	int status = in_child(lock_files);

	(void)state;
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
		print_message("skipped: this kernel has no Landlock\n");
		skip();
	}
	assert_int_equal(status, 0);
}

static int become_nobody(void)
{
	if (jail_become(64057, 64057))
		return 1;
	if (getuid() != 64057 || getegid() != 64057)
		return 2;
	if (setuid(0) == 0 || prctl(PR_CAPBSET_READ, 21, 0, 0, 0) != 0)
		return 3;
	return open("/etc/shadow", O_RDONLY | O_CLOEXEC) >= 0 ? 4 : 0;
}

static void root_becomes_another_for_good(void **state)
{
	(void)state;
	if (geteuid() != 0) {
		print_message("skipped: needs root\n");
		skip();
	}
	assert_int_equal(in_child(become_nobody), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			nothing_is_opened_started_or_connected_and_no_code_is_made),
		cmocka_unit_test(a_running_process_gets_no_memory),
		cmocka_unit_test(who_may_look_changes_nothing_and_harms_nobody),
		cmocka_unit_test(a_call_that_is_on_no_list_ends_the_process),
#if defined(__x86_64__)
		cmocka_unit_test(a_call_of_another_architecture_ends_the_process),
#endif
		cmocka_unit_test(without_system_call_filters_files_are_closed_too),
		cmocka_unit_test(root_becomes_another_for_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
