// SPDX-License-Identifier: Apache-2.0
// For the tests of this folder: rules from text, and their trees as text.
#include "update/regex/regex_compile.h"
#include "update/rule/rule_testing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#define HEAD_LINES 4

int testing_setup(void **state)
{
	struct testing *testing = calloc(1, sizeof(*testing));

	assert_non_null(testing);
	buffer_init(&testing->shown, 16u << 20);
	*state = testing;
	return 0;
}

int testing_teardown(void **state)
{
	struct testing *testing = *state;

	rule_reader_free(testing->reader);
	buffer_done(&testing->shown);
	free(testing);
	return 0;
}

void testing_read(struct testing *testing, const char *yaml)
{
	struct rule_reader_options options = { .placeholders = testing->placeholders };
	struct why why = { 0 };

	rule_reader_free(testing->reader);
	testing->reader = NULL;
	assert_int_equal(rule_reader_create(&options, &testing->reader, &why), 0);
	assert_int_equal(rule_reader_add_text(testing->reader, "test.yml", text_of(yaml)),
			 0);
	assert_int_equal(rule_reader_finish(testing->reader, &testing->set), 0);
}

void testing_detect(struct testing *testing, const char *detection)
{
	AUTO(buffer) struct buffer yaml;

	buffer_init(&yaml, 16u << 20);
	buffer_string(&yaml, "title: T\nlogsource:\n  product: windows\ndetection:\n  ");
	for (const char *at = detection; *at; at++) {
		buffer_char(&yaml, *at);
		if (*at == '\n' && at[1] && at[1] != '\n')
			buffer_string(&yaml, "  ");
	}
	buffer_char(&yaml, 0);
	assert_false(yaml.failed);
	testing_read(testing, yaml.at);
}

static void show_text(struct buffer *out, struct text text, bool is_glob)
{
	for (size_t i = 0; i < text.size; i++) {
		unsigned char c = (unsigned char)text.at[i];

		if (is_glob && text.at[i] == GLOB_ANY_RUN)
			buffer_char(out, '*');
		else if (is_glob && text.at[i] == GLOB_ANY_ONE)
			buffer_char(out, '?');
		else if (is_glob && (c == '*' || c == '?'))
			buffer_format(out, "\\%c", c);
		else if (c < 0x20 || c == 0x7f)
			buffer_format(out, "<%02x>", c);
		else
			buffer_char(out, text.at[i]);
	}
}

static void show_network(struct buffer *out, const struct rule_value *value)
{
	for (int i = 0; i < 16; i++)
		buffer_format(out, "%02x", value->network[i]);
	buffer_format(out, "/%u", value->network_bits);
}

static void show_value(struct buffer *out, const struct rule_value *value)
{
	static const char *const signs[] = {
		[MATCH_EXACT] = "=",
		[MATCH_PREFIX] = "^",
		[MATCH_SUFFIX] = "$",
		[MATCH_CONTAINS] = "*",
		[MATCH_GLOB] = "~",
		[MATCH_ANY] = "any",
		[MATCH_REGEX] = "/",
		[MATCH_CIDR] = "in ",
		[MATCH_LT] = "<",
		[MATCH_LTE] = "<=",
		[MATCH_GT] = ">",
		[MATCH_GTE] = ">=",
		[MATCH_IS_NULL] = "null",
		[MATCH_EXISTS] = "exists",
		[MATCH_EXISTS_NOT] = "absent",
		[MATCH_REF_EXACT] = "=@",
		[MATCH_REF_PREFIX] = "^@",
		[MATCH_REF_SUFFIX] = "$@",
		[MATCH_REF_CONTAINS] = "*@",
		[MATCH_MINUTE] = "minute ",
		[MATCH_HOUR] = "hour ",
		[MATCH_DAY] = "day ",
		[MATCH_WEEK] = "week ",
		[MATCH_MONTH] = "month ",
		[MATCH_YEAR] = "year ",
		[MATCH_LOOKALIKE] = "alike ",
	};

	buffer_string(out, value->cased ? "!" : "");
	buffer_string(out, signs[value->kind]);
	if (value->kind == MATCH_CIDR)
		show_network(out, value);
	else if ((value->kind >= MATCH_LT && value->kind <= MATCH_GTE) ||
		 (value->kind >= MATCH_MINUTE && value->kind <= MATCH_YEAR))
		buffer_format(out, "%g", value->number);
	else
		show_text(out, value->literal, value->kind == MATCH_GLOB);
	if (value->kind == MATCH_REGEX)
		buffer_format(out, "/%s%s%s",
			      value->regex_flags & REGEX_IGNORE_CASE ? "i" : "",
			      value->regex_flags & REGEX_MULTILINE ? "m" : "",
			      value->regex_flags & REGEX_DOT_ALL ? "s" : "");
}

static void show_item(struct buffer *out, const struct rule_item *item)
{
	buffer_string(out, item->negated ? "neq " : "");
	if (item->field.size)
		buffer_text(out, item->field);
	else
		buffer_char(out, '*');
	buffer_string(out, item->all ? "(all " : "(");
	for (uint32_t i = 0; i < item->value_count; i++) {
		buffer_string(out, i ? " " : "");
		show_value(out, &item->values[i]);
	}
	buffer_char(out, ')');
}

/* Tests have shallow trees, so this may recurse. */
static void show_node(struct buffer *out, const struct rule_node *node)
{
	if (node->kind == NODE_ITEM) {
		if (node->item)
			show_item(out, node->item);
		else
			buffer_format(out, "part %u", node->count);
	} else if (node->kind == NODE_NOT) {
		buffer_string(out, "not ");
		show_node(out, node->children[0]);
	} else {
		buffer_char(out, '(');
		for (uint32_t i = 0; i < node->count; i++) {
			buffer_string(out, !i                       ? ""
					   : node->kind == NODE_AND ? " and "
								    : " or ");
			show_node(out, node->children[i]);
		}
		buffer_char(out, ')');
	}
}

const char *testing_tree(struct testing *testing)
{
	const struct rule_set *set = &testing->set;

	buffer_clear(&testing->shown);
	if (set->rule_count)
		show_node(&testing->shown, set->rules[0].condition);
	else if (set->correlation_count && set->correlations[0].condition)
		show_node(&testing->shown, set->correlations[0].condition);
	buffer_char(&testing->shown, 0);
	assert_false(testing->shown.failed);
	return testing->shown.at;
}

void testing_tree_is(struct testing *testing, const char *detection, const char *tree)
{
	testing_detect(testing, detection);
	testing_report_usable(testing, 0);
	assert_string_equal(testing_tree(testing), tree);
}

void testing_report_refused(const struct testing *testing, uint32_t number,
			    const char *reason)
{
	uint32_t count;
	const struct rule_report *reports = rule_reader_reports(testing->reader, &count);

	assert_true(number < count);
	if (reports[number].verdict != RULE_REFUSED)
		fail_msg("usable, expected: %s", reason);
	if (!strstr(reports[number].why.reason, reason))
		fail_msg("'%s' is not in: %s", reason, reports[number].why.reason);
	assert_string_not_equal(reports[number].why.file, "");
}

void testing_report_usable(const struct testing *testing, uint32_t number)
{
	uint32_t count;
	const struct rule_report *reports = rule_reader_reports(testing->reader, &count);
	char line[1024];

	assert_true(number < count);
	why_print(&reports[number].why, line, sizeof(line));
	if (reports[number].verdict != RULE_USABLE)
		fail_msg("refused: %s", line);
}

void testing_refused(struct testing *testing, const char *detection, unsigned line,
		     unsigned column, const char *reason)
{
	const struct rule_report *report;
	uint32_t count;

	testing_detect(testing, detection);
	testing_report_refused(testing, 0, reason);
	report = rule_reader_reports(testing->reader, &count);
	assert_int_equal(report->why.line, HEAD_LINES + line);
	assert_int_equal(report->why.column, 2 + column);
	assert_int_equal(testing->set.rule_count, 0);
}
