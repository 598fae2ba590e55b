// SPDX-License-Identifier: Apache-2.0
// Proof of what holds memory: arena, buffer, table; and of why, which holds reasons.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>

#include "base/arena.h"
#include "base/buffer.h"
#include "base/table.h"
#include "base/why.h"

static void an_arena_hands_out_zeroed_aligned_bytes_up_to_its_limit(void **state)
{
	struct arena *arena = arena_create(1 << 20);
	size_t left = 1 << 20;

	(void)state;
	assert_non_null(arena);
	for (size_t size = 1; left >= 4096; size = size * 3 % 4093 + 1) {
		uint8_t *place = arena_alloc(arena, size);

		assert_non_null(place);
		assert_int_equal((uintptr_t)place % 16, 0);
		for (size_t i = 0; i < size; i++)
			assert_int_equal(place[i], 0);
		memset(place, 0xaa, size);
		left -= (size + 15) / 16 * 16;
	}
	assert_null(arena_alloc(arena, left + 1));
	assert_non_null(arena_alloc(arena, left / 16 * 16));
	assert_null(arena_alloc(arena, 1));
	assert_null(arena_alloc(arena, SIZE_MAX));
	assert_null(arena_array(arena, SIZE_MAX / 2, 3));
	arena_free(arena);
	arena_free(NULL);
}

static void an_arena_rewinds_to_a_mark_and_hands_out_zeroes_again(void **state)
{
	struct arena *arena = arena_create(1 << 20);
	struct arena_mark empty, mark;
	char *kept, *again;

	(void)state;
	assert_non_null(arena);
	empty = arena_mark(arena);
	kept = arena_alloc(arena, 100);
	assert_non_null(kept);
	memset(kept, 'k', 100);
	mark = arena_mark(arena);
	for (int i = 0; i < 3; i++) {
		char *gone = arena_alloc(arena, 200000);

		assert_non_null(gone);
		memset(gone, 'x', 200000);
		gone = arena_alloc(arena, 500);
		assert_non_null(gone);
		memset(gone, 'x', 500);
	}
	assert_true(arena_since(arena, mark) >= 3 * 200500);
	arena_rewind(arena, mark);
	assert_int_equal(arena_since(arena, mark), 0);
	assert_int_equal(kept[99], 'k');
	again = arena_alloc(arena, 60000);
	assert_non_null(again);
	for (int i = 0; i < 60000; i++)
		assert_int_equal(again[i], 0);
	arena_rewind(arena, empty);
	/* All of the limit is free again. */
	assert_non_null(arena_alloc(arena, 1 << 20));
	arena_free(arena);
}

static void a_buffer_keeps_what_fits_and_says_what_did_not(void **state)
{
	struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 10);
	buffer_string(&buffer, "12345");
	buffer_string(&buffer, "678901");
	assert_true(buffer.failed);
	assert_int_equal(buffer.size, 5);
	buffer_clear(&buffer);
	assert_false(buffer.failed);
	buffer_string(&buffer, "1234567890");
	assert_false(buffer.failed);
	assert_int_equal(buffer_need(&buffer, 1), -E2BIG);
	assert_int_equal(buffer_need(&buffer, SIZE_MAX), -E2BIG);
	assert_memory_equal(buffer.at, "1234567890", 10);
	buffer_done(&buffer);
	buffer_done(&buffer);
}

static void a_buffer_formats(void **state)
{
	struct buffer buffer;

	(void)state;
	buffer_init(&buffer, 1000);
	for (int i = 0; i < 100; i++)
		buffer_format(&buffer, "%d,", i);
	assert_int_equal(buffer.size, 290);
	assert_memory_equal(buffer.at + 278, "96,97,98,99,", 12);
	buffer_done(&buffer);
}

static void a_table_finds_all_that_was_put_and_nothing_else(void **state)
{
	AUTO(table) struct table table = { 0 };
	struct arena *arena = arena_create(1 << 24);

	(void)state;
	assert_int_equal(table_get(&table, TEXT("nothing")), TABLE_NONE);
	for (uint32_t i = 0; i < 20000; i++) {
		char text[16];
		struct text key;

		(void)snprintf(text, sizeof(text), "key%u", i * 7);
		assert_int_equal(arena_copy(arena, text_of(text), &key), 0);
		assert_int_equal(table_put(&table, key, i), 0);
		assert_int_equal(table_put(&table, key, i + 1), 0);
	}
	assert_int_equal(table.count, 20000);
	for (uint32_t i = 0; i < 140000; i++) {
		char text[16];

		(void)snprintf(text, sizeof(text), "key%u", i);
		assert_int_equal(table_get(&table, text_of(text)),
				 i % 7 ? TABLE_NONE : i / 7 + 1);
	}
	assert_int_equal(table.entries[77].value, 78);
	arena_free(arena);
}

static void a_reason_prints_as_much_of_the_place_as_is_known(void **state)
{
	struct why why = { 0 };
	char line[1024], name[600];

	(void)state;
	why_set(&why, 0, 0, "%s", "wrong");
	why_print(&why, line, sizeof(line));
	assert_string_equal(line, "wrong");
	why_file(&why, "rules/a.yml");
	why_print(&why, line, sizeof(line));
	assert_string_equal(line, "rules/a.yml: wrong");
	why_set(&why, 3, 0, "wrong");
	why_print(&why, line, sizeof(line));
	assert_string_equal(line, "rules/a.yml:3: wrong");
	why_set(&why, 3, 14, "wrong");
	why_print(&why, line, sizeof(line));
	assert_string_equal(line, "rules/a.yml:3:14: wrong");
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = 0;
	memcpy(name + sizeof(name) - 6, "a.yml", 5);
	why_file(&why, name);
	assert_string_equal(why.file + sizeof(why.file) - 6, "a.yml");
	why_set(NULL, 1, 1, "nobody wants to know");
	why_file(NULL, "nobody");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_arena_hands_out_zeroed_aligned_bytes_up_to_its_limit),
		cmocka_unit_test(an_arena_rewinds_to_a_mark_and_hands_out_zeroes_again),
		cmocka_unit_test(a_buffer_keeps_what_fits_and_says_what_did_not),
		cmocka_unit_test(a_buffer_formats),
		cmocka_unit_test(a_table_finds_all_that_was_put_and_nothing_else),
		cmocka_unit_test(a_reason_prints_as_much_of_the_place_as_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
