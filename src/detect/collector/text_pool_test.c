// SPDX-License-Identifier: Apache-2.0
// Texts come back as they were, and room that is given back is room.
#include "detect/collector/text_pool.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void texts_of_every_length_come_back_whole(void **state)
{
	struct text_pool *pool = text_pool_create(1 << 16);
	char in[300], out[300];

	(void)state;
	assert_non_null(pool);
	for (size_t size = 0; size < sizeof(in); size++) {
		struct pooled kept;

		for (size_t i = 0; i < size; i++)
			in[i] = (char)(size + i * 7);
		assert_int_equal(text_pool_keep(pool, (struct text){ in, size }, &kept),
				 0);
		assert_int_equal(text_pool_copy(pool, kept, out, sizeof(out)), size);
		assert_memory_equal(in, out, size);
		text_pool_drop(pool, &kept);
		assert_int_equal(text_pool_copy(pool, kept, out, sizeof(out)), 0);
	}
	text_pool_free(pool);
}

static void a_copy_never_goes_beyond_the_room_for_it(void **state)
{
	struct text_pool *pool = text_pool_create(4096);
	char out[100] = "";
	struct pooled kept;

	(void)state;
	assert_int_equal(text_pool_keep(pool, TEXT("a text of more than ten"), &kept), 0);
	out[10] = '!';
	assert_int_equal(text_pool_copy(pool, kept, out, 10), 10);
	assert_string_equal(out, "a text of !");
	text_pool_free(pool);
}

static void what_does_not_fit_takes_nothing_and_what_is_dropped_fits_again(void **state)
{
	struct text_pool *pool = text_pool_create(1024); /* 16 blocks */
	struct pooled kept[16], refused = { 7, 7 };
	char bytes[1024] = "";

	(void)state;
	for (int i = 0; i < 16; i++)
		assert_int_equal(text_pool_keep(pool, TEXT("x"), &kept[i]), 0);
	assert_int_equal(text_pool_keep(pool, TEXT("x"), &refused), -ENOSPC);
	assert_int_equal(refused.first, 7);
	for (int i = 0; i < 16; i += 2)
		text_pool_drop(pool, &kept[i]);
	assert_int_equal(
		text_pool_keep(pool, (struct text){ bytes, 8 * 60 + 1 }, &refused),
		-ENOSPC);
	assert_int_equal(text_pool_keep(pool, (struct text){ bytes, 8 * 60 }, &kept[0]),
			 0);
	assert_int_equal(text_pool_copy(pool, kept[1], bytes, 1), 1);
	assert_int_equal(bytes[0], 'x');
	text_pool_free(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_of_every_length_come_back_whole),
		cmocka_unit_test(a_copy_never_goes_beyond_the_room_for_it),
		cmocka_unit_test(
			what_does_not_fit_takes_nothing_and_what_is_dropped_fits_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
