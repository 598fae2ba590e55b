// SPDX-License-Identifier: Apache-2.0
// Who started whom stays known, in fixed memory, and what is forgotten is counted.
#include "detect/collector/process_table.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct process_key key(uint32_t pid, uint64_t start_ns)
{
	return (struct process_key){ .pid = pid, .start_ns = start_ns };
}

static struct process_table *table_of(uint32_t processes, size_t text_size)
{
	struct process_table_limits limits = { .processes = processes,
					       .text_size = text_size };
	struct process_table *table = process_table_create(&limits);

	assert_non_null(table);
	return table;
}

static void assert_text(struct process_table *table, struct process_key who,
			enum process_text which, const char *expected)
{
	const struct process *process = process_table_find(table, who);
	char out[512];
	size_t size;

	assert_non_null(process);
	size = process_table_text(table, process, which, out, sizeof(out) - 1);
	out[size] = '\0';
	assert_string_equal(out, expected);
}

static void a_child_runs_its_parents_program_until_it_execs(void **state)
{
	struct process_table *table = table_of(8, 4096);
	struct process *parent, *child;

	(void)state;
	parent = process_table_add(table, key(10, 1001), key(1, 1));
	process_table_program(table, parent, TEXT("/bin/sh"), TEXT("sh -c x"), TEXT(""));
	parent->uid = 42;
	child = process_table_add(table, key(11, 2001), key(10, 1001));
	assert_int_equal(child->uid, 42);
	assert_text(table, key(11, 2001), PROCESS_IMAGE, "/bin/sh");
	process_table_program(table, child, TEXT("/bin/ls"), TEXT("ls"), TEXT(""));
	assert_text(table, key(11, 2001), PROCESS_IMAGE, "/bin/ls");
	assert_text(table, key(11, 2001), PROCESS_COMMAND_LINE, "ls");
	assert_text(table, key(10, 1001), PROCESS_COMMAND_LINE, "sh -c x");
	process_table_free(table);
}

static void a_pid_that_is_used_again_is_another_process(void **state)
{
	struct process_table *table = table_of(8, 4096);
	struct process *first, *second;

	(void)state;
	first = process_table_add(table, key(10, 1001), key(1, 1));
	process_table_program(table, first, TEXT("/bin/old"), TEXT("old"), TEXT(""));
	assert_true(process_table_end(table, first));
	second = process_table_add(table, key(10, 9001), key(1, 1));
	assert_ptr_not_equal(process_table_find(table, key(10, 1001)), second);
	assert_ptr_equal(process_table_find(table, key(10, 9001)), second);
	assert_text(table, key(10, 1001), PROCESS_IMAGE, "/bin/old");
	assert_text(table, key(10, 9001), PROCESS_IMAGE, "");
	assert_ptr_equal(process_table_living(table, 10), second);
	process_table_free(table);
}

static void a_start_that_proc_rounded_is_found_and_then_known_exactly(void **state)
{
	struct process_table *table = table_of(8, 4096);
	struct process *process = process_table_add(table, key(10, 50000000), key(0, 0));

	(void)state;
	assert_null(process_table_find(table, key(10, 60000001)));
	assert_null(process_table_find(table, key(11, 50000001)));
	assert_ptr_equal(process_table_find(table, key(10, 51234567)), process);
	assert_int_equal(process->key.start_ns, 51234567);
	/* Children that the census named know only the rounded one. */
	assert_ptr_equal(process_table_find(table, key(10, 50000000)), process);
	assert_null(process_table_find(table, key(10, 51234568)));
	process_table_free(table);
}

static void
who_ended_first_is_forgotten_first_and_the_living_only_when_none_has(void **state)
{
	struct process_table *table = table_of(4, 4096);
	struct process_table_counters counters;

	(void)state;
	for (uint32_t i = 1; i <= 4; i++)
		(void)process_table_add(table, key(i, 1000 + i), key(0, 0));
	process_table_end(table, process_table_find(table, key(3, 1003)));
	process_table_end(table, process_table_find(table, key(2, 1002)));
	(void)process_table_add(table, key(5, 1005), key(0, 0));
	assert_null(process_table_find(table, key(3, 1003)));
	assert_non_null(process_table_find(table, key(2, 1002)));
	(void)process_table_add(table, key(6, 1006), key(0, 0));
	assert_null(process_table_find(table, key(2, 1002)));
	process_table_counters(table, &counters);
	assert_int_equal(counters.evicted, 0);
	/* 1 is the oldest, but was heard of since. */
	(void)process_table_add(table, key(1, 1001), key(0, 0));
	(void)process_table_add(table, key(7, 1007), key(0, 0));
	assert_non_null(process_table_find(table, key(1, 1001)));
	assert_null(process_table_find(table, key(4, 1004)));
	process_table_counters(table, &counters);
	assert_int_equal(counters.evicted, 1);
	assert_int_equal(process_table_count(table), 4);
	process_table_free(table);
}

static void an_exit_that_is_told_twice_is_told_once(void **state)
{
	struct process_table *table = table_of(4, 4096);
	struct process *process = process_table_add(table, key(1, 1001), key(0, 0));
	struct process_table_counters counters;

	(void)state;
	assert_true(process_table_end(table, process));
	assert_false(process_table_end(table, process));
	process_table_counters(table, &counters);
	assert_int_equal(counters.repeated, 1);
	process_table_free(table);
}

static void
texts_that_do_not_fit_cost_the_ended_theirs_and_then_are_left_out(void **state)
{
	struct process_table *table = table_of(16, 1024); /* 16 blocks of 60 bytes */
	char line[400];
	struct process *process;
	struct process_table_counters counters;

	(void)state;
	memset(line, 'l', sizeof(line));
	process = process_table_add(table, key(1, 1001), key(0, 0));
	process_table_program(table, process, TEXT("/a"), (struct text){ line, 400 },
			      TEXT(""));
	process_table_end(table, process);
	process = process_table_add(table, key(2, 1002), key(0, 0));
	process_table_program(table, process, TEXT("/b"), (struct text){ line, 400 },
			      TEXT(""));
	process = process_table_add(table, key(3, 1003), key(0, 0));
	process_table_program(table, process, TEXT("/c"), (struct text){ line, 400 },
			      TEXT(""));
	assert_null(process_table_find(table, key(1, 1001)));
	process_table_counters(table, &counters);
	assert_int_equal(counters.textless, 0);
	process = process_table_add(table, key(4, 1004), key(0, 0));
	process_table_program(table, process, TEXT("/d"), (struct text){ line, 400 },
			      TEXT(""));
	process_table_counters(table, &counters);
	assert_int_equal(counters.textless, 1);
	assert_text(table, key(2, 1002), PROCESS_IMAGE, "/b");
	process_table_free(table);
}

static void whoever_is_followed_passes_it_on_to_children(void **state)
{
	struct process_table *table = table_of(8, 4096);
	struct process *process = process_table_add(table, key(1, 1001), key(0, 0));

	(void)state;
	(void)process_table_add(table, key(2, 1002), key(1, 1001));
	process_table_living(table, 1)->marks |= PROCESS_FOLLOWED;
	(void)process;
	(void)process_table_add(table, key(3, 1003), key(1, 1001));
	(void)process_table_add(table, key(4, 1004), key(3, 1003));
	assert_false(process_table_find(table, key(2, 1002))->marks & PROCESS_FOLLOWED);
	assert_true(process_table_find(table, key(4, 1004))->marks & PROCESS_FOLLOWED);
	process_table_free(table);
}

/* 200,000 steps of fork, exec and exit in a small table: what is in it is always right. */
static void a_long_life_in_little_memory_keeps_the_table_consistent(void **state)
{
	struct process_table *table = table_of(64, 8192);
	uint64_t random = 88172645463325252u, start = 1000001;
	char name[32], out[32];

	(void)state;
	for (int step = 0; step < 200000; step++) {
		uint32_t pid;
		struct process *process;

		random ^= random << 13;
		random ^= random >> 7;
		random ^= random << 17;
		pid = (uint32_t)(random >> 8 & 127) + 1;
		process = process_table_living(table, pid);
		if (!process) {
			struct process *parent = process_table_living(
				table, (uint32_t)(random >> 24 & 127) + 1);

			(void)process_table_add(table, key(pid, start++),
						parent ? parent->key : key(0, 0));
		} else if (random >> 40 & 1) {
			int size = snprintf(name, sizeof(name), "/bin/%u-%llu", pid,
					    (unsigned long long)process->key.start_ns);
			size_t got;

			process_table_program(table, process,
					      (struct text){ name, (size_t)size },
					      TEXT("x"), TEXT(""));
			got = process_table_text(table, process, PROCESS_IMAGE, out,
						 sizeof(out));
			assert_int_equal(got, size);
			assert_memory_equal(out, name, got);
		} else {
			assert_true(process_table_end(table, process));
			assert_null(process_table_living(table, pid));
		}
		assert_true(process_table_count(table) <= 64);
	}
	process_table_free(table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_runs_its_parents_program_until_it_execs),
		cmocka_unit_test(a_pid_that_is_used_again_is_another_process),
		cmocka_unit_test(
			a_start_that_proc_rounded_is_found_and_then_known_exactly),
		cmocka_unit_test(
			who_ended_first_is_forgotten_first_and_the_living_only_when_none_has),
		cmocka_unit_test(an_exit_that_is_told_twice_is_told_once),
		cmocka_unit_test(
			texts_that_do_not_fit_cost_the_ended_theirs_and_then_are_left_out),
		cmocka_unit_test(whoever_is_followed_passes_it_on_to_children),
		cmocka_unit_test(a_long_life_in_little_memory_keeps_the_table_consistent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
