// SPDX-License-Identifier: Apache-2.0
// The literals of a regex: which ones they are, and that no text matches without one.
#include "update/regex/regex_corpus.h"

#include "base/fold.h"
#include "update/regex/regex_compile.h"

/* ${wanted}: the literals with a space between them, or "" for none. */
static void literals_are(const char *pattern, const char *wanted)
{
	AUTO(arena) struct arena *arena = arena_create(1u << 20);
	AUTO(buffer) struct buffer all = { .limit = 1 << 16 };
	struct text *literals;
	uint32_t count;

	assert_int_equal(regex_literals(text_of(pattern), 0, arena, &literals, &count),
			 0);
	for (uint32_t i = 0; i < count; i++) {
		buffer_string(&all, i ? " " : "");
		buffer_text(&all, literals[i]);
	}
	buffer_char(&all, '\0');
	assert_string_equal(all.at, wanted);
}

static void what_every_match_holds_is_found(void **state)
{
	(void)state;
	literals_are("net\\s+use\\s+https://docs.live.net", "https://docs");
	literals_are("(cat|dog)s?food", "catsfood catfood dogsfood dogfood");
	literals_are("a?bc+d?e", "bc");
	literals_are("\\.ab+cdefgh", "bcdefgh");
	literals_are("x[ab]y", "xay xby");
	literals_are("(ab){2}", "abab");
	literals_are("(ab){2,}", "abab");
	literals_are("(ab)+", "ab");
	literals_are("foo|ba[rz]", "foo bar baz");
	literals_are("^\\bfoo$", "foo");
	literals_are("[a]+\\x41\\u0042c.*", "aABc");
	literals_are("(?i)POWER.*", "power");
	literals_are("abc|xabcy", "abc");
	literals_are("\303\251.", "\303\251");
}

static void where_nothing_must_be_there_nothing_is_found(void **state)
{
	(void)state;
	literals_are("", "");
	literals_are("a", "");
	literals_are(".*", "");
	literals_are("foo|", "");
	literals_are("(foo)*", "");
	literals_are("foo|.{7}", "");
	literals_are("(foo)?", "");
	literals_are("[a-z]{9}", "");
	literals_are("[^\\x00-\\x{10ffff}]{2}", "");
	literals_are("[a-z]{4}|foobar", "");
}

static void a_regex_that_is_none_has_no_literals(void **state)
{
	AUTO(arena) struct arena *arena = arena_create(1u << 20);
	struct text *literals = NULL;
	uint32_t count = 77;

	(void)state;
	assert_int_equal(regex_literals(TEXT("a("), 0, arena, &literals, &count),
			 -EINVAL);
	assert_int_equal(count, 77);
	assert_null(literals);
}

static bool holds_folded(struct text text, struct text literal)
{
	AUTO(free) char *a = malloc(FOLD_SIZE(text.size));
	AUTO(free) char *b = malloc(FOLD_SIZE(literal.size));
	size_t size;

	assert_true(a && b);
	size = fold_text(text.at, text.size, a);
	return memmem(a, size, b, fold_text(literal.at, literal.size, b));
}

static bool holds_one(struct text text, const struct text *literals, uint32_t count,
		      bool folded)
{
	for (uint32_t i = 0; i < count; i++)
		if (folded ? holds_folded(text, literals[i])
			   : memmem(text.at, text.size, literals[i].at,
				    literals[i].size) != NULL)
			return true;
	return false;
}

/* Texts made to match, until enough do; returns how many were found to hold a literal. */
static uint32_t check_literals(struct dice *dice, struct text pattern, unsigned flags)
{
	AUTO(arena) struct arena *arena = arena_create(64u << 20);
	AUTO(buffer) struct buffer program = { 0 };
	const bool folded = flags & REGEX_IGNORE_CASE ||
			    (pattern.size && memmem(pattern.at, pattern.size, "(?i", 3));
	struct regex_tree tree;
	struct text *literals;
	uint32_t count, good = 0;

	assert_int_equal(regex_literals(pattern, flags, arena, &literals, &count), 0);
	if (!count)
		return 0;
	assert_true(count <= 256);
	for (uint32_t i = 0; i < count; i++)
		assert_true(literals[i].size >= 2);
	program = compiled(pattern, flags);
	assert_int_equal(regex_parse(pattern, flags, arena, &tree, NULL), 0);
	for (int i = 0; i < 40; i++) {
		AUTO(buffer) struct buffer text = { .limit = 1 << 20 };

		sample(&tree, dice, &text);
		if (i % 2)
			damage(dice, &text);
		if (search(&program, buffer_view(&text), NULL) != 1)
			continue;
		if (!holds_one(buffer_view(&text), literals, count, folded))
			fail_msg("/%.*s/ flags %u matches \"%.*s\" without a literal",
				 (int)pattern.size, pattern.at, flags, (int)text.size,
				 text.at);
		good++;
	}
	return good;
}

static void no_text_matches_a_generated_regex_without_a_literal(void **state)
{
	struct dice dice = { 0x106689d45497fdb5u };
	uint32_t good = 0;

	(void)state;
	for (int i = 0; i < 8000; i++) {
		AUTO(buffer) struct buffer pattern = { .limit = 65536 };

		make_regex(&dice, &pattern);
		/* Their flags may switch case off for a part. */
		if (pattern.size && !memmem(pattern.at, pattern.size, "(?-i", 4))
			good += check_literals(&dice, buffer_view(&pattern),
					       roll(&dice, 8));
	}
	print_message("%u matches\n", good);
	assert_true(good > 8000);
}

static void no_text_matches_a_public_regex_without_a_literal(void **state)
{
	struct dice dice = { 0x853c49e6748fea9bu };
	struct corpus corpus;
	uint32_t good = 0;

	(void)state;
	corpus_read(&corpus);
	for (uint32_t i = 0; i < corpus.count; i++)
		good += check_literals(&dice, corpus.regexes[i].pattern,
				       corpus.regexes[i].flags);
	print_message("%u matches\n", good);
	assert_true(good > 1500);
	corpus_done(&corpus);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_every_match_holds_is_found),
		cmocka_unit_test(where_nothing_must_be_there_nothing_is_found),
		cmocka_unit_test(a_regex_that_is_none_has_no_literals),
		cmocka_unit_test(no_text_matches_a_generated_regex_without_a_literal),
		cmocka_unit_test(no_text_matches_a_public_regex_without_a_literal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
