// SPDX-License-Identifier: Apache-2.0
// Proof of what values and modifiers become (docs/sigma.md S1-S29).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "update/rule/rule_testing.h"

/* One item as the whole detection. */
static void item_is(void **state, const char *item, const char *tree)
{
	AUTO(buffer) struct buffer detection;

	buffer_init(&detection, 1u << 20);
	buffer_string(&detection, "s:\n  ");
	buffer_string(&detection, item);
	buffer_string(&detection, "\ncondition: s\n");
	buffer_char(&detection, 0);
	testing_tree_is(*state, detection.at, tree);
}

static void item_refused(void **state, const char *item, unsigned column,
			 const char *reason)
{
	AUTO(buffer) struct buffer detection;

	buffer_init(&detection, 1u << 20);
	buffer_string(&detection, "s:\n  ");
	buffer_string(&detection, item);
	buffer_string(&detection, "\ncondition: s\n");
	buffer_char(&detection, 0);
	testing_refused(*state, detection.at, 2, 2 + column, reason);
}

static void a_backslash_escapes_wildcards_and_itself_only(void **state)
{
	item_is(state, "A: 'a\\*b'", "A(=a*b)");
	item_is(state, "A: 'a\\?b'", "A(=a?b)");
	item_is(state, "A: 'a\\\\*'", "A(^a\\)");
	item_is(state, "A: 'a\\\\\\*'", "A(=a\\*)");
	item_is(state, "A: '\\\\cmd.exe'", "A(=\\cmd.exe)");
	item_is(state, "A: '\\\\\\\\srv'", "A(=\\\\srv)");
	item_is(state, "A: '\\\\\\'", "A(=\\\\)");
	item_is(state, "A: 'C:\\Windows\\x'", "A(=C:\\Windows\\x)");
	item_is(state, "A: 'end\\'", "A(=end\\)");
}

static void stars_at_the_edges_become_places(void **state)
{
	item_is(state, "A: abc", "A(=abc)");
	item_is(state, "A: 'abc*'", "A(^abc)");
	item_is(state, "A: '*abc'", "A($abc)");
	item_is(state, "A: '*abc*'", "A(*abc)");
	item_is(state, "A: '***abc**'", "A(*abc)");
	item_is(state, "A: '*'", "A(any)");
	item_is(state, "A: '**'", "A(any)");
	item_is(state, "A: ''", "A(=)");
}

static void wildcards_inside_make_a_glob(void **state)
{
	item_is(state, "A: 'a*b'", "A(~a*b)");
	item_is(state, "A: 'a**b'", "A(~a*b)");
	item_is(state, "A: 'a?b'", "A(~a?b)");
	item_is(state, "A: '*a*b'", "A(~*a*b)");
	item_is(state, "A: '?'", "A(~?)");
	item_is(state, "A: '*?'", "A(~*?)");
	item_is(state, "A: 'a*b\\*c*'", "A(~a*b\\*c*)");
}

static void places_add_stars(void **state)
{
	item_is(state, "A|contains: b", "A(*b)");
	item_is(state, "A|startswith: b", "A(^b)");
	item_is(state, "A|endswith: b", "A($b)");
	item_is(state, "A|endswith: '*b'", "A($b)");
	item_is(state, "A|startswith: '*b'", "A(*b)");
	item_is(state, "A|contains: 'b?c'", "A(~*b?c*)");
	item_is(state, "A|contains: ''", "A(any)");
	item_is(state, "A|endswith: 'a*b'", "A(~*a*b)");
}

static void numbers_and_truth_values_compare_as_text(void **state)
{
	item_is(state, "A: 4688", "A(=4688)");
	item_is(state, "A: true", "A(=true)");
	item_is(state, "A: False", "A(=false)");
	item_is(state, "A: 2.0", "A(=2)");
	item_is(state, "A: 1.50", "A(=1.5)");
	item_is(state, "A: 1e3", "A(=1000)");
	item_is(state, "A: 0.1", "A(=0.1)");
	item_is(state, "A: '2.0'", "A(=2.0)");
	item_is(state, "A|contains: 443", "A(*443)");
}

static void integers_compare_as_they_are_written(void **state)
{
	item_is(state, "A: 00000429", "A(=00000429)");
	item_is(state, "A: 0x1410", "A(=0x1410)");
	item_is(state, "A: -5", "A(=-5)");
}

static void yes_and_off_are_texts(void **state)
{
	item_is(state, "A: [yes, no, on, off]", "A(=yes =no =on =off)");
}

static void null_is_a_value_of_its_own(void **state)
{
	item_is(state, "A: null", "A(null)");
	item_is(state, "A:", "A(null)");
	item_is(state, "A: 'null'", "A(=null)");
	item_is(state, "A: [null, x]", "A(null =x)");
	item_is(state, "A|neq: null", "neq A(null)");
	item_refused(state, "A|contains: null", 13, "'contains' of null");
	item_refused(state, "A|re: null", 7, "'re' of null");
	item_refused(state, "A|expand: null", 11, "'expand' of null");
}

static void lists_are_alternatives_unless_all(void **state)
{
	item_is(state, "A: [x, y]", "A(=x =y)");
	item_is(state, "A|contains|all: [x, y]", "A(all *x *y)");
	item_is(state, "A|all|contains: [x, y]", "A(all *x *y)");
	item_is(state, "A|contains|all: x", "A(*x)");
	item_is(state, "A|neq: [x, y]", "neq A(=x =y)");
	item_refused(state, "A: []", 4, "'A' has no values");
	item_refused(state, "A: [[x]]", 5, "a list as a value");
	item_refused(state, "A: {b: x}", 4, "a map as a value");
}

static void cased_marks_each_value(void **state)
{
	item_is(state, "A|cased: [x, 'y*']", "A(!=x !^y)");
	item_is(state, "A|contains|cased: x", "A(!*x)");
	item_is(state, "A|fieldref|cased: B", "A(!=@B)");
}

static void regexes_stay_as_they_are(void **state)
{
	item_is(state, "A|re: 'a\\*b*'", "A(/a\\*b*/)");
	item_is(state, "A|re|i: x", "A(/x/i)");
	item_is(state, "A|re|i|m|s: x", "A(/x/ims)");
	item_is(state, "A|re|ignorecase|multiline|dotall: x", "A(/x/ims)");
	item_is(state, "A|re: 1.50", "A(/1.50/)");
	item_is(state, "A|re|all: [a, b]", "A(all /a/ /b/)");
}

static void places_of_a_regex_are_anchors(void **state)
{
	item_is(state, "A|re|contains: a|b", "A(/a|b/)");
	item_is(state, "A|re|startswith: a|b", "A(/\\A(?:a|b)/)");
	item_is(state, "A|re|endswith|i: a|b", "A(/(?:a|b)\\z/i)");
}

static void a_broken_regex_is_refused_with_its_character(void **state)
{
	item_refused(state, "A|re: 'ab(c'", 7, "the regex, at character");
	item_refused(state, "A|re: '(a)\\1'", 7, "the regex, at character");
}

static void networks_are_read_as_ipv6(void **state)
{
	item_is(state, "A|cidr: 10.0.0.0/8",
		"A(in 00000000000000000000ffff0a000000/104)");
	item_is(state, "A|cidr: 'fe80::/10'",
		"A(in fe800000000000000000000000000000/10)");
	item_is(state, "A|cidr: 127.0.0.1", "A(in 00000000000000000000ffff7f000001/128)");
	item_is(state, "A|cidr: 0.0.0.0/0", "A(in 00000000000000000000ffff00000000/96)");
	item_refused(state, "A|cidr: 10.0.0.1/8", 9, "bits are set after");
	item_refused(state, "A|cidr: 10.0.0.0/33", 9, "expected 0 to 32 bits");
	item_refused(state, "A|cidr: 'fe80::/129'", 9, "expected 0 to 128 bits");
	item_refused(state, "A|cidr: 10.0.0/8", 9, "no IPv4 or IPv6 address");
	item_refused(state, "A|cidr: '10.0.0.0/'", 9, "expected 0 to 32 bits");
	item_refused(state, "A|cidr: '10.0.0.0/+8'", 9, "expected 0 to 32 bits");
	item_refused(state, "A|cidr: ''", 9, "is no network");
}

static void numbers_are_compared_as_numbers_with_lt_and_gt(void **state)
{
	item_is(state, "A|lt: 5", "A(<5)");
	item_is(state, "A|lte: 2.5", "A(<=2.5)");
	item_is(state, "A|gt: '0x10'", "A(>16)");
	item_is(state, "A|gte|neq: 7", "neq A(>=7)");
	item_refused(state, "A|lt: x", 7, "'lt' takes a number, found 'x'");
	item_refused(state, "A|lt: true", 7, "'lt' takes a number");
}

static void times_have_their_ranges(void **state)
{
	item_is(state, "A|hour: 23", "A(hour 23)");
	item_is(state, "A|minute: [0, 59]", "A(minute 0 minute 59)");
	item_is(state, "A|week: 53", "A(week 53)");
	item_is(state, "A|day: 31", "A(day 31)");
	item_is(state, "A|month: 12", "A(month 12)");
	item_is(state, "A|year: 2026", "A(year 2026)");
	item_refused(state, "A|hour: 24", 9, "from 0 to 23");
	item_refused(state, "A|day: 0", 8, "from 1 to 31");
	item_refused(state, "A|hour: 1.5", 9, "a whole number");
}

static void exists_takes_a_truth_value(void **state)
{
	item_is(state, "A|exists: true", "A(exists)");
	item_is(state, "A|exists: false", "A(absent)");
	item_refused(state, "A|exists: yes", 11, "'exists' takes true or false");
	item_refused(state, "A|exists: 'true'", 11, "'exists' takes true or false");
	item_refused(state, "A|exists: [true, false]", 11, "not a list");
}

static void fieldref_names_another_field(void **state)
{
	item_is(state, "A|fieldref: B", "A(=@B)");
	item_is(state, "A|fieldref|startswith: B", "A(^@B)");
	item_is(state, "A|endswith|fieldref: B", "A($@B)");
	item_is(state, "A|fieldref|contains|neq: B", "neq A(*@B)");
	item_refused(state, "A|fieldref: 'B*'", 13, "without wildcards");
	item_refused(state, "A|fieldref: ''", 13, "the name of a field");
}

static void windash_replaces_dashes_at_the_beginning_of_words(void **state)
{
	item_is(state, "A|windash|contains: ' -f'",
		"A(* -f * /f * \xe2\x80\x93"
		"f * \xe2\x80\x94"
		"f * \xe2\x80\x95"
		"f)");
	item_is(state, "A|contains|windash: 'a-b'", "A(*a-b)");
	item_is(state, "A|windash: 'x -'", "A(=x -)");
	item_is(state, "A|windash: '--x'",
		"A(=--x =-/x =-\xe2\x80\x93x =-\xe2\x80\x94x =-\xe2\x80\x95x)");
	item_is(state, "A|windash: '\xe2\x80\x94*'", "A(^\xe2\x80\x94)");
	item_is(state, "A|windash: '*/x'",
		"A($-x $/x $\xe2\x80\x93x $\xe2\x80\x94x $\xe2\x80\x95x)");
}

static void windash_knows_letters_beyond_ascii(void **state)
{
	item_is(state, "A|windash: '\xc3\xa4-b'", "A(=\xc3\xa4-b)");
	item_is(state, "A|windash: '\xe2\x80\x9c-b'",
		"A(=\xe2\x80\x9c-b =\xe2\x80\x9c/b =\xe2\x80\x9c\xe2\x80\x93"
		"b =\xe2\x80\x9c\xe2\x80\x94"
		"b =\xe2\x80\x9c\xe2\x80\x95"
		"b)");
}

static void windash_makes_3125_combinations_and_no_more(void **state)
{
	struct testing *testing = *state;

	testing_detect(testing, "s:\n  A|windash: '-a -b -c -d -e'\ncondition: s\n");
	testing_report_usable(testing, 0);
	assert_int_equal(testing->set.rules[0].condition->item->value_count, 3125);
	item_refused(state, "A|windash: '-a -b -c -d -e -f'", 12, "3,125 combinations");
}

static void all_over_variants_asks_for_one_variant_of_each(void **state)
{
	item_is(state, "A|base64offset|contains|all: [foo]", "A(*Zm9v *Zvb *mb2)");
	item_is(state, "A|base64offset|contains|all: [foo, bar]",
		"(A(*Zm9v *Zvb *mb2) and A(*YmFy *Jhc *iYX))");
}

static void encodings_come_in_their_order(void **state)
{
	item_is(state, "A|base64: 'foobar'", "A(=Zm9vYmFy)");
	item_is(state, "A|base64: 'fooba'", "A(=Zm9vYmE=)");
	item_is(state, "A|base64|contains: 'a\\*'", "A(*YSo=)");
	item_is(state, "A|base64offset|contains: 'foobar'",
		"A(*Zm9vYmFy *Zvb2Jhc *mb29iYX)");
	item_is(state, "A|wide|base64: 'ab'", "A(=YQBiAA==)");
	item_is(state, "A|utf16le|base64: 'ab'", "A(=YQBiAA==)");
	item_is(state, "A|utf16be|base64: 'ab'", "A(=AGEAYg==)");
	item_is(state, "A|utf16|base64: 'ab'", "A(=//5hAGIA)");
	item_is(state, "A|wide|base64: '\xf0\x9f\x98\x80'", "A(=PdgA3g==)");
	item_is(state, "A|base64|cased: x", "A(!=eA==)");
	item_refused(state, "A|base64: 'a*'", 11, "a wildcard has no Base64");
	item_refused(state, "A|base64offset: 'a'", 17, "a text this short");
}

static void wide_text_alone_has_a_zero_beside_each_character(void **state)
{
	item_is(state, "A|wide: 'a*b'", "A(~a<00>*b<00>)");
	item_is(state, "A|utf16be|contains: 'ab'", "A(*<00>a<00>b)");
	item_refused(state, "A|wide: '\xc3\xa4'", 9, "takes ASCII only");
	item_refused(state, "A|utf16: 'a'", 3, "a byte order mark");
}

static void modifiers_that_do_not_fit_are_refused_where_they_stand(void **state)
{
	item_refused(state, "A|contians: x", 3,
		     "'contians' is not known (did you mean 'contains'?)");
	item_refused(state, "A|: x", 3, "the modifier '' is not known");
	item_refused(state, "A|xyzzy: x", 3, "'xyzzy' is not known");
	item_refused(state, "A|contains|contains: x", 12, "is there twice");
	item_refused(state, "A|contains|endswith: x", 12,
		     "'contains' and 'endswith' do not go together");
	item_refused(state, "A|contains|re: x", 12, "'re' must come before 'contains'");
	item_refused(state, "A|re|cidr: x", 6, "'re' and 'cidr' do not go together");
	item_refused(state, "A|i: x", 3, "'i' must follow 're'");
	item_refused(state, "A|i|re: x", 3, "'i' must follow 're'");
	item_refused(state, "A|re|windash: x", 6,
		     "'re' and 'windash' do not go together");
	item_refused(state, "A|re|base64: x", 6, "'re' and 'base64' do not go together");
	item_refused(state, "A|re|i|cased: x", 8, "'i' and 'cased' do not go together");
	item_refused(state, "A|cidr|contains: x", 8,
		     "'cidr' and 'contains' do not go together");
	item_refused(state, "A|lt|cased: 1", 6, "'lt' and 'cased' do not go together");
	item_refused(state, "A|contains|base64: x", 12,
		     "'base64' must come before 'contains'");
	item_refused(state, "A|base64|wide: x", 10, "'wide' must come before 'base64'");
	item_refused(state, "A|base64|windash: x", 10,
		     "'windash' must come before 'base64'");
	item_refused(state, "A|base64|base64offset: x", 10, "do not go together");
	item_refused(state, "A|wide|utf16: x", 8,
		     "'wide' and 'utf16' do not go together");
	item_refused(state, "A|lt|gt: 1", 6, "'lt' and 'gt' do not go together");
	item_refused(state, "A|exists|expand: 1", 10,
		     "'exists' and 'expand' do not go together");
}

static void keywords_are_contained_anywhere(void **state)
{
	struct testing *testing = *state;

	testing_tree_is(testing, "s: abc\ncondition: s\n", "*(*abc)");
	testing_tree_is(testing, "s: [a, 'b*c', 5]\ncondition: s\n", "*(*a ~*b*c* *5)");
	testing_tree_is(testing, "s:\n  '|all': [a, b]\ncondition: s\n", "*(all *a *b)");
	testing_tree_is(testing, "s:\n  '|re|i': a.b\ncondition: s\n", "*(/a.b/i)");
	testing_tree_is(testing, "s:\n  '|endswith': a\ncondition: s\n", "*($a)");
	testing_tree_is(testing, "s:\n  '|cased': [a, b]\ncondition: s\n", "*(!*a !*b)");
	testing_refused(testing, "s: null\ncondition: s\n", 1, 4, "null as a keyword");
	testing_refused(testing, "s:\n  '|cidr': 10.0.0.0/8\ncondition: s\n", 2, 5,
			"'cidr' needs a field");
	testing_refused(testing, "s:\n  '|fieldref': B\ncondition: s\n", 2, 5,
			"'fieldref' needs a field");
}

static void identifiers_are_maps_or_lists_of_them(void **state)
{
	struct testing *testing = *state;

	testing_tree_is(testing, "s:\n  A: x\n  B: y\ncondition: s\n",
			"(A(=x) and B(=y))");
	testing_tree_is(testing, "s:\n  - A: x\n  - B: y\n    C: z\ncondition: s\n",
			"(A(=x) or (B(=y) and C(=z)))");
	testing_tree_is(testing, "s:\n  - A: x\n  - k\n  - l\ncondition: s\n",
			"(A(=x) or *(*k *l))");
	testing_refused(testing, "s: {}\ncondition: s\n", 1, 4, "an empty map");
	testing_refused(testing, "s: []\ncondition: s\n", 1, 4, "an empty list");
	testing_refused(testing, "s:\n  - []\ncondition: s\n", 2, 5, "a list in a list");
	testing_refused(testing, "s:\n  - {}\ncondition: s\n", 2, 5, "an empty map");
}

static void all_with_windash_is_an_and_of_items(void **state)
{
	struct testing *testing = *state;
	const struct rule_node *node;

	testing_detect(testing,
		       "s:\n  A|contains|all|windash: [' -a', b]\ncondition: s\n");
	testing_report_usable(testing, 0);
	node = testing->set.rules[0].condition;
	assert_int_equal(node->kind, NODE_AND);
	assert_int_equal(node->count, 2);
	assert_int_equal(node->children[0]->item->value_count, 5);
	assert_false(node->children[0]->item->all);
	assert_int_equal(node->children[1]->item->value_count, 1);
	testing_detect(testing, "s:\n  A|all|windash|neq: [' -a', b]\ncondition: s\n");
	node = testing->set.rules[0].condition;
	assert_int_equal(node->kind, NODE_NOT);
	assert_int_equal(node->children[0]->kind, NODE_AND);
	assert_false(node->children[0]->children[0]->item->negated);
}

static void a_value_has_a_size_limit(void **state)
{
	struct testing *testing = *state;
	AUTO(buffer) struct buffer detection;

	buffer_init(&detection, 1u << 20);
	buffer_string(&detection, "s:\n  A: ");
	for (int i = 0; i < 65537; i++)
		buffer_char(&detection, 'x');
	buffer_string(&detection, "\ncondition: s\n");
	buffer_char(&detection, 0);
	testing_refused(testing, detection.at, 2, 6, "a value of more than 64 KiB");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TESTING_CASE(a_backslash_escapes_wildcards_and_itself_only),
		TESTING_CASE(stars_at_the_edges_become_places),
		TESTING_CASE(wildcards_inside_make_a_glob),
		TESTING_CASE(places_add_stars),
		TESTING_CASE(numbers_and_truth_values_compare_as_text),
		TESTING_CASE(integers_compare_as_they_are_written),
		TESTING_CASE(yes_and_off_are_texts),
		TESTING_CASE(null_is_a_value_of_its_own),
		TESTING_CASE(lists_are_alternatives_unless_all),
		TESTING_CASE(cased_marks_each_value),
		TESTING_CASE(regexes_stay_as_they_are),
		TESTING_CASE(places_of_a_regex_are_anchors),
		TESTING_CASE(a_broken_regex_is_refused_with_its_character),
		TESTING_CASE(networks_are_read_as_ipv6),
		TESTING_CASE(numbers_are_compared_as_numbers_with_lt_and_gt),
		TESTING_CASE(times_have_their_ranges),
		TESTING_CASE(exists_takes_a_truth_value),
		TESTING_CASE(fieldref_names_another_field),
		TESTING_CASE(windash_replaces_dashes_at_the_beginning_of_words),
		TESTING_CASE(windash_knows_letters_beyond_ascii),
		TESTING_CASE(windash_makes_3125_combinations_and_no_more),
		TESTING_CASE(all_over_variants_asks_for_one_variant_of_each),
		TESTING_CASE(encodings_come_in_their_order),
		TESTING_CASE(wide_text_alone_has_a_zero_beside_each_character),
		TESTING_CASE(modifiers_that_do_not_fit_are_refused_where_they_stand),
		TESTING_CASE(keywords_are_contained_anywhere),
		TESTING_CASE(identifiers_are_maps_or_lists_of_them),
		TESTING_CASE(all_with_windash_is_an_and_of_items),
		TESTING_CASE(a_value_has_a_size_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
