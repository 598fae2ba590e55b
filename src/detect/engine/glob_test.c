// SPDX-License-Identifier: Apache-2.0
// Proof of detect/engine/glob: against the definition of wildcards, tried out recursively.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/fold.h"
#include "detect/engine/glob.h"

/* The definition itself: exponential, and so plain that it can't be wrong in the same way. */
static bool matches(struct text glob, struct text value)
{
	uint32_t point;

	if (glob.size == 0)
		return value.size == 0;
	if (glob.at[0] == '\xff') {
		if (matches(text_part(glob, 1, SIZE_MAX), value))
			return true;
		return value.size &&
		       matches(glob,
			       text_part(value, utf8_read(value.at, value.size, &point),
					 SIZE_MAX));
	}
	if (value.size == 0)
		return false;
	if (glob.at[0] == '\xfe')
		return matches(text_part(glob, 1, SIZE_MAX),
			       text_part(value, utf8_read(value.at, value.size, &point),
					 SIZE_MAX));
	return glob.at[0] == value.at[0] &&
	       matches(text_part(glob, 1, SIZE_MAX), text_part(value, 1, SIZE_MAX));
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 16;
}

static void add(char *to, const char *part)
{
	memcpy(to + strlen(to), part, strlen(part) + 1);
}

static void globs_match_what_their_definition_says(void **state)
{
	static const char *const parts[] = { "a", "b", "ab", "\xff", "\xfe", "\xc3\xa4" };
	unsigned hits = 0;
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 200000; round++) {
		char glob[32] = "", value[32] = "";
		uint64_t steps = 1 << 20;
		bool want;

		for (uint32_t n = next_random(&seed) % 7; n > 0; n--)
			add(glob, parts[next_random(&seed) % 6]);
		for (uint32_t n = next_random(&seed) % 9; n > 0; n--) {
			uint32_t part = next_random(&seed) % 4;

			add(value, parts[part == 3 ? 5 : part]);
		}
		want = matches(text_of(glob), text_of(value));
		hits += want;
		assert_int_equal(glob_match(text_of(glob), text_of(value), &steps), want);
	}
	assert_in_range(hits, 10000, 190000);
}

static void the_work_is_bounded_by_the_product_of_the_sizes(void **state)
{
	char value[4000], glob[] = "\xff"
				   "aaaaaaaa\xfe"
				   "b\xff"
				   "aaaaaaaab";
	uint64_t steps = 1 << 30, spent;

	(void)state;
	memset(value, 'a', sizeof(value));
	assert_false(
		glob_match(text_of(glob), (struct text){ value, sizeof(value) }, &steps));
	spent = (1 << 30) - steps;
	assert_in_range(spent, sizeof(value), sizeof(value) * sizeof(glob));
}

static void without_steps_the_answer_is_no(void **state)
{
	uint64_t steps = 0;

	(void)state;
	assert_false(glob_match(TEXT("aaaaa"), TEXT("aaaaa"), &steps));
	steps = 2;
	assert_false(glob_match(TEXT("\xff"
				     "a\xfe"
				     "c\xff"),
				TEXT("aaaaaaaaaaaaac"), &steps));
	assert_int_equal(steps, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(globs_match_what_their_definition_says),
		cmocka_unit_test(the_work_is_bounded_by_the_product_of_the_sizes),
		cmocka_unit_test(without_steps_the_answer_is_no),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
