// SPDX-License-Identifier: Apache-2.0
// Damaged packs by the hundred thousand: the verifier refuses them, or they run.
//
// WINDHOVER_MUTATIONS sets how many (default 50,000; the full check is 1,000,000).
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "../fuzz/pack_edit.h"

#define EDITS_MAX 4u

static uint32_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*seed >> 32);
}

static void no_damaged_pack_crashes_verifier_or_engine(void **state)
{
	struct pack_bench *bench = pack_bench_create(SEED_RULES);
	const char *wanted = getenv("WINDHOVER_MUTATIONS");
	unsigned long count = wanted ? strtoul(wanted, NULL, 10) : 50000, ran = 0;
	uint64_t seed = 1;

	(void)state;
	assert_non_null(bench);
	assert_int_equal(pack_bench_try(bench, (struct text){ 0 }, 2000, 1),
			 PACK_FATE_RAN);
	for (unsigned long i = 0; i < count; i++) {
		char edits[EDITS_MAX * PACK_EDIT_SIZE];
		size_t size = (1 + next_random(&seed) % EDITS_MAX) * PACK_EDIT_SIZE;

		for (size_t n = 0; n < size; n++)
			edits[n] = (char)next_random(&seed);
		ran += pack_bench_try(bench, (struct text){ .at = edits, .size = size },
				      300, (uint32_t)i) == PACK_FATE_RAN;
	}
	print_message("%lu damaged packs: %lu refused, %lu accepted and run over 300 "
		      "events each\n",
		      count, count - ran, ran);
	assert_in_range(ran, count / 1000, count - count / 1000);
	pack_bench_free(bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_damaged_pack_crashes_verifier_or_engine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
