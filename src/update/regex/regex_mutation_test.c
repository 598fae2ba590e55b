// SPDX-License-Identifier: Apache-2.0
// Damaged programs: the verifier refuses them, or they run without harm, whatever it says.
#include "update/regex/regex_corpus.h"

#define MUTATIONS 200000

static const char *const patterns[] = {
	"cmd.{0,5}(?:/c|/r).+powershell.+\"",
	"(?i)\\bnet\\b\\s+user$",
	"^[^\\\\]{3,9}\\\\\303\251+[\303\240-\303\277]?x",
	"(?m)^a.*\\B-z$|\\W{7}",
	"a.{2,128}b.{1,64}c.{1,64}d",
	"(?i)\\b[\303\240-\303\277k]{2,90}q.{1,80}^z|(ab|ba){40}(?:x|[^y]*){30}",
	"",
	"\\Ax",
};

#define PATTERNS (sizeof(patterns) / sizeof(patterns[0]))

/* A copy of its own, so that a sanitizer sees the first byte read beyond it. */
static char *mutated(struct dice *dice, const struct buffer *program, size_t *size)
{
	char *copy;

	*size = program->size;
	if (roll(dice, 16) == 0)
		*size = roll(dice, (uint32_t)program->size + 1);
	copy = malloc(*size ? *size : 1);
	assert_non_null(copy);
	memcpy(copy, program->at, *size);
	for (uint32_t n = roll(dice, 4) + 1; n && *size; n--) {
		/* Half of them where the counts and the classes are. */
		size_t reach = roll(dice, 2) && *size > 256 ? 256 : *size;
		size_t at = roll(dice, (uint32_t)reach);

		switch (roll(dice, 4)) {
		case 0:
			copy[at] = (char)roll(dice, 256);
			break;
		case 1:
			copy[at] = (char)(copy[at] ^ 1 << roll(dice, 8));
			break;
		case 2:
			copy[at] = (char)(roll(dice, 2) ? 0xff : 0);
			break;
		default:
			copy[at] = copy[roll(dice, (uint32_t)*size)];
		}
	}
	return copy;
}

static void run_everywhere(struct dice *dice, struct text program,
			   struct regex_scratch *scratch)
{
	static const char *const texts[] = {
		"",
		"\n",
		"cmd /c powershell \"net user\" \303\251\342\202\254\360\237\230\200\n",
		"\377\300a\342\202b\n",
	};
	char noise[200];

	for (size_t i = 0; i < sizeof(noise); i++)
		noise[i] = (char)roll(dice, 256);
	for (size_t i = 0; i <= sizeof(texts) / sizeof(texts[0]); i++) {
		struct text text = i < sizeof(texts) / sizeof(texts[0])
					   ? text_of(texts[i])
					   : (struct text){ noise, sizeof(noise) };
		uint64_t steps = roll(dice, 4) ? 1 << 20 : roll(dice, 100),
			 before = steps;
		int found = regex_search(program, text, scratch, &steps);

		assert_in_range(found + 1, 0, 2);
		assert_true(steps <= before);
	}
}

static void a_damaged_program_is_refused_or_runs_without_harm(void **state)
{
	struct regex_scratch *scratch = regex_scratch_create();
	struct dice dice = { 0xda3e39cb94b95bdbu };
	struct buffer programs[PATTERNS];
	uint32_t refused = 0, accepted = 0;

	(void)state;
	for (size_t i = 0; i < PATTERNS; i++)
		programs[i] = compiled(text_of(patterns[i]), 0);
	assert_int_equal(kind_of(&programs[4]), REGEX_NFA);
	for (int i = 0; i < MUTATIONS; i++) {
		const struct buffer *program = &programs[roll(&dice, PATTERNS)];
		size_t size;
		AUTO(free) char *copy = mutated(&dice, program, &size);

		if (regex_verify((struct text){ copy, size }))
			refused++;
		else
			accepted++;
		/* The refused ones as well: nothing may depend on the verifier being asked. */
		run_everywhere(&dice, (struct text){ copy, size }, scratch);
	}
	print_message("%u refused, %u accepted\n", refused, accepted);
	assert_true(refused > MUTATIONS / 4 && accepted > 100);
	for (size_t i = 0; i < PATTERNS; i++)
		buffer_done(&programs[i]);
	regex_scratch_free(scratch);
}

static void a_program_cut_anywhere_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < PATTERNS; i++) {
		AUTO(buffer) struct buffer program = compiled(text_of(patterns[i]), 0);
		size_t step = program.size > 4096 ? 97 : 1;

		for (size_t size = 0; size < program.size; size += step) {
			AUTO(free) char *copy = malloc(size ? size : 1);

			assert_non_null(copy);
			memcpy(copy, program.at, size);
			assert_int_equal(regex_verify((struct text){ copy, size }),
					 -EINVAL);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_damaged_program_is_refused_or_runs_without_harm),
		cmocka_unit_test(a_program_cut_anywhere_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
