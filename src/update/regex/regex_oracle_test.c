// SPDX-License-Identifier: Apache-2.0
// PCRE2 and our regexes say the same of the same texts; regexes and texts are generated.
#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "update/regex/regex_corpus.h"

static pcre2_code *oracle(struct text pattern, unsigned flags)
{
	uint32_t options = PCRE2_UTF;
	PCRE2_SIZE place;
	int error;
	pcre2_code *code;

	options |= flags & REGEX_IGNORE_CASE ? PCRE2_CASELESS : 0;
	options |= flags & REGEX_MULTILINE ? PCRE2_MULTILINE : 0;
	options |= flags & REGEX_DOT_ALL ? PCRE2_DOTALL : 0;
	code = pcre2_compile((PCRE2_SPTR)(pattern.at ? pattern.at : ""), pattern.size,
			     options, &error, &place, NULL);
	if (code)
		(void)pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);
	return code;
}

/* Compare one regex on one text.  Returns 1 match, 0 none, -1 PCRE2 gave up. */
static int compare(const struct buffer *program, pcre2_code *code, struct text pattern,
		   unsigned flags, struct text text)
{
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	int theirs = pcre2_match(code, (PCRE2_SPTR)(text.at ? text.at : ""), text.size, 0,
				 0, data, NULL);
	int ours = search(program, text, NULL);

	pcre2_match_data_free(data);
	if (theirs < 0 && theirs != PCRE2_ERROR_NOMATCH)
		return -1;
	if (ours != (theirs >= 0))
		fail_msg("/%.*s/ flags %u on \"%.*s\": we say %d, PCRE2 %d",
			 (int)pattern.size, pattern.at, flags, (int)text.size, text.at,
			 ours, theirs);
	return ours;
}

#define GENERATED_REGEXES 12000
#define TEXTS_FOR_EACH    24

static void generated_regexes_match_what_pcre2_says(void **state)
{
	struct dice dice = { 0x9e3779b97f4a7c15u };
	uint32_t tables = 0, sets = 0, hits = 0, misses = 0;

	(void)state;
	for (int i = 0; i < GENERATED_REGEXES; i++) {
		AUTO(buffer) struct buffer pattern = { .limit = 65536 };
		AUTO(buffer) struct buffer program = { 0 };
		const unsigned flags = roll(&dice, 8);
		const bool table = roll(&dice, 2);
		pcre2_code *code;

		make_regex(&dice, &pattern);
		code = oracle(buffer_view(&pattern), flags);
		if (!code)
			fail_msg("PCRE2 refuses /%.*s/", (int)pattern.size, pattern.at);
		program = compiled_as(table, buffer_view(&pattern), flags);
		kind_of(&program) == REGEX_DFA ? tables++ : sets++;
		for (int j = 0; j < TEXTS_FOR_EACH; j++) {
			AUTO(buffer) struct buffer text = { .limit = 4096 };
			int found;

			make_text(&dice, &text);
			found = compare(&program, code, buffer_view(&pattern), flags,
					buffer_view(&text));
			hits += found == 1;
			misses += found == 0;
		}
		pcre2_code_free(code);
	}
	print_message("%u tables, %u sets of states; %u matches, %u not\n", tables, sets,
		      hits, misses);
	/* A generator that makes only one kind would show nothing. */
	assert_true(tables > GENERATED_REGEXES / 3 && sets > GENERATED_REGEXES / 3);
	assert_true(hits > GENERATED_REGEXES && misses > GENERATED_REGEXES);
}

#define SAMPLES_FOR_EACH 60

/* Compare on texts made to match, and on the same with a little damage. */
static void compare_samples(struct dice *dice, const struct corpus_regex *regex,
			    uint32_t *hits, uint32_t *misses)
{
	AUTO(arena) struct arena *arena = arena_create(64u << 20);
	AUTO(buffer) struct buffer table = compiled(regex->pattern, regex->flags);
	AUTO(buffer)
	struct buffer sets = compiled_as(false, regex->pattern, regex->flags);
	pcre2_code *code = oracle(regex->pattern, regex->flags);
	struct regex_tree tree;

	assert_non_null(arena);
	assert_non_null(code);
	assert_int_equal(regex_parse(regex->pattern, regex->flags, arena, &tree, NULL),
			 0);
	for (int i = 0; i < SAMPLES_FOR_EACH; i++) {
		AUTO(buffer) struct buffer text = { .limit = 1 << 20 };
		int found;

		if (i % 3 == 0)
			make_text(dice, &text);
		sample(&tree, dice, &text);
		if (i % 2)
			damage(dice, &text);
		if (i % 5 == 0)
			make_text(dice, &text);
		found = compare(i % 4 ? &table : &sets, code, regex->pattern,
				regex->flags, buffer_view(&text));
		*hits += found == 1;
		*misses += found == 0;
	}
	pcre2_code_free(code);
}

static void every_regex_of_the_public_rules_matches_what_pcre2_says(void **state)
{
	struct corpus corpus;
	struct dice dice = { 0x2545f4914f6cdd1du };
	uint32_t hits = 0, misses = 0;

	(void)state;
	corpus_read(&corpus);
	for (uint32_t i = 0; i < corpus.count; i++)
		compare_samples(&dice, &corpus.regexes[i], &hits, &misses);
	print_message("%u regexes; %u matches, %u not\n", corpus.count, hits, misses);
	assert_true(corpus.count >= 140);
	assert_true(hits > 3000 && misses > 1000);
	corpus_done(&corpus);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(generated_regexes_match_what_pcre2_says),
		cmocka_unit_test(every_regex_of_the_public_rules_matches_what_pcre2_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
