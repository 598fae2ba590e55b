// SPDX-License-Identifier: Apache-2.0
// Environments wait for their exec, and only what is no secret is told of them.
#include "detect/collector/environment.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void only_variables_without_secrets_are_told(void **state)
{
	static const char bytes[] = "LD_PRELOAD=/tmp/x.so\0AWS_SECRET=1\0PATH=\0PATHS=x\0"
				    "=HOME=x\0noise\0BASH_FUNC_a%%=() {\0HOME=/root";
	struct text rest = { .at = bytes, .size = sizeof(bytes) - 1 };
	static const char *const expected[] = { "LD_PRELOAD=/tmp/x.so",
						"PATH=", "BASH_FUNC_a%%=() {",
						"HOME=/root" };
	struct text variable;

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		assert_true(environment_next(&rest, &variable));
		assert_int_equal(variable.size, strlen(expected[i]));
		assert_memory_equal(variable.at, expected[i], variable.size);
	}
	assert_false(environment_next(&rest, &variable));
	assert_int_equal(rest.size, 0);
}

static void an_environment_waits_for_its_own_exec_and_is_given_once(void **state)
{
	static struct environments all;
	struct process_key a = { .start_ns = 1, .pid = 7 },
			   b = { .start_ns = 2, .pid = 7 };
	const struct environment *taken;

	(void)state;
	environments_keep(&all, a, TEXT("A=1"), false);
	environments_keep(&all, b, TEXT("B=22"), true);
	taken = environments_take(&all, b);
	assert_non_null(taken);
	assert_int_equal(taken->size, 4);
	assert_true(taken->is_cut);
	assert_null(environments_take(&all, b));
	assert_non_null(environments_take(&all, a));
	assert_null(environments_take(&all, (struct process_key){ 0 }));
}

static void the_oldest_makes_room(void **state)
{
	static struct environments all;

	(void)state;
	for (uint32_t pid = 1; pid <= ENVIRONMENTS_MAX + 1; pid++)
		environments_keep(&all, (struct process_key){ .pid = pid }, TEXT(""),
				  false);
	assert_null(environments_take(&all, (struct process_key){ .pid = 1 }));
	assert_non_null(environments_take(&all, (struct process_key){ .pid = 2 }));
	assert_non_null(environments_take(
		&all, (struct process_key){ .pid = ENVIRONMENTS_MAX + 1 }));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_variables_without_secrets_are_told),
		cmocka_unit_test(an_environment_waits_for_its_own_exec_and_is_given_once),
		cmocka_unit_test(the_oldest_makes_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
