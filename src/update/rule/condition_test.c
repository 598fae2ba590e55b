// SPDX-License-Identifier: Apache-2.0
// Proof of the condition grammar (docs/sigma.md S30-S39).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "update/rule/condition_word.h"
#include "update/rule/rule_testing.h"
#include "update/rule/suggest.h"

/* Identifiers a, b, c, sel_1, sel_2 and _x, each one item; the condition stands in line 7. */
static const char identifiers[] = "a: {A: 1}\n"
				  "b: {B: 1}\n"
				  "c: {C: 1}\n"
				  "sel_1: {S: 1}\n"
				  "sel_2: {S: 2}\n"
				  "_x: {X: 1}\n"
				  "condition: ";

static void condition_is(void **state, const char *condition, const char *tree)
{
	AUTO(buffer) struct buffer detection;

	buffer_init(&detection, 1u << 20);
	buffer_string(&detection, identifiers);
	buffer_string(&detection, condition);
	buffer_char(&detection, 0);
	testing_tree_is(*state, detection.at, tree);
}

static void condition_refused(void **state, const char *condition, unsigned column,
			      const char *reason)
{
	AUTO(buffer) struct buffer detection;

	buffer_init(&detection, 1u << 20);
	buffer_string(&detection, identifiers);
	buffer_string(&detection, condition);
	buffer_char(&detection, 0);
	testing_refused(*state, detection.at, 7, column ? 11 + column : 12, reason);
}

static void or_binds_weaker_than_and_than_not(void **state)
{
	condition_is(state, "a", "A(=1)");
	condition_is(state, "a and b", "(A(=1) and B(=1))");
	condition_is(state, "a or b and c", "(A(=1) or (B(=1) and C(=1)))");
	condition_is(state, "a and b or c", "((A(=1) and B(=1)) or C(=1))");
	condition_is(state, "not a and b", "(not A(=1) and B(=1))");
	condition_is(state, "a or not b or c", "(A(=1) or not B(=1) or C(=1))");
	condition_is(state, "a and b and c", "(A(=1) and B(=1) and C(=1))");
}

static void parentheses_bind_strongest(void **state)
{
	condition_is(state, "(a or b) and c", "((A(=1) or B(=1)) and C(=1))");
	condition_is(state, "not (a or b)", "not (A(=1) or B(=1))");
	condition_is(state, "not (not (a) and not(b))", "not (not A(=1) and not B(=1))");
	condition_is(state, "((a))", "A(=1)");
	condition_is(state, "not not a", "A(=1)");
	condition_is(state, "not not not a", "not A(=1)");
}

static void keywords_may_be_in_any_case(void **state)
{
	condition_is(state, "a AND NOT b Or c", "((A(=1) and not B(=1)) or C(=1))");
	condition_is(state, "ALL OF sel_*", "(S(=1) and S(=2))");
	condition_is(state, "1 of THEM and a",
		     "((A(=1) or B(=1) or C(=1) or S(=1) or S(=2)) and "
		     "A(=1))");
}

static void x_of_takes_names_by_pattern_without_underscored_ones(void **state)
{
	condition_is(state, "1 of sel_*", "(S(=1) or S(=2))");
	condition_is(state, "any of sel_*", "(S(=1) or S(=2))");
	condition_is(state, "all of sel_*", "(S(=1) and S(=2))");
	condition_is(state, "2 of sel_*", "(S(=1) and S(=2))");
	condition_is(state, "not 1 of sel*", "not (S(=1) or S(=2))");
	condition_is(state, "1 of *1", "S(=1)");
	condition_is(state, "all of a", "A(=1)");
	condition_is(state, "all of them",
		     "(A(=1) and B(=1) and C(=1) and S(=1) and S(=2))");
	condition_is(state, "_x", "X(=1)");
}

static void n_of_counts(void **state)
{
	struct testing *testing = *state;

	testing_tree_is(testing, "a: x\nb: y\nc: z\ncondition: 2 of them",
			"((*(*x) and (*(*y) or *(*z))) or (*(*y) and *(*z)))");
}

static void what_the_grammar_does_not_allow_is_refused_with_its_column(void **state)
{
	condition_refused(state, "selction", 1, "names 'selction', which is not there");
	condition_refused(state, "a and sel_3", 7, "(did you mean 'sel_1'?)");
	condition_refused(state, "a and", 6,
			  "ends where a search identifier was expected");
	condition_refused(state, "a b", 3, "has 'b' where 'and' or 'or' was expected");
	condition_refused(state, "(a", 3, "ends where 'and', 'or' or ')' was expected");
	condition_refused(state, "a)", 2, "has ')' where 'and' or 'or' was expected");
	condition_refused(state, "and a", 1,
			  "has 'and' where a search identifier was expected");
	condition_refused(state, "()", 2,
			  "has ')' where a search identifier was expected");
	condition_refused(state, "not", 4, "ends where a search identifier");
	condition_refused(state, "1 of", 5,
			  "ends where 'them' or a name with '*' was expected");
	condition_refused(state, "1 of filter_*", 6, "pattern 'filter_*' fits no name");
	condition_refused(state, "1 of _*", 6, "pattern '_*' fits no name");
	condition_refused(state, "0 of sel_*", 1, "asks for 0 of 2");
	condition_refused(state, "3 of sel_*", 1, "asks for 3 of 2");
	condition_refused(state, "99999999999 of sel_*", 1, "asks for 99999999999 of 2");
	condition_refused(state, "''", 2, "ends where a search identifier was expected");
	condition_refused(state, "5", 1, "the condition is a number");
	condition_refused(state, "{a: b}", 1, "the condition is a map");
	condition_refused(state, "[]", 1, "an empty list of conditions");
}

static void old_aggregations_are_refused_by_name(void **state)
{
	struct testing *testing = *state;

	condition_refused(state, "a | count() by X > 5", 3,
			  "aggregations (count, near ...)");
	condition_refused(state, "a | near b", 3, "aggregations (count, near ...)");
	testing_refused(testing, "a: x\ntimeframe: 5m\ncondition: a\n", 2, 1,
			"'timeframe' is not supported");
}

static void a_list_of_conditions_is_an_or(void **state)
{
	condition_is(state, "[a, b and c]", "(A(=1) or (B(=1) and C(=1)))");
	condition_is(state, "[a]", "A(=1)");
}

static void names_may_have_dots_and_dashes(void **state)
{
	struct testing *testing = *state;

	testing_tree_is(testing, "a.b-c: x\ncondition: a.b-c\n", "*(*x)");
	testing_tree_is(testing, "a|b: x\ncondition: 1 of a*\n", "*(*x)");
}

static void unused_identifiers_are_allowed_but_checked(void **state)
{
	struct testing *testing = *state;

	testing_tree_is(testing, "a: x\nb: y\ncondition: a\n", "*(*x)");
	testing_refused(testing, "a: x\nb:\n  A|wrong: y\ncondition: a\n", 3, 5,
			"'wrong'");
	testing_refused(testing, "condition: a\n", 1, 1, "no search identifier");
}

/* ${count} times ${open}, a name, ${count} times ${close}. */
static void nest(struct buffer *out, int count, const char *open, const char *close)
{
	buffer_init(out, 1u << 20);
	for (int i = 0; i < count; i++)
		buffer_string(out, open);
	buffer_char(out, 'a');
	for (int i = 0; i < count; i++)
		buffer_string(out, close);
	buffer_char(out, 0);
}

static void parentheses_are_allowed_to_their_limit_and_no_deeper(void **state)
{
	AUTO(buffer) struct buffer good, bad;

	nest(&good, 64, "(", ")");
	condition_is(state, good.at, "A(=1)");
	nest(&bad, 65, "(", ")");
	condition_refused(state, bad.at, 65, "more than 64 parentheses");
}

static void a_thousand_nots_are_one_or_none(void **state)
{
	AUTO(buffer) struct buffer even, odd;

	nest(&even, 1000, "not ", "");
	condition_is(state, even.at, "A(=1)");
	nest(&odd, 1001, "not ", "");
	condition_is(state, odd.at, "not A(=1)");
}

static void a_condition_that_multiplies_is_refused(void **state)
{
	struct testing *testing = *state;
	AUTO(buffer) struct buffer detection;

	buffer_init(&detection, 1u << 20);
	for (int i = 0; i < 1000; i++)
		buffer_format(&detection, "a%d: {A: 1, B: 2, C: 3}\n", i);
	buffer_string(&detection, "condition: 1 of them");
	for (int i = 0; i < 40; i++)
		buffer_string(&detection, " or 1 of them");
	buffer_char(&detection, 0);
	testing_refused(testing, detection.at, 1001, 12, "more than 100000 parts");
}

static void a_choice_among_many_is_refused(void **state)
{
	struct testing *testing = *state;
	AUTO(buffer) struct buffer detection;

	buffer_init(&detection, 1u << 20);
	for (int i = 0; i < 65; i++)
		buffer_format(&detection, "a%d: x\n", i);
	buffer_string(&detection, "condition: 3 of them");
	buffer_char(&detection, 0);
	testing_refused(testing, detection.at, 66, 12, "chooses 3 of more than 64");
	buffer_clear(&detection);
	for (int i = 0; i < 60; i++)
		buffer_format(&detection, "a%d: x\n", i);
	buffer_string(&detection, "condition: 30 of them");
	buffer_char(&detection, 0);
	testing_refused(testing, detection.at, 61, 12, "more than 100000 parts");
}

static void patterns_fit_with_stars_anywhere(void **state)
{
	(void)state;
	assert_true(word_fits(TEXT("abc"), TEXT("*")));
	assert_true(word_fits(TEXT("abc"), TEXT("a*c")));
	assert_true(word_fits(TEXT("abc"), TEXT("*b*")));
	assert_true(word_fits(TEXT("aXbXc"), TEXT("a*X*c")));
	assert_true(word_fits(TEXT("aab"), TEXT("*ab")));
	assert_false(word_fits(TEXT("abc"), TEXT("a*b")));
	assert_false(word_fits(TEXT("abc"), TEXT("abcd")));
	assert_false(word_fits(TEXT("abc"), TEXT("ab")));
	assert_true(word_fits(TEXT(""), TEXT("*")));
}

static void only_close_names_are_suggested(void **state)
{
	char phrase[SUGGEST_PHRASE_SIZE];
	struct suggest suggest;

	(void)state;
	suggest_begin(&suggest, TEXT("selecton"));
	suggest_try(&suggest, TEXT("filter"));
	assert_string_equal(suggest_phrase(&suggest, phrase), "");
	suggest_try(&suggest, TEXT("selections"));
	suggest_try(&suggest, TEXT("Selection"));
	suggest_try(&suggest, TEXT("selektion"));
	assert_string_equal(suggest_phrase(&suggest, phrase),
			    " (did you mean 'Selection'?)");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TESTING_CASE(or_binds_weaker_than_and_than_not),
		TESTING_CASE(parentheses_bind_strongest),
		TESTING_CASE(keywords_may_be_in_any_case),
		TESTING_CASE(x_of_takes_names_by_pattern_without_underscored_ones),
		TESTING_CASE(n_of_counts),
		TESTING_CASE(what_the_grammar_does_not_allow_is_refused_with_its_column),
		TESTING_CASE(old_aggregations_are_refused_by_name),
		TESTING_CASE(a_list_of_conditions_is_an_or),
		TESTING_CASE(names_may_have_dots_and_dashes),
		TESTING_CASE(unused_identifiers_are_allowed_but_checked),
		TESTING_CASE(parentheses_are_allowed_to_their_limit_and_no_deeper),
		TESTING_CASE(a_thousand_nots_are_one_or_none),
		TESTING_CASE(a_condition_that_multiplies_is_refused),
		TESTING_CASE(a_choice_among_many_is_refused),
		TESTING_CASE(patterns_fit_with_stars_anywhere),
		TESTING_CASE(only_close_names_are_suggested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
