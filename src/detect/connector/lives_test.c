// SPDX-License-Identifier: Apache-2.0
// Whoever lives is found, whoever ended is not, also among many that share a place.
#include "detect/connector/lives.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct life life_of(uint32_t pid)
{
	return (struct life){ .pid = pid, .start_ns = pid * UINT64_C(1000) };
}

static void what_is_put_is_found_until_it_is_removed(void **state)
{
	AUTO(lives) struct lives *lives = lives_create();
	struct life one = life_of(7), again = { .pid = 7, .start_ns = 8 };

	(void)state;
	assert_non_null(lives);
	assert_null(lives_find(lives, 7));
	assert_non_null(lives_put(lives, &one));
	assert_int_equal(lives_find(lives, 7)->start_ns, 7000);
	assert_non_null(lives_put(lives, &again));
	assert_int_equal(lives_find(lives, 7)->start_ns, 8);
	assert_int_equal(lives_count(lives), 1);
	lives_remove(lives, 7);
	lives_remove(lives, 7);
	assert_null(lives_find(lives, 7));
	assert_int_equal(lives_count(lives), 0);
}

static void nobody_is_pid_0(void **state)
{
	AUTO(lives) struct lives *lives = lives_create();
	struct life nobody = life_of(0);

	(void)state;
	assert_null(lives_put(lives, &nobody));
	assert_null(lives_find(lives, 0));
	lives_remove(lives, 0);
	assert_int_equal(lives_count(lives), 0);
}

/* Against a plain array; few pids, so that they stand in each other's places and wrap. */
static void a_long_random_run_agrees_with_a_plain_list(void **state)
{
	AUTO(lives) struct lives *lives = lives_create();
	static bool living[16][8];
	uint32_t count = 0, seed = 1;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		uint32_t low, high, pid;

		seed = seed * 1664525u + 1013904223u;
		low = seed >> 28;
		high = seed >> 25 & 7;
		/* The last eight places and the first eight. */
		pid = (65528 + low) % 65536 + 65536 * (high + 1);
		assert_int_equal(lives_find(lives, pid) != NULL, living[low][high]);
		if (living[low][high]) {
			assert_int_equal(lives_find(lives, pid)->start_ns, pid * 1000ul);
			lives_remove(lives, pid);
			count--;
		} else {
			struct life life = life_of(pid);

			assert_non_null(lives_put(lives, &life));
			count++;
		}
		living[low][high] = !living[low][high];
		assert_int_equal(lives_count(lives), count);
	}
}

static void there_is_a_ceiling_and_a_walk_meets_all_below_it(void **state)
{
	AUTO(lives) struct lives *lives = lives_create();
	uint32_t place = 0, met = 0;
	struct life life;

	(void)state;
	for (uint32_t pid = 1; pid <= LIVES_MAX; pid++) {
		life = life_of(pid * 3);
		assert_non_null(lives_put(lives, &life));
	}
	life = life_of(2);
	assert_null(lives_put(lives, &life));
	life = life_of(3);
	assert_non_null(lives_put(lives, &life));
	while (lives_next(lives, &place))
		met++;
	assert_int_equal(met, LIVES_MAX);
	assert_int_equal(place, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_put_is_found_until_it_is_removed),
		cmocka_unit_test(nobody_is_pid_0),
		cmocka_unit_test(a_long_random_run_agrees_with_a_plain_list),
		cmocka_unit_test(there_is_a_ceiling_and_a_walk_meets_all_below_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
