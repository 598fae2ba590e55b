// SPDX-License-Identifier: Apache-2.0
// CRC-32: the known value, and the fast way equal to the plain one.
#include "format/crc32.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void the_check_value_is_that_of_the_standard(void **state)
{
	static const uint8_t text[] = "123456789";

	(void)state;
	assert_int_equal(crc32_of(text, 9, 0), 0xcbf43926);
	assert_int_equal(crc32_of(text + 4, 5, crc32_of(text, 4, 0)), 0xcbf43926);
}

static void the_fast_way_equals_the_plain_one_at_every_size_and_place(void **state)
{
	uint8_t bytes[1200];
	uint32_t random = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++) {
		random = random * 1664525 + 1013904223;
		bytes[i] = (uint8_t)(random >> 24);
	}
	for (size_t size = 0; size <= 1100; size++)
		for (size_t from = 0; from < 17; from++)
			assert_int_equal(crc32_of(bytes + from, size, random + size),
					 crc32_plain(bytes + from, size, random + size));
}

static void large_blocks_are_equal_too(void **state)
{
	const size_t size = 65536 + 13;
	uint8_t *bytes = malloc(size);

	(void)state;
	assert_non_null(bytes);
	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(i * i >> 7);
	assert_int_equal(crc32_of(bytes, size, 0), crc32_plain(bytes, size, 0));
	free(bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_check_value_is_that_of_the_standard),
		cmocka_unit_test(
			the_fast_way_equals_the_plain_one_at_every_size_and_place),
		cmocka_unit_test(large_blocks_are_equal_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
