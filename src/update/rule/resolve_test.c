// SPDX-License-Identifier: Apache-2.0
// Proof of correlations and filters: what documents say of each other (docs/sigma.md S50-S69).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "update/rule/rule_testing.h"

#define RULE(name)                                                                       \
	"title: Rule " name "\nname: " name "\nid: id-" name                             \
	"\nlogsource: {product: windows, category: process_creation}\n"                  \
	"detection:\n  s: {F: " name "}\n  condition: s\n---\n"

#define RULES RULE("a") RULE("b") RULE("c")

/* A correlation after the rules a, b and c: report 3. */
#define CORRELATION(body) RULES "title: C\nname: corr\ncorrelation:\n" body

#define COUNT_A "  type: event_count\n  rules: a\n  timespan: 1m\n  condition: {gte: 5}\n"

#define FILTER(rules, logsource)                                                         \
	RULES "title: F\nlogsource: " logsource "\nfilter:\n" rules                      \
	      "  u: {User: adm}\n  condition: not u\n"

static void correlation_refused(void **state, const char *yaml, const char *reason)
{
	struct testing *testing = *state;

	testing_read(testing, yaml);
	testing_report_refused(testing, 3, reason);
	assert_int_equal(testing->set.correlation_count, 0);
	/* What is refused takes nothing away from the rules. */
	assert_int_equal(testing->set.rule_count, 3);
	assert_false(testing->set.rules[0].silent);
	assert_int_equal(testing->set.rules[0].filter_count, 0);
}

static const struct correlation *correlation(void **state, const char *yaml)
{
	struct testing *testing = *state;

	testing_read(testing, yaml);
	testing_report_usable(testing, 3);
	assert_int_equal(testing->set.correlation_count, 1);
	return &testing->set.correlations[0];
}

static void an_event_count_has_parts_keys_timespan_and_bounds(void **state)
{
	const struct correlation *c = correlation(
		state, CORRELATION("  type: event_count\n  rules: [a, id-b]\n"
				   "  group-by: [User, Host]\n  timespan: 90m\n"
				   "  condition: {gt: 10, lte: 20.5}\n") "level: high\n");

	assert_int_equal(c->type, CORRELATION_EVENT_COUNT);
	assert_int_equal(c->part_count, 2);
	assert_int_equal(c->parts[0].index, 0);
	assert_int_equal(c->parts[1].index, 1);
	assert_false(c->parts[1].is_correlation);
	assert_int_equal(c->key_count, 2);
	assert_true(text_is(c->keys[1].name, TEXT("Host")));
	assert_true(text_is(c->keys[1].in_part[0], TEXT("Host")));
	assert_true(c->timespan_ns == 90 * 60 * 1000000000ll);
	assert_int_equal(c->bound_count, 2);
	assert_int_equal(c->bounds[0].op, BOUND_GT);
	assert_true(c->bounds[1].number == 20.5);
	assert_int_equal(c->head.level, LEVEL_HIGH);
	assert_true(c->head.has_level);
}

static void timespans_are_numbers_with_a_unit(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} good[] = { { "1s", 1 },
		     { "2m", 120 },
		     { "3h", 10800 },
		     { "4d", 345600 },
		     { "1w", 604800 } };
	static const char *const bad[] = { "1",    "m",   "0m",
					   "1M",   "1y",  "1.5h",
					   "-1m",  "1 m", "99999999999999999999m",
					   "9999d" };
	char yaml[1024];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		(void)snprintf(yaml, sizeof(yaml),
			       RULES
			       "title: C\ncorrelation:\n  type: event_count\n  rules: a\n"
			       "  timespan: %s\n  condition: {gte: 5}\n",
			       good[i].text);
		assert_true(correlation(state, yaml)->timespan_ns ==
			    good[i].seconds * 1000000000);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(yaml, sizeof(yaml),
			       RULES
			       "title: C\ncorrelation:\n  type: event_count\n  rules: a\n"
			       "  timespan: %s\n  condition: {gte: 5}\n",
			       bad[i]);
		correlation_refused(state, yaml, "the timespan");
	}
}

static void value_types_need_their_field(void **state)
{
	static const struct {
		const char *type, *condition;
		enum correlation_type is;
	} good[] = {
		{ "value_count", "{field: [X, Y], gte: 3}", CORRELATION_VALUE_COUNT },
		{ "value_sum", "{field: X, gt: 3}", CORRELATION_VALUE_SUM },
		{ "value_avg", "{field: X, lt: 3}", CORRELATION_VALUE_AVG },
		{ "value_median", "{field: X, eq: 3}", CORRELATION_VALUE_MEDIAN },
		{ "value_percentile", "{field: X, neq: 3, percentile: 95}",
		  CORRELATION_VALUE_PERCENTILE },
	};
	char yaml[1024];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		const struct correlation *c;

		(void)snprintf(
			yaml, sizeof(yaml),
			RULES
			"title: C\ncorrelation:\n  type: %s\n  rules: a\n  timespan: 1m\n"
			"  condition: %s\n",
			good[i].type, good[i].condition);
		c = correlation(state, yaml);
		assert_int_equal(c->type, good[i].is);
		assert_int_equal(c->field_count, i ? 1 : 2);
		assert_true(text_is(c->fields[0].in_part[0], TEXT("X")));
		assert_true(c->percentile == (i == 4 ? 95 : 0));
		(void)snprintf(
			yaml, sizeof(yaml),
			RULES
			"title: C\ncorrelation:\n  type: %s\n  rules: a\n  timespan: 1m\n"
			"  condition: {gte: 3}\n",
			good[i].type);
		correlation_refused(state, yaml, "needs a 'field'");
	}
}

static void conditions_that_say_too_much_or_too_little_are_refused(void **state)
{
	static const struct {
		const char *type, *condition, *reason;
	} bad[] = {
		{ "event_count", "{field: X, gte: 3}", "event_count takes no 'field'" },
		{ "temporal", "{field: X, gte: 3}", "temporal takes no 'field'" },
		{ "value_sum", "{field: [X, Y], gte: 3}", "takes one 'field'" },
		{ "value_percentile", "{field: X, gte: 3}", "needs a 'percentile'" },
		{ "value_percentile", "{field: X, gte: 3, percentile: 101}",
		  "from 0 to 100" },
		{ "value_sum", "{field: X, gte: 3, percentile: 5}",
		  "value_percentile only" },
		{ "event_count", "{}", "none of gt" },
		{ "event_count", "{gte: x}", "'gte' takes a number" },
		{ "event_count", "{gte: 1, foo: 2}", "'foo' is not known" },
		{ "event_count", "a and b", "a condition in words" },
		{ "temporal_ordered", "a and b", "a condition in words" },
		{ "event_count", "5", "the condition is a number" },
		{ "event_count", "null", "has no 'condition'" },
		{ "event_counts", "{gte: 1}", "did you mean 'event_count'" },
	};
	char yaml[1024];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)snprintf(yaml, sizeof(yaml),
			       RULES
			       "title: C\ncorrelation:\n  type: %s\n  rules: [a, b]\n"
			       "  timespan: 1m\n  condition: %s\n",
			       bad[i].type, bad[i].condition);
		correlation_refused(state, yaml, bad[i].reason);
	}
}

static void keys_that_are_missing_or_unknown_are_refused(void **state)
{
	correlation_refused(state, CORRELATION("  rules: a\n  timespan: 1m\n"),
			    "has no 'type'");
	correlation_refused(state, CORRELATION("  type: temporal\n  timespan: 1m\n"),
			    "has no 'rules'");
	correlation_refused(state, CORRELATION("  type: temporal\n  rules: [a, b]\n"),
			    "has no 'timespan'");
	correlation_refused(state, CORRELATION(COUNT_A "  groupby: X\n"),
			    "'groupby' is not known (did you mean 'group-by'?)");
	correlation_refused(state, CORRELATION(COUNT_A "  group-by: ['']\n"),
			    "without a name");
	correlation_refused(state, CORRELATION(COUNT_A "  group-by: {X: Y}\n"),
			    "'group-by' is a map");
	correlation_refused(state, CORRELATION(COUNT_A "  generate: yes\n"),
			    "expected true or false");
	correlation_refused(state, RULES "title: C\ncorrelation: []\n", "expected a map");
}

static void temporal_needs_no_condition(void **state)
{
	const struct correlation *c = correlation(
		state, CORRELATION("  type: temporal_ordered\n  rules: [b, a]\n"
				   "  timespan: 5m\n"));

	assert_int_equal(c->type, CORRELATION_TEMPORAL_ORDERED);
	assert_int_equal(c->bound_count, 0);
	assert_null(c->condition);
	assert_int_equal(c->parts[0].index, 1);
	assert_int_equal(c->parts[1].index, 0);
}

static void temporal_takes_a_condition_in_words_over_its_rules(void **state)
{
	struct testing *testing = *state;
	struct rule_node *leaf;

	(void)correlation(
		state, CORRELATION("  type: temporal\n  rules: [a, b, c]\n"
				   "  timespan: 5m\n  condition: a and not (b or c)\n"));
	leaf = testing->set.correlations[0].condition->children[0];
	assert_int_equal(leaf->kind, NODE_ITEM);
	assert_null(leaf->item);
	assert_int_equal(leaf->count, 0);
	testing->set.rule_count =
		0; /* show the correlation's tree, not the first rule's */
	assert_string_equal(testing_tree(testing), "(part 0 and not (part 1 or part 2))");
	correlation_refused(state,
			    CORRELATION("  type: temporal\n  rules: [a, b]\n"
					"  timespan: 5m\n  condition: a and c\n"),
			    "names 'c', which is not there");
}

static void aliases_name_the_field_in_each_part(void **state)
{
	const struct correlation *c = correlation(
		state,
		CORRELATION("  type: temporal\n  rules: [id-a, b]\n  timespan: 5m\n"
			    "  group-by: [ip, User]\n"
			    "  aliases:\n    ip: {a: src, id-b: dst}\n"));

	assert_true(text_is(c->keys[0].name, TEXT("ip")));
	assert_true(text_is(c->keys[0].in_part[0], TEXT("src")));
	assert_true(text_is(c->keys[0].in_part[1], TEXT("dst")));
	assert_true(text_is(c->keys[1].in_part[1], TEXT("User")));
}

static void aliases_that_do_not_fit_the_parts_are_refused(void **state)
{
	correlation_refused(state, CORRELATION(COUNT_A "  aliases: {ip: {b: src}}\n"),
			    "'b', which is not one of the correlation's rules");
	correlation_refused(state,
			    CORRELATION(COUNT_A "  aliases: {ip: {nobody: src}}\n"),
			    "'nobody', which is not one of");
	correlation_refused(state,
			    CORRELATION("  type: temporal\n  rules: [a, b]\n"
					"  timespan: 5m\n  aliases: {ip: {a: src}}\n"),
			    "does not name a field for each rule");
	correlation_refused(state, CORRELATION(COUNT_A "  aliases: {ip: src}\n"),
			    "expected a map of rules and fields");
	correlation_refused(state, CORRELATION(COUNT_A "  aliases: {ip: {a: [x]}}\n"),
			    "the name of a field was expected");
	correlation_refused(state, CORRELATION(COUNT_A "  aliases: [x]\n"),
			    "expected a map");
}

static void rules_that_are_not_there_are_refused_by_name(void **state)
{
	correlation_refused(
		state,
		CORRELATION("  type: temporal\n  rules: [a, id-x]\n"
			    "  timespan: 5m\n"),
		"names a rule that is not there: 'id-x' (did you mean 'id-a'?)");
	correlation_refused(state,
			    CORRELATION("  type: temporal\n  rules: [a, id-a]\n"
					"  timespan: 5m\n"),
			    "'id-a' is there twice");
	correlation_refused(state,
			    CORRELATION("  type: temporal\n  rules: [a, [b]]\n"
					"  timespan: 5m\n"),
			    "'rules' has a list");
}

static void a_correlation_over_a_refused_rule_is_refused(void **state)
{
	struct testing *testing = *state;

	testing_read(testing,
		     "title: R\nid: bad\nlogsource: {product: x}\n"
		     "detection: {s: {A|wrong: 1}, condition: s}\n---\n"
		     "title: C\nname: one\ncorrelation: {type: event_count, rules: bad, "
		     "timespan: 1m, condition: {gte: 1}}\n---\n"
		     "title: D\ncorrelation: {type: event_count, rules: one, "
		     "timespan: 1m, condition: {gte: 1}}\n");
	testing_report_refused(testing, 0, "'wrong' is not known");
	testing_report_refused(testing, 1, "names a rule that is refused: 'bad'");
	testing_report_refused(testing, 2, "names a rule that is refused: 'one'");
	assert_int_equal(testing->set.rule_count + testing->set.correlation_count, 0);
}

static void only_names_that_are_used_must_be_unique(void **state)
{
	struct testing *testing = *state;
	const char *twice = RULES "title: A2\nname: a\nlogsource: {product: x}\n"
				  "detection: {s: k, condition: s}\n---\n";
	AUTO(buffer) struct buffer yaml;

	testing_read(testing, twice);
	assert_int_equal(testing->set.rule_count, 4);
	buffer_init(&yaml, 65536);
	buffer_string(&yaml, twice);
	buffer_string(&yaml, "title: C\ncorrelation:\n" COUNT_A);
	buffer_char(&yaml, 0);
	testing_read(testing, yaml.at);
	testing_report_refused(testing, 4, "more than one rule is named 'a'");
}

static void an_id_is_given_once(void **state)
{
	struct testing *testing = *state;

	testing_read(testing, RULES RULE("a"));
	testing_report_usable(testing, 0);
	testing_report_refused(testing, 3,
			       "the id id-a is already that of 'Rule a' (test.yml)");
	assert_int_equal(testing->set.rule_count, 3);
}

static void parts_are_silent_unless_generate_says_so(void **state)
{
	struct testing *testing = *state;

	testing_read(testing, CORRELATION(COUNT_A));
	assert_true(testing->set.rules[0].silent);
	assert_false(testing->set.rules[1].silent);
	assert_false(testing->set.correlations[0].silent);
	testing_read(testing, CORRELATION(COUNT_A "  generate: true\n"));
	assert_false(testing->set.rules[0].silent);
	testing_read(testing, CORRELATION(COUNT_A) "generate: true\n");
	assert_false(testing->set.rules[0].silent);
	testing_read(testing, CORRELATION(COUNT_A) "---\ntitle: D\ngenerate: true\n"
						   "correlation:\n" COUNT_A);
	assert_false(testing->set.rules[0].silent);
	correlation_refused(state,
			    CORRELATION(COUNT_A "  generate: true\n") "generate: false\n",
			    "'generate' is both");
}

static void correlations_build_on_one_another_in_any_order(void **state)
{
	struct testing *testing = *state;

	testing_read(testing, RULES "title: Top\ncorrelation: {type: temporal, rules: "
				    "[low, b], timespan: 1m}\n"
				    "---\ntitle: Low\nname: low\ncorrelation:\n" COUNT_A);
	testing_report_usable(testing, 3);
	testing_report_usable(testing, 4);
	assert_int_equal(testing->set.correlation_count, 2);
	assert_true(testing->set.correlations[0].parts[0].is_correlation);
	assert_int_equal(testing->set.correlations[0].parts[0].index, 1);
	assert_false(testing->set.correlations[0].parts[1].is_correlation);
	assert_false(testing->set.correlations[0].silent);
	assert_true(testing->set.correlations[1].silent);
}

static void circles_are_refused(void **state)
{
	struct testing *testing = *state;

	testing_read(testing, RULES "title: X\nname: x\ncorrelation: {type: temporal, "
				    "rules: [y, a], timespan: 1m}\n"
				    "---\n"
				    "title: Y\nname: y\ncorrelation: {type: temporal, "
				    "rules: [x, b], timespan: 1m}\n"
				    "---\n"
				    "title: Z\nname: z\ncorrelation: {type: temporal, "
				    "rules: [z, b], timespan: 1m}\n");
	for (uint32_t i = 3; i < 6; i++)
		testing_report_refused(testing, i, "form a circle");
	assert_int_equal(testing->set.correlation_count, 0);
	assert_false(testing->set.rules[0].silent);
}

static void chains_are_allowed_to_their_limit_and_no_longer(void **state)
{
	struct testing *testing = *state;
	AUTO(buffer) struct buffer yaml;

	buffer_init(&yaml, 1u << 20);
	buffer_string(&yaml, RULES);
	/* Written from the top down, so that each pass can settle one only. */
	for (int i = 17; i > 0; i--)
		buffer_format(&yaml,
			      "title: C\nname: c%d\ncorrelation: {type: event_count, "
			      "rules: %s%d, timespan: 1m, condition: {gte: 1}}\n---\n",
			      i, i > 1 ? "c" : "id-a #", i - 1);
	buffer_char(&yaml, 0);
	/* "id-a #0" would be a comment inside the flow map: name the rule plainly. */
	for (char *at = yaml.at; (at = strstr(at, "id-a #0"));)
		memcpy(at, "id-a   ", 7);
	testing_read(testing, yaml.at);
	testing_report_refused(testing, 3, "a chain of more than 16");
	for (uint32_t i = 4; i < 20; i++)
		testing_report_usable(testing, i);
	assert_int_equal(testing->set.correlation_count, 16);
}

static void a_filter_is_anded_to_the_rules_it_names(void **state)
{
	struct testing *testing = *state;

	testing_read(testing, FILTER("  rules: [a, id-b]\n", "{product: windows}"));
	testing_report_usable(testing, 3);
	assert_string_equal(testing_tree(testing), "(F(=a) and not User(=adm))");
	assert_int_equal(testing->set.rules[0].filter_count, 1);
	assert_int_equal(testing->set.rules[1].filter_count, 1);
	assert_int_equal(testing->set.rules[2].filter_count, 0);
}

static void a_filter_for_any_rule_takes_those_of_its_log_source(void **state)
{
	static const char *const all[] = { "  rules: any\n", "  rules: Any\n", "",
					   "  rules: []\n" };
	struct testing *testing = *state;
	char yaml[2048];

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		(void)snprintf(
			yaml, sizeof(yaml),
			RULES
			"title: L\nlogsource: {product: linux}\n"
			"detection: {s: k, condition: s}\n---\n"
			"title: F\nlogsource: {category: Process_Creation}\nfilter:\n%s"
			"  u: {User: adm}\n  condition: not u\n",
			all[i]);
		testing_read(testing, yaml);
		testing_report_usable(testing, 4);
		for (uint32_t k = 0; k < 3; k++)
			assert_int_equal(testing->set.rules[k].filter_count, 1);
		assert_int_equal(testing->set.rules[3].filter_count, 0);
	}
}

static void a_filter_that_cannot_be_applied_as_a_whole_is_refused(void **state)
{
	correlation_refused(state, FILTER("  rules: [a, nobody]\n", "{product: windows}"),
			    "names a rule that is not there: 'nobody'");
	correlation_refused(state, FILTER("  rules: a\n", "{product: linux}"),
			    "the log source of 'a' is not the filter's");
	correlation_refused(state, FILTER("  rules: a\n", "{}"), "has no product");
	correlation_refused(
		state, FILTER("  rules: a\n  v: {A|wrong: 1}\n", "{product: windows}"),
		"'wrong' is not known");
	correlation_refused(state,
			    RULES "title: F\nlogsource: {product: windows}\n"
				  "filter: {rules: a, u: k}\n",
			    "no 'condition'");
	correlation_refused(state,
			    RULES "title: F\nlogsource: {product: windows}\n"
				  "filter: {rules: a, condition: rules}\n",
			    "no search identifier");
}

static void a_filter_skips_rules_that_are_refused_and_takes_the_others(void **state)
{
	struct testing *testing = *state;

	testing_read(testing,
		     RULE("a") "title: R\nid: bad\nlogsource: {product: windows}\n"
			       "detection: {s: {A|wrong: 1}, condition: s}\n---\n"
			       "title: F\nlogsource: {product: windows}\n"
			       "filter: {rules: [bad, a], u: k, condition: not u}\n");
	testing_report_usable(testing, 2);
	assert_string_equal(testing_tree(testing), "(F(=a) and not *(*k))");
}

static void a_filter_for_a_correlation_is_refused(void **state)
{
	struct testing *testing = *state;

	testing_read(testing,
		     CORRELATION(COUNT_A) "---\ntitle: F\nlogsource: {product: windows}\n"
					  "filter: {rules: corr, u: k, condition: u}\n");
	testing_report_usable(testing, 3);
	testing_report_refused(testing, 4, "'corr' is a correlation");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		TESTING_CASE(an_event_count_has_parts_keys_timespan_and_bounds),
		TESTING_CASE(timespans_are_numbers_with_a_unit),
		TESTING_CASE(value_types_need_their_field),
		TESTING_CASE(conditions_that_say_too_much_or_too_little_are_refused),
		TESTING_CASE(keys_that_are_missing_or_unknown_are_refused),
		TESTING_CASE(temporal_needs_no_condition),
		TESTING_CASE(temporal_takes_a_condition_in_words_over_its_rules),
		TESTING_CASE(aliases_name_the_field_in_each_part),
		TESTING_CASE(aliases_that_do_not_fit_the_parts_are_refused),
		TESTING_CASE(rules_that_are_not_there_are_refused_by_name),
		TESTING_CASE(a_correlation_over_a_refused_rule_is_refused),
		TESTING_CASE(only_names_that_are_used_must_be_unique),
		TESTING_CASE(an_id_is_given_once),
		TESTING_CASE(parts_are_silent_unless_generate_says_so),
		TESTING_CASE(correlations_build_on_one_another_in_any_order),
		TESTING_CASE(circles_are_refused),
		TESTING_CASE(chains_are_allowed_to_their_limit_and_no_longer),
		TESTING_CASE(a_filter_is_anded_to_the_rules_it_names),
		TESTING_CASE(a_filter_for_any_rule_takes_those_of_its_log_source),
		TESTING_CASE(a_filter_that_cannot_be_applied_as_a_whole_is_refused),
		TESTING_CASE(a_filter_skips_rules_that_are_refused_and_takes_the_others),
		TESTING_CASE(a_filter_for_a_correlation_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
