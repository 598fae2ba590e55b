// SPDX-License-Identifier: Apache-2.0
// The run and the verifier on programs put together by hand, as docs/formats/regex.md says.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "model/regex_format.h"

/* "ab": classes 0 (all others), 1 (a), 2 (b); row 0 has seen an a, row 6 is the start. */
struct table_program {
	struct regex_head head;
	uint32_t range_first[2]; /* one, and padding */
	uint16_t range_class[4];
	struct regex_skip skip;
	uint16_t cells[2][6];
};

static const struct table_program table = {
	.head = { .magic = REGEX_MAGIC,
		  .size = sizeof(struct table_program),
		  .kind = REGEX_DFA,
		  .start = 6,
		  .class_count = 3,
		  .range_count = 1,
		  .skip_count = 1,
		  .row_count = 2,
		  .extra = 6,
		  .ascii = { ['a'] = 1, ['b'] = 2 } },
	.range_first = { 0x80 },
	/* a leaves, and then a or b do not lead back. */
	.skip = { .leave = { [1] = 1 << 6 }, .follow = { [1] = 1 << 6, [2] = 1 << 6 } },
	.cells = { { 6, 0, REGEX_MATCH, REGEX_DEAD, REGEX_DEAD, 0 },
		   { 6, 0, 6, REGEX_DEAD, REGEX_DEAD, 1 } },
};

/* "^..$": classes 0 (all others) and 1 (newline). */
struct code_program {
	struct regex_head head;
	uint32_t range_first[2];
	uint16_t range_class[4];
	uint8_t near[8];
	uint64_t sets[1];
	struct regex_op_code code[5];
};

static const struct code_program code = {
	.head = { .magic = REGEX_MAGIC,
		  .size = sizeof(struct code_program),
		  .kind = REGEX_NFA,
		  .class_count = 2,
		  .range_count = 1,
		  .row_count = 5,
		  .extra = 1,
		  .ascii = { ['\n'] = 1 } },
	.range_first = { 0x80 },
	.near = { REGEX_NEAR_OTHER, REGEX_NEAR_NEWLINE },
	.sets = { 1 },
	.code = { { REGEX_OP_ASSERT, REGEX_TEXT_START, 0 },
		  { REGEX_OP_SET, 0, 0 },
		  { REGEX_OP_CLASS, 0, 0 },
		  { REGEX_OP_ASSERT, REGEX_TEXT_LAST, 0 },
		  { REGEX_OP_MATCH, 0, 0 } },
};

#define PROGRAM(program) ((struct text){ (const char *)&(program), sizeof(program) })

static int search(struct text program, struct text text)
{
	struct regex_scratch *scratch = regex_scratch_create();
	uint64_t steps = 1 << 20;
	int found;

	assert_non_null(scratch);
	found = regex_search(program, text, scratch, &steps);
	regex_scratch_free(scratch);
	return found;
}

static void a_table_finds_what_it_describes(void **state)
{
	(void)state;
	assert_int_equal(regex_verify(PROGRAM(table)), 0);
	assert_int_equal(search(PROGRAM(table), TEXT("ab")), 1);
	assert_int_equal(search(PROGRAM(table), TEXT("a\303\251aab!")), 1);
	assert_int_equal(search(PROGRAM(table), TEXT("ba")), 0);
	assert_int_equal(search(PROGRAM(table), TEXT("a\nb")), 0);
	assert_int_equal(search(PROGRAM(table), TEXT("")), 0);
}

static void a_skip_stops_at_every_place_where_something_can_begin(void **state)
{
	char text[100];

	(void)state;
	for (size_t at = 0; at + 2 <= sizeof(text); at++) {
		memset(text, at % 3 ? 'x' : '\351', sizeof(text));
		memcpy(text + at, "ab", 2);
		assert_int_equal(
			search(PROGRAM(table), (struct text){ text, sizeof(text) }), 1);
		text[at + 1] = 'x';
		assert_int_equal(
			search(PROGRAM(table), (struct text){ text, sizeof(text) }), 0);
	}
}

static void sets_of_states_find_what_they_describe(void **state)
{
	(void)state;
	assert_int_equal(regex_verify(PROGRAM(code)), 0);
	assert_int_equal(search(PROGRAM(code), TEXT("ab")), 1);
	assert_int_equal(search(PROGRAM(code), TEXT("\303\251\360\237\230\200\n")), 1);
	assert_int_equal(search(PROGRAM(code), TEXT("\377a")), 1);
	assert_int_equal(search(PROGRAM(code), TEXT("abc")), 0);
	assert_int_equal(search(PROGRAM(code), TEXT("a\n")), 0);
	assert_int_equal(search(PROGRAM(code), TEXT("ab\n\n")), 0);
}

static void both_ways_to_skip_pass_over_the_same(void **state)
{
	uint64_t dice = 0x9e3779b97f4a7c15u;
	struct regex_skip skip;
	uint8_t text[64];

	(void)state;
	for (int i = 0; i < 200000; i++) {
		uint8_t *bytes = (uint8_t *)&skip;
		size_t size = (size_t)i % sizeof(text);

		for (size_t j = 0; j < sizeof(skip) + size; j++) {
			dice ^= dice << 13;
			dice ^= dice >> 7;
			dice ^= dice << 17;
			/* Few bits, so that runs are long as well as short. */
			if (j < sizeof(skip))
				bytes[j] =
					(uint8_t)(dice >> 33 & dice >> 43 & dice >> 53);
			else
				text[j - sizeof(skip)] = (uint8_t)(dice >> 33);
		}
		skip.wide &= 1;
		skip.wide_follow &= 1;
		assert_ptr_equal(regex_skip_run(&skip, text, text + size),
				 regex_skip_run_plain(&skip, text, text + size));
	}
}

#define REFUSED(program, place, value)                                                   \
	do {                                                                             \
		struct program##_program copy = program;                                 \
		assert_int_equal(regex_verify(PROGRAM(copy)), 0);                        \
		copy.place = (value);                                                    \
		assert_int_equal(regex_verify(PROGRAM(copy)), -EINVAL);                  \
	} while (0)

static void a_table_that_leads_out_of_itself_is_refused(void **state)
{
	(void)state;
	REFUSED(table, head.magic, 1);
	REFUSED(table, head.size, sizeof(table) - 8);
	REFUSED(table, head.kind, 3);
	REFUSED(table, head.start, 12);
	REFUSED(table, head.start, 1);
	REFUSED(table, head.class_count, 4);
	REFUSED(table, head.class_count, UINT32_MAX);
	REFUSED(table, head.range_count, 0);
	REFUSED(table, head.skip_count, 2);
	REFUSED(table, head.row_count, 3);
	REFUSED(table, head.row_count, UINT32_MAX);
	REFUSED(table, head.extra, 12);
	REFUSED(table, head.extra, 5);
	REFUSED(table, head.ascii[9], 3);
	REFUSED(table, range_first[0], 0x81);
	REFUSED(table, range_first[1], 1);
	REFUSED(table, range_class[0], 3);
	REFUSED(table, skip.wide, 2);
	REFUSED(table, skip.wide_follow, 2);
	REFUSED(table, head.needed, 0x80);
	REFUSED(table, cells[0][1], 12);
	REFUSED(table, cells[0][1], 3);
	REFUSED(table, cells[0][3], 0);
	REFUSED(table, cells[1][4], 6);
	REFUSED(table, cells[0][5], 1);
	REFUSED(table, cells[1][5], 2);
}

static void a_skip_that_would_pass_over_a_match_is_refused(void **state)
{
	(void)state;
	REFUSED(table, skip.leave[1], 0);
	REFUSED(table, skip.follow[1], 0);
	REFUSED(table, skip.follow[2], 0);
	REFUSED(table, skip.wide, 1);
	REFUSED(table, cells[1][0], 0);
}

static void code_that_leads_out_of_itself_is_refused(void **state)
{
	(void)state;
	REFUSED(code, head.row_count, 0);
	REFUSED(code, head.row_count, REGEX_STATES_MAX + 1);
	REFUSED(code, head.extra, 2);
	REFUSED(code, head.start, 1);
	REFUSED(code, near[1], REGEX_NEAR_NOTHING);
	REFUSED(code, near[7], 1);
	REFUSED(code, code[0].arg, REGEX_ASSERTS);
	REFUSED(code, code[0].op, REGEX_OPS);
	REFUSED(code, code[1].arg, 1);
	REFUSED(code, code[2].arg, 2);
	REFUSED(code, code[2].target, 1);
	REFUSED(code, code[4].op, REGEX_OP_CLASS);
	REFUSED(code, code[4].op, REGEX_OP_SPLIT);
	REFUSED(code, code[1], ((struct regex_op_code){ REGEX_OP_JUMP, 0, 5 }));
	REFUSED(code, code[1], ((struct regex_op_code){ REGEX_OP_SPLIT, 0, 5 }));
}

static void what_is_not_aligned_or_too_short_is_refused(void **state)
{
	_Alignas(8) char place[sizeof(table) + 8] = { 0 };

	(void)state;
	memcpy(place + 4, &table, sizeof(table));
	assert_int_equal(regex_verify((struct text){ place + 4, sizeof(table) }),
			 -EINVAL);
	assert_int_equal(search((struct text){ place + 4, sizeof(table) }, TEXT("ab")),
			 0);
	assert_int_equal(regex_verify((struct text){ place, 0 }), -EINVAL);
	assert_int_equal(regex_verify((struct text){ (const char *)&table, 40 }),
			 -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_finds_what_it_describes),
		cmocka_unit_test(a_skip_stops_at_every_place_where_something_can_begin),
		cmocka_unit_test(both_ways_to_skip_pass_over_the_same),
		cmocka_unit_test(sets_of_states_find_what_they_describe),
		cmocka_unit_test(a_table_that_leads_out_of_itself_is_refused),
		cmocka_unit_test(a_skip_that_would_pass_over_a_match_is_refused),
		cmocka_unit_test(code_that_leads_out_of_itself_is_refused),
		cmocka_unit_test(what_is_not_aligned_or_too_short_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
