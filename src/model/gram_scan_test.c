// SPDX-License-Identifier: Apache-2.0
// The scan over grams beside its definition: every place one after the other.
#include "model/gram_scan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define WORDS     8u /* of the filter */
#define SIZE_MOST 70u

/* Not for secrets: for bytes that are the same in every run. */
static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

static bool passes(const struct pack *pack, const struct pack_gram_table *table,
		   const char *at, unsigned width)
{
	const uint8_t *filter = (const uint8_t *)pack->gram_bits;
	uint32_t hash = pack_gram_hash(pack_gram_of(at, width));

	if (table->is_map)
		return filter[hash >> (32 - 6)];
	hash >>= 32 - 9;
	return filter[hash / 8] >> hash % 8 & 1;
}

static size_t first_place(const struct pack *pack, const struct pack_gram_table *table,
			  struct text value, size_t from, unsigned width)
{
	for (; from + width <= value.size; from += table->stride)
		if (passes(pack, table, value.at + from, width))
			return from;
	return value.size;
}

static void every_place_is_found_in_every_value(void **state)
{
	uint64_t words[WORDS], random = 1;
	struct pack pack = { .gram_bits = words };
	char bytes[SIZE_MOST];

	(void)state;
	for (unsigned round = 0; round < 20000; round++) {
		struct pack_gram_table table = {
			.stride = 1 + next_random(&random) % PACK_STRIDE_MAX,
			.is_map = round % 2,
			.bits = { .count = WORDS },
		};
		struct text value = { .at = bytes,
				      .size = next_random(&random) % SIZE_MOST };
		size_t from = next_random(&random) % (SIZE_MOST + 10);

		/* Sparse, so that most places are passed over, four at a time. */
		for (unsigned i = 0; i < WORDS; i++)
			words[i] = UINT64_C(1) << next_random(&random) % 64;
		for (size_t i = 0; i < value.size; i++)
			bytes[i] = (char)next_random(&random);
		if (from > value.size)
			from = value.size;
		assert_int_equal(gram_scan(&pack, &table, value, from),
				 first_place(&pack, &table, value, from, 4));
		assert_int_equal(gram_scan_narrow(&pack, &table, value, from),
				 first_place(&pack, &table, value, from, 2));
	}
}

static void case_does_not_matter(void **state)
{
	(void)state;
	assert_int_equal(pack_gram_of("AbCd", 4), pack_gram_of("aBcD", 4));
	assert_int_equal(pack_gram_of("Ab", 2), pack_gram_of("aB", 2));
	assert_int_equal(pack_whole_hash(TEXT("C:\\Windows")),
			 pack_whole_hash(TEXT("c:\\wINDOWS")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_place_is_found_in_every_value),
		cmocka_unit_test(case_does_not_matter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
