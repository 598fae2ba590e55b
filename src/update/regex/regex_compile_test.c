// SPDX-License-Identifier: Apache-2.0
// What regexes mean, what is refused and where, and that no text or program makes them slow.
#include "update/regex/regex_corpus.h"

#include "base/fold.h"
#include "update/regex/regex_compile.h"

#define YES(pattern, flags, text) assert_true(matches(TEXT(pattern), flags, TEXT(text)))
#define NO(pattern, flags, text)  assert_false(matches(TEXT(pattern), flags, TEXT(text)))

enum { I = REGEX_IGNORE_CASE, M = REGEX_MULTILINE, S = REGEX_DOT_ALL };

static void a_search_is_not_anchored(void **state)
{
	(void)state;
	YES("b+c", 0, "aabbcc");
	YES("", 0, "");
	YES("", 0, "anything");
	YES("a|", 0, "x");
	NO("abc", 0, "ab");
	NO("a", 0, "");
}

static void case_counts_unless_a_flag_says_otherwise(void **state)
{
	(void)state;
	NO("powershell", 0, "PowerShell");
	YES("powershell", I, "PowerShell");
	YES("(?i)powershell", 0, "PowerShell");
	YES("a(?i:b)c", 0, "aBc");
	NO("a(?i:b)c", 0, "aBC");
	YES("a((?i)b|c)d", 0, "aCd");
	NO("a((?i)b|c)d", 0, "aCD");
	NO("(?i)a(?-i)b", 0, "AB");
	YES("(?i)[a-f]\303\211", 0, "E\303\251");
	/* The Kelvin sign and the long s fold to ASCII. */
	YES("(?i)k", 0, "\342\204\252");
	YES("(?i)[s]", 0, "\305\277");
	NO("(?i)[^k]", 0, "\342\204\252");
	NO("(?i)\\w", 0, "\305\277");
}

static void a_dollar_is_the_end_or_a_final_newline(void **state)
{
	(void)state;
	YES("a$", 0, "a");
	YES("a$", 0, "a\n");
	NO("a$", 0, "a\n\n");
	NO("a$", 0, "a\nb");
	YES("a\\Z", 0, "a\n");
	NO("a\\z", 0, "a\n");
	YES("a\n\\z", 0, "a\n");
	YES("a\n$", 0, "a\n");
	NO("^$", 0, "a");
	YES("^$", 0, "\n");
	YES("^$", 0, "");
}

static void the_flag_m_makes_lines(void **state)
{
	(void)state;
	NO("^b$", 0, "a\nb\nc");
	YES("^b$", M, "a\nb\nc");
	YES("(?m)^b", 0, "xyz\nxyz\nb");
	NO("(?m)^b", 0, "xb\nxb");
	/* As in Perl: no line begins after the newline that ends the text. */
	NO("\n^", M, "a\n");
	YES("\n^", M, "a\nb");
	YES("\\Ab", M, "b");
	NO("\\Ab", M, "a\nb");
}

static void the_flag_s_lets_a_dot_take_newlines(void **state)
{
	(void)state;
	NO("a.b", 0, "a\nb");
	YES("a.b", S, "a\nb");
	YES("a(?s:.)b", 0, "a\nb");
	YES("a.b", 0, "a\rb");
}

static void words_are_ascii(void **state)
{
	(void)state;
	YES("\\bnet\\b", 0, "run net user");
	NO("\\bnet\\b", 0, "run subnet user");
	YES("\\Bnet", 0, "subnet");
	YES("net\\b", 0, "net");
	YES("x\\b\303\251", 0, "x\303\251");
	NO("\\w", 0, "\303\251");
	YES("\\W", 0, "\303\251");
	NO("\\b", 0, "");
	YES("\\B", 0, "");
	YES("^\\B$", 0, "\n");
	YES("a\\b.\\bb", 0, "a\302\240b");
}

static void characters_are_counted_not_bytes(void **state)
{
	(void)state;
	YES("^...$", 0, "\303\251\342\202\254\360\237\230\200");
	NO("^....$", 0, "\303\251\342\202\254\360\237\230\200");
	YES("^[\303\240-\303\277]{2}$", 0, "\303\251\303\250");
	YES("^\\x{1F600}\\u20AC\\xe9$", 0, "\360\237\230\200\342\202\254\303\251");
}

static void a_byte_that_is_not_utf8_is_a_character_for_dots_and_complements(void **state)
{
	(void)state;
	YES("^a.b$", 0, "a\377b");
	YES("^a..b$", 0, "a\342\202b");
	NO("^a.b$", 0, "a\342\202b");
	YES("^a[^x]b$", 0, "a\200b");
	YES("^a\\Wb$", 0, "a\300b");
	YES("^a\\Db$", 0, "a\355b");
	YES("^a[\\S]b$", 0, "a\355b");
	YES("^a[[:^alpha:]]b$", 0, "a\355b");
	NO("^a[\\x{80}-\\x{10FFFF}]b$", 0, "a\377b");
	NO("^a[\\x{80}-\\x{10FFFF}]b$", I, "a\377b");
	/* A surrogate's three bytes, an overlong slash, and the end in mid-character. */
	YES("^...$", 0, "\355\240\200");
	YES("^..$", 0, "\300\257");
	NO("/", 0, "\300\257");
	YES("^\303\251..$", 0, "\303\251\342\202");
}

static void braces_and_brackets_that_are_none_stand_for_themselves(void **state)
{
	(void)state;
	YES("a{", 0, "a{");
	YES("a{,3}", 0, "a{,3}");
	YES("a{x}", 0, "a{x}");
	YES("{1", 0, "{1");
	YES("]}", 0, "]}");
	YES("^[]a]+$", 0, "a]");
	YES("^[^]a]$", 0, "b");
	YES("^[a-]+$", 0, "a-");
	YES("^[-a]+$", 0, "a-");
	YES("^[[]$", 0, "[");
	YES("^[:alpha:]$", 0, "p");
	YES("^[[:alpha:]-]$", 0, "-");
	YES("^[a\\]b]+$", 0, "a]b");
	YES("^[\\b]$", 0, "\b");
}

static void escapes_mean_what_they_mean_in_pcre(void **state)
{
	(void)state;
	YES("^\\a\\e\\f\\n\\r\\t$", 0, "\a\033\f\n\r\t");
	YES("^\\v\\v$", 0, "\v\342\200\250");
	YES("^a\\0b$", 0, "a\000b");
	YES("^\\012\\0101$", 0, "\n\0101");
	YES("^\\.\\\\\\\"\\/\\-\\_\\ $", 0, ".\\\"/-_ ");
	YES("^\\s{6}$", 0, " \t\n\v\f\r");
	YES("\\\303\251", 0, "\303\251");
}

static void repeats_count(void **state)
{
	(void)state;
	YES("^a{3}$", 0, "aaa");
	NO("^a{3}$", 0, "aa");
	NO("^a{3}$", 0, "aaaa");
	YES("^a{0}$", 0, "");
	YES("^(ab){2,3}$", 0, "ababab");
	NO("^(ab){2,3}$", 0, "abababab");
	YES("^(a{2}){2,}$", 0, "aaaaaa");
	NO("^(a{2}){2,}$", 0, "aaaaa");
	YES("^(a|b{2,3}){3}c$", 0, "bbbabbc");
	YES("^(a*)*$", 0, "aaaa");
	YES("^(a?){1000}$", 0, "aaaa");
	YES("^(){5}(|x){3,}$", 0, "xxxx");
	YES("^a+?b??$", 0, "aaab");
}

/* The reason and the column for what must be refused. */
static void refused(const char *pattern, unsigned column, const char *part)
{
	struct buffer out;
	struct why why = { .line = 7 };
	int r;

	buffer_init(&out, REGEX_SIZE_MAX);
	buffer_string(&out, "12345678");
	r = regex_compile(text_of(pattern), 0, &out, &why);
	if (r != -EINVAL)
		fail_msg("%s: %d, and should be refused", pattern, r);
	if (why.column != column || !strstr(why.reason, part))
		fail_msg("%s: column %u: %s; expected column %u: ...%s...", pattern,
			 why.column, why.reason, column, part);
	assert_int_equal(why.line, 0);
	assert_int_equal(out.size, 8);
	assert_false(out.failed);
	buffer_done(&out);
}

static void what_cannot_run_in_linear_time_is_refused_by_name_and_column(void **state)
{
	(void)state;
	refused("(a)\\1", 4, "back-reference");
	refused("(a)\\g{1}", 4, "back-reference");
	refused("\303\251(?=b)", 2, "look-ahead");
	refused("a(?!b)", 2, "look-ahead");
	refused("(?<=a)b", 1, "look-behind");
	refused("(?<!a)b", 1, "look-behind");
	refused("(?>a)", 1, "atomic");
	refused("a*+", 3, "possessive");
	refused("a{2}+", 5, "possessive");
	refused("(?R)", 1, "recursion");
	refused("(?1)", 1, "recursion");
	refused("(?P>n)", 1, "recursion");
	refused("(?(1)a|b)", 1, "conditional");
}

static void what_is_no_regex_is_refused_with_its_column(void **state)
{
	(void)state;
	refused("a(b", 2, "not closed");
	refused("a(b(c)", 2, "not closed");
	refused("ab)", 3, "closes no group");
	refused("ab[c", 3, "not closed");
	refused("ab[]", 3, "not closed");
	refused("*a", 1, "nothing to repeat");
	refused("a|+", 3, "nothing to repeat");
	refused("(?i)*", 5, "nothing to repeat");
	refused("a**", 3, "nothing to repeat");
	refused("^*", 2, "nothing to repeat");
	refused("a{3,2}", 2, "ascending");
	refused("[z-a]", 2, "ascending");
	refused("[a-\\d]", 2, "a range goes");
	refused("[\\w-z]", 2, "a range goes");
	refused("[[:nope:]]", 2, "no class");
	refused("[[.a.]]", 2, "collating");
	refused("abc\\", 4, "escapes nothing");
	refused("\\x4", 1, "\\xHH");
	refused("\\x{}", 1, "\\xHH");
	refused("\\u12", 1, "\\uHHHH");
	refused("\\x{110000}", 1, "no character");
	refused("\\x{D800}", 1, "no character");
	refused("\\p{L}", 1, "properties");
	refused("\\Qa\\E", 1, "\\Q");
	refused("(?x)a", 1, "flag x");
	refused("(?i-z)a", 5, "flags i, m and s");
	refused("(?#c)", 1, "comment");
	refused("(*UTF)a", 1, "verb");
	refused("(?<1a>b)", 4, "name");
	refused("\303\251\377", 2, "not UTF-8");
}

static void limits_are_kept(void **state)
{
	AUTO(buffer) struct buffer deep = { .limit = 1 << 20 };
	AUTO(buffer) struct buffer program = { 0 };

	(void)state;
	refused("a{1001}", 2, "1000");
	refused("a{2,1001}", 2, "1000");
	refused("a{99999999999}", 2, "1000");
	program = compiled(TEXT("a{1000}"), 0);
	refused("ab(cd){1000}(?:[ab]{100}){1000}", 26, "20000 states");
	for (int i = 0; i < 249; i++)
		buffer_string(&deep, "(");
	for (int i = 0; i < 249; i++)
		buffer_string(&deep, ")");
	buffer_done(&program);
	program = compiled(buffer_view(&deep), 0);
	buffer_clear(&deep);
	for (int i = 0; i < 250; i++)
		buffer_string(&deep, "(");
	buffer_char(&deep, '\0');
	refused(deep.at, 250, "nested");
	buffer_clear(&deep);
	for (int i = 0; i < 65537; i++)
		buffer_string(&deep, "a");
	buffer_char(&deep, '\0');
	refused(deep.at, 0, "65536 bytes");
}

static void the_same_pattern_gives_the_same_bytes(void **state)
{
	static const char *const patterns[] = { "(?i)a.{3,9}b|\\bx$", "[^/]{100,}$",
						"a.{2,128}b.{1,32}c" };

	(void)state;
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		AUTO(buffer) struct buffer a = compiled(text_of(patterns[i]), 0);
		AUTO(buffer) struct buffer b = compiled(text_of(patterns[i]), 0);

		assert_int_equal(a.size % 8, 0);
		assert_true(text_is(buffer_view(&a), buffer_view(&b)));
	}
}

/* Regexes that make backtracking engines slow, and what to feed them. */
static const struct {
	const char *pattern, *unit, *end;
} slow[] = {
	{ "^(a+)+$", "a", "!" },
	{ "^(a|a)*$", "a", "!" },
	{ "^(a|aa)+$", "a", "!" },
	{ "(x+x+)+y", "x", "" },
	{ "^(([a-z])+.)+[A-Z]([a-z])+$", "a", "" },
	{ "(.*)*=(.*)*=(.*)*;", "=", "" },
	{ "(a?){500}a{500}b", "a", "" },
	{ "\\s+$", " ", "x" },
	{ ".*.*.*.*.*x", "y", "" },
	{ "(\\w+\\s?)+$", "a ", "!" },
	{ "^(?:(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)(?:\\.|$))+x", "1.", "" },
	{ "a.{2,128}b.{1,64}c.{1,64}d", "abc", "" },
	{ "(a|b|ab)*c", "ab", "" },
	{ "\\b(?:\\w{1,60}\\W{1,3}){1,60}z", "a b ", "" },
	{ "(?i)(k|\\x{212a}){1,200}[^\\s\\S]", "k", "" },
	{ "[ab]*a[ab]{40}c", "ab", "" },
};

static uint64_t steps_for(const struct buffer *program, size_t index, int units)
{
	AUTO(buffer) struct buffer text = { .limit = 1 << 24 };
	uint64_t spent;

	for (int i = 0; i < units; i++)
		buffer_string(&text, slow[index].unit);
	buffer_string(&text, slow[index].end);
	assert_false(text.failed);
	(void)search(program, buffer_view(&text), &spent);
	return spent;
}

static void ten_times_the_text_costs_at_most_eleven_times_the_steps(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
		AUTO(buffer)
		struct buffer program = compiled(text_of(slow[i].pattern), 0);
		uint64_t once = steps_for(&program, i, 2000);
		uint64_t tenfold = steps_for(&program, i, 20000);

		if (tenfold > 11 * once)
			fail_msg("%s: %lu steps, then %lu", slow[i].pattern, once,
				 tenfold);
	}
}

static void no_byte_costs_more_steps_than_there_are_states(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(slow) / sizeof(slow[0]); i++) {
		AUTO(buffer)
		struct buffer program = compiled(text_of(slow[i].pattern), 0);
		const struct regex_head *head = (const void *)program.at;
		uint64_t bytes = 3000 * strlen(slow[i].unit) + strlen(slow[i].end);
		uint64_t each = kind_of(&program) == REGEX_DFA ? 1 : head->row_count;

		assert_true(steps_for(&program, i, 3000) <=
			    bytes / 16 + (bytes + 1) * each);
	}
}

static void a_search_gives_up_when_its_steps_are_spent(void **state)
{
	struct regex_scratch *scratch = regex_scratch_create();
	char text[1000];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 2; i++) {
		AUTO(buffer) struct buffer program = compiled_as(i, TEXT("x$"), 0);
		struct text all = { text, sizeof(text) };
		uint64_t needed = UINT64_MAX, steps;

		assert_int_equal(
			regex_search(buffer_view(&program), all, scratch, &needed), 1);
		needed = steps = UINT64_MAX - needed;
		assert_int_equal(
			regex_search(buffer_view(&program), all, scratch, &steps), 1);
		assert_int_equal(steps, 0);
		for (uint64_t less = 0; less < needed; less += 37) {
			steps = less;
			assert_int_equal(
				regex_search(buffer_view(&program), all, scratch, &steps),
				-1);
			assert_int_equal(steps, 0);
		}
	}
	regex_scratch_free(scratch);
}

static void steps_that_end_within_a_character_decide_nothing(void **state)
{
	/* Half a euro sign is no byte that is not UTF-8; and the place behind it is no place. */
	static const char *const patterns[] = { "\\A[^\\x{80}-\\x{10ffff}]",
						"ab.x|ab.y" };
	static const struct text texts[] = { { "\342\202\254", 3 },
					     { "ab\342\202\254\342\202\254", 8 } };
	struct regex_scratch *scratch = regex_scratch_create();

	(void)state;
	for (int i = 0; i < 2; i++) {
		AUTO(buffer) struct buffer program = compiled(text_of(patterns[i]), 0);

		for (uint64_t budget = 0; budget < texts[i].size; budget++) {
			/* Of its own size, so that a sanitizer sees what is read beyond. */
			AUTO(free) char *copy = malloc(texts[i].size);
			uint64_t steps = budget;
			int found;

			assert_non_null(copy);
			memcpy(copy, texts[i].at, texts[i].size);
			found = regex_search(buffer_view(&program),
					     (struct text){ copy, texts[i].size },
					     scratch, &steps);
			assert_int_not_equal(found, 1);
			assert_true(found == 0 || steps == 0);
		}
	}
	regex_scratch_free(scratch);
}

static void folding_knows_every_letter_with_several_cases(void **state)
{
	AUTO(arena) struct arena *arena = arena_create(16u << 20);
	struct regex_folds folds = { 0 };
	struct regex_set set = { 0 };
	uint32_t with_others = 0;

	(void)state;
	assert_int_equal(regex_set_fold(arena, &set, &folds, 'a', 'a'), 0);
	for (uint32_t point = 0, at = 0; point <= 0x10ffff; point++) {
		uint32_t folded = fold_point(point);

		if (folded == point)
			continue;
		with_others++;
		for (at = 0; at < folds.count && folds.pairs[at].point != point; at++)
			;
		if (at == folds.count)
			fail_msg("U+%04X folds to U+%04X, and nobody knows", point,
				 folded);
	}
	assert_int_equal(with_others, folds.count);
	assert_true(with_others > 1400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_search_is_not_anchored),
		cmocka_unit_test(case_counts_unless_a_flag_says_otherwise),
		cmocka_unit_test(a_dollar_is_the_end_or_a_final_newline),
		cmocka_unit_test(the_flag_m_makes_lines),
		cmocka_unit_test(the_flag_s_lets_a_dot_take_newlines),
		cmocka_unit_test(words_are_ascii),
		cmocka_unit_test(characters_are_counted_not_bytes),
		cmocka_unit_test(
			a_byte_that_is_not_utf8_is_a_character_for_dots_and_complements),
		cmocka_unit_test(braces_and_brackets_that_are_none_stand_for_themselves),
		cmocka_unit_test(escapes_mean_what_they_mean_in_pcre),
		cmocka_unit_test(repeats_count),
		cmocka_unit_test(
			what_cannot_run_in_linear_time_is_refused_by_name_and_column),
		cmocka_unit_test(what_is_no_regex_is_refused_with_its_column),
		cmocka_unit_test(limits_are_kept),
		cmocka_unit_test(the_same_pattern_gives_the_same_bytes),
		cmocka_unit_test(ten_times_the_text_costs_at_most_eleven_times_the_steps),
		cmocka_unit_test(no_byte_costs_more_steps_than_there_are_states),
		cmocka_unit_test(a_search_gives_up_when_its_steps_are_spent),
		cmocka_unit_test(steps_that_end_within_a_character_decide_nothing),
		cmocka_unit_test(folding_knows_every_letter_with_several_cases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
