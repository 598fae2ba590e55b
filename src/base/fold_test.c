// SPDX-License-Identifier: Apache-2.0
// Proof of base/fold: against Unicode's own file, and against its plain twin.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/auto.h"
#include "base/fold.h"

#define POINTS       0x110000u
#define CASE_FOLDING "/usr/share/unicode/CaseFolding.txt" /* Debian: unicode-data */

/* Every point's folding as Unicode's file says, read line by line: the second opinion. */
static uint32_t *read_case_folding(void)
{
	AUTO(fclose) FILE *file = fopen(CASE_FOLDING, "re");
	uint32_t *folds;
	char line[512];

	if (!file)
		return NULL;
	folds = calloc(POINTS, sizeof(*folds));
	assert_non_null(folds);
	for (uint32_t i = 0; i < POINTS; i++)
		folds[i] = i;
	assert_non_null(fgets(line, sizeof(line), file));
	if (!strstr(line, FOLD_UNICODE_VERSION)) {
		free(folds);
		return NULL;
	}
	while (fgets(line, sizeof(line), file)) {
		unsigned from, to;
		char status;

		if (sscanf(line, "%x; %c; %x;", &from, &status, &to) == 3 &&
		    (status == 'C' || status == 'S'))
			folds[from] = to;
	}
	return folds;
}

static void every_point_folds_as_unicode_says(void **state)
{
	AUTO(free) uint32_t *folds = read_case_folding();

	(void)state;
	if (!folds) {
		print_message("skipped: no " CASE_FOLDING
			      " of Unicode " FOLD_UNICODE_VERSION "\n");
		skip();
	}
	for (uint32_t i = 0; i < POINTS; i++)
		assert_int_equal(fold_point(i), folds[i]);
}

/* Wherever it stands among the 16 bytes that are folded at a time. */
static void every_point_folds_in_a_text_as_it_does_alone(void **state)
{
	char in[64], wanted[64], got[FOLD_SIZE(sizeof(in))];

	(void)state;
	for (uint32_t i = 0; i < POINTS; i++) {
		size_t before = i % 23, size = before, folded = before;

		if (i >= 0xd800 && i < 0xe000)
			continue;
		memset(in, 'A', before);
		memset(wanted, 'a', before);
		size += utf8_write(i, in + size);
		folded += utf8_write(fold_point(i), wanted + folded);
		memcpy(in + size, "Z twenty bytes more!", 20);
		memcpy(wanted + folded, "z twenty bytes more!", 20);
		assert_int_equal(fold_text(in, size + 20, got), folded + 20);
		assert_memory_equal(got, wanted, folded + 20);
	}
}

static void folding_twice_changes_nothing(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < POINTS; i++)
		assert_int_equal(fold_point(fold_point(i)), fold_point(i));
}

static void every_point_survives_writing_and_reading(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < POINTS; i++) {
		char bytes[4];
		uint32_t point;
		size_t size;

		if (i >= 0xd800 && i < 0xe000)
			continue;
		size = utf8_write(i, bytes);
		assert_int_equal(utf8_read(bytes, size, &point), size);
		assert_int_equal(point, i);
		if (size > 1)
			assert_int_equal(utf8_read(bytes, size - 1, &point), 1);
	}
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Text of a kind: 0 ASCII, 1 mixed UTF-8, 2 any bytes. */
static size_t random_text(uint32_t *seed, unsigned kind, char *out, size_t size)
{
	size_t at = 0;

	while (at + 4 <= size) {
		uint32_t r = next_random(seed);

		if (kind == 2)
			out[at++] = (char)r;
		else if (kind == 0 || r % 4)
			out[at++] = (char)(r % 95 + 32);
		else
			at += utf8_write(r % 0x500 + 0x80, out + at);
	}
	return at;
}

static void the_fast_way_and_the_plain_way_agree(void **state)
{
	char in[300], fast[FOLD_SIZE(sizeof(in))], plain[FOLD_SIZE(sizeof(in))];
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 60000; round++) {
		size_t size = random_text(&seed, round % 3, in,
					  4 + next_random(&seed) % (sizeof(in) - 4));
		size_t folded = fold_text(in, size, fast);

		assert_int_equal(folded, fold_text_plain(in, size, plain));
		assert_memory_equal(fast, plain, folded);
		assert_true(folded <= FOLD_SIZE(size));
	}
}

static void bytes_that_are_no_text_stay_as_they_are(void **state)
{
	static const char in[] = "A\xff\xfe\xc3"
				 "B\xed\xa0\x80\xf5";
	char out[FOLD_SIZE(sizeof(in))];

	(void)state;
	assert_int_equal(fold_text(NULL, 0, out), 0);
	assert_int_equal(fold_text(in, sizeof(in) - 1, out), sizeof(in) - 1);
	assert_memory_equal(out,
			    "a\xff\xfe\xc3"
			    "b\xed\xa0\x80\xf5",
			    sizeof(in) - 1);
}

static void ascii_is_kept_unless_another_character_folds_to_it(void **state)
{
	(void)state;
	for (uint32_t point = 0x80; point < 0x110000; point++) {
		char bytes[8] = "ab";
		struct text text = { .at = bytes, .size = 2 };

		if (point >= 0xd800 && point < 0xe000)
			continue;
		text.size += utf8_write(point, bytes + 2);
		assert_int_equal(text_keeps_ascii(text), fold_point(point) >= 0x80);
		assert_false(text_is_ascii(text));
	}
	assert_true(text_keeps_ascii(TEXT("")));
	assert_true(text_keeps_ascii(TEXT("\xc5\xc5 \xe2\x84 \xe2\x84")));
	assert_true(text_is_ascii(TEXT("nine byte")));
	assert_false(text_is_ascii(TEXT("nine byt\xe9")));
}

static void ascii_is_compared_as_it_would_be_folded(void **state)
{
	char in[40], folded[FOLD_SIZE(sizeof(in))], other[sizeof(folded)];
	uint32_t seed = 1;

	(void)state;
	for (unsigned round = 0; round < 100000; round++) {
		size_t size = next_random(&seed) % sizeof(in), at;

		for (size_t i = 0; i < size; i++)
			in[i] = (char)(next_random(&seed) % 128);
		assert_int_equal(fold_text(in, size, folded), size);
		assert_true(ascii_folds_to(in, folded, size));
		if (!size)
			continue;
		memcpy(other, folded, size);
		at = next_random(&seed) % size;
		other[at] = (char)(other[at] ^ (1 << next_random(&seed) % 8));
		assert_false(ascii_folds_to(in, other, size));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_point_folds_as_unicode_says),
		cmocka_unit_test(every_point_folds_in_a_text_as_it_does_alone),
		cmocka_unit_test(folding_twice_changes_nothing),
		cmocka_unit_test(every_point_survives_writing_and_reading),
		cmocka_unit_test(the_fast_way_and_the_plain_way_agree),
		cmocka_unit_test(bytes_that_are_no_text_stay_as_they_are),
		cmocka_unit_test(ascii_is_kept_unless_another_character_folds_to_it),
		cmocka_unit_test(ascii_is_compared_as_it_would_be_folded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
