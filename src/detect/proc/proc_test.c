// SPDX-License-Identifier: Apache-2.0
// A record says what /proc says of a process, whatever its name; what is missing is marked.
#include "detect/proc/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

#define PID 4321

/* A /proc of our own, with one process in it. */
struct fake {
	char root[32];
	struct proc proc;
};

static void put(const struct fake *fake, const char *name, const char *content)
{
	char path[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/proc/%u/%s", fake->root, PID, name);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(content, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void point(const struct fake *fake, const char *name, const char *to)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/proc/%u/%s", fake->root, PID, name);
	assert_int_equal(symlink(to, path), 0);
}

static int begin(void **state)
{
	struct fake *fake = calloc(1, sizeof(*fake));
	char path[64];

	assert_non_null(fake);
	(void)snprintf(fake->root, sizeof(fake->root), "/tmp/windhover-proc-XXXXXX");
	assert_non_null(mkdtemp(fake->root));
	(void)snprintf(path, sizeof(path), "%s/proc", fake->root);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/proc/%u", fake->root, PID);
	assert_int_equal(mkdir(path, 0700), 0);
	*state = fake;
	return proc_open(fake->root, &fake->proc);
}

static int end(void **state)
{
	static const char *const names[] = { "stat",   "status", "cmdline", "loginuid",
					     "cgroup", "exe",    "cwd",     "" };
	struct fake *fake = *state;
	char path[128];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		(void)snprintf(path, sizeof(path), "%s/proc/%u/%s", fake->root, PID,
			       names[i]);
		(void)remove(path);
	}
	(void)snprintf(path, sizeof(path), "%s/proc", fake->root);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(rmdir(fake->root), 0);
	proc_done(&fake->proc);
	free(fake);
	return 0;
}

#define REST " 34816 -1 4194560 1 0 0 0 1 2 0 0 20 0 3 0 777 1 2\n"

static void a_name_that_looks_like_numbers_changes_nothing(void **state)
{
	struct fake *fake = *state;
	struct record head;
	struct proc_facts facts;

	put(fake, "stat", "4321 (a) Z 1 2 3\n)) S 12 13 14" REST);
	put(fake, "status", "Name:\ta\nUid:\t5\t6\t7\t8\nGid:\t9\t10\t11\t12\n");
	assert_int_equal(proc_head(&fake->proc, PID, &head, &facts), 0);
	assert_int_equal(head.pid, PID);
	assert_int_equal(head.parent_pid, 12);
	assert_int_equal(head.start_ns, 777 * proc_tick_ns());
	assert_true(head.flags & RECORD_COARSE_START);
	assert_int_equal(head.uid, 5);
	assert_int_equal(head.euid, 6);
	assert_int_equal(head.gid, 9);
	assert_int_equal(head.egid, 10);
	assert_int_equal(facts.threads, 3);
	assert_false(facts.has_ended);
}

static void all_that_can_be_read_is_in_the_record(void **state)
{
	struct fake *fake = *state;
	AUTO(buffer) struct buffer out;
	struct record_exec exec;

	put(fake, "stat", "4321 (sh) S 12 13 14" REST);
	put(fake, "cmdline",
	    "sh -c x"); /* without a NUL: /proc gives what the process has */
	put(fake, "loginuid", "1000");
	put(fake, "cgroup", "1:name=systemd:/other\n0::/user.slice/one\n");
	point(fake, "exe", "/memfd:x (deleted)");
	point(fake, "cwd", "/a/bc (deleted)");
	buffer_init(&out, 1 << 20);
	assert_int_equal(proc_add(&fake->proc, PID, RECORD_EXEC, &out), 0);
	memcpy(&exec, out.at, sizeof(exec));
	assert_int_equal(exec.head.size, out.size);
	assert_int_equal(exec.head.kind, RECORD_EXEC);
	assert_int_equal(exec.session, 14);
	assert_int_equal(exec.login_uid, 1000);
	assert_int_equal(exec.head.flags, RECORD_COARSE_START | RECORD_IMAGE_DELETED |
						  RECORD_IMAGE_IN_MEMORY);
	assert_memory_equal(out.at + sizeof(exec),
			    "sh -c x"
			    "memfd:x\0"
			    "bc\0a\0"
			    "one\0user.slice\0"
			    "pts0",
			    out.size - sizeof(exec));
}

static void what_can_not_be_read_is_marked(void **state)
{
	struct fake *fake = *state;
	AUTO(buffer) struct buffer out;
	struct record_exec exec;

	put(fake, "stat", "4321 (sh) S 12 13 14" REST);
	buffer_init(&out, 1 << 20);
	assert_int_equal(proc_add(&fake->proc, PID, RECORD_EXEC, &out), 0);
	memcpy(&exec, out.at, sizeof(exec));
	assert_int_equal(exec.head.flags, RECORD_COARSE_START | RECORD_IMAGE_CUT |
						  RECORD_ARGUMENTS_LOST |
						  RECORD_DIRECTORY_CUT);
	assert_int_equal(exec.login_uid, ~0u);
}

static void arguments_without_end_are_cut_and_marked(void **state)
{
	struct fake *fake = *state;
	AUTO(buffer) struct buffer out;
	static char many[RECORD_ARGUMENTS_SIZE + 100];
	struct record_exec exec;

	memset(many, 'x', sizeof(many) - 1);
	put(fake, "stat", "4321 (sh) S 12 13 14" REST);
	put(fake, "cmdline", many);
	buffer_init(&out, 1 << 20);
	assert_int_equal(proc_add(&fake->proc, PID, RECORD_EXEC, &out), 0);
	memcpy(&exec, out.at, sizeof(exec));
	assert_int_equal(exec.text_size[RECORD_ARGUMENTS], RECORD_ARGUMENTS_SIZE);
	assert_true(exec.head.flags & RECORD_ARGUMENTS_CUT);
}

static void a_record_that_does_not_fit_leaves_nothing(void **state)
{
	struct fake *fake = *state;
	AUTO(buffer) struct buffer out;

	put(fake, "stat", "4321 (sh) S 12 13 14" REST);
	put(fake, "cmdline", "one");
	buffer_init(&out, sizeof(struct record_exec) + 5);
	buffer_string(&out, "abc");
	assert_int_equal(proc_add(&fake->proc, PID, RECORD_EXEC, &out), -ENOMEM);
	assert_int_equal(out.size, 3);
}

static void garbage_in_place_of_numbers_is_refused(void **state)
{
	static const char *const stats[] = { "", "4321", "4321 (", "4321 (sh) S",
					     "4321 (sh) S 12 13 14 34816 -1" };
	struct fake *fake = *state;
	struct record head;
	struct proc_facts facts;

	for (size_t i = 0; i < sizeof(stats) / sizeof(*stats); i++) {
		put(fake, "stat", stats[i]);
		assert_int_equal(proc_head(&fake->proc, PID, &head, &facts), -EINVAL);
	}
}

static void who_has_ended_says_so_and_who_is_gone_is_gone(void **state)
{
	struct record head;
	struct proc_facts facts;
	struct proc proc;
	siginfo_t ended;
	pid_t child = fork();

	(void)state;
	if (child == 0)
		_exit(0);
	assert_int_equal(waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT), 0);
	assert_int_equal(proc_open("", &proc), 0);
	assert_int_equal(proc_head(&proc, (uint32_t)child, &head, &facts), 0);
	assert_true(facts.has_ended);
	assert_int_equal(head.parent_pid, getpid());
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(proc_head(&proc, (uint32_t)child, &head, &facts), -ESRCH);
	proc_done(&proc);
}

#define WITH_FAKE(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FAKE(a_name_that_looks_like_numbers_changes_nothing),
		WITH_FAKE(all_that_can_be_read_is_in_the_record),
		WITH_FAKE(what_can_not_be_read_is_marked),
		WITH_FAKE(arguments_without_end_are_cut_and_marked),
		WITH_FAKE(a_record_that_does_not_fit_leaves_nothing),
		WITH_FAKE(garbage_in_place_of_numbers_is_refused),
		cmocka_unit_test(who_has_ended_says_so_and_who_is_gone_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
