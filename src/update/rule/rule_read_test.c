// SPDX-License-Identifier: Apache-2.0
// Proof of the run over files and documents, heads, placeholders, and of failing memory.
#include "update/rule/rule_read.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "update/rule/rule_testing.h"

#define RULE                                                                             \
	"title: T\nlogsource: {product: Windows}\ndetection: {s: {A: x}, condition: "    \
	"s}\n"

/* A folder for one test, with what it writes into it. */
struct folder {
	struct testing testing;
	char path[64], file[128];
};

static int folder_setup(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	assert_non_null(folder);
	buffer_init(&folder->testing.shown, 1u << 20);
	(void)snprintf(folder->path, sizeof(folder->path), "/tmp/rule_read_test_XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	*state = folder;
	return 0;
}

static int folder_teardown(void **state)
{
	struct folder *folder = *state;
	static const char *const files[] = { "b.yml",     "a.yaml",   "c.txt",
					     "sub/a.yml", "link.yml", "loop",
					     "gone.yml",  "p.yml" };
	char path[128];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder->path, files[i]);
		(void)unlink(path);
	}
	(void)snprintf(path, sizeof(path), "%s/sub", folder->path);
	(void)rmdir(path);
	assert_int_equal(rmdir(folder->path), 0);
	rule_reader_free(folder->testing.reader);
	buffer_done(&folder->testing.shown);
	free(folder);
	return 0;
}

static const char *file(struct folder *folder, const char *name)
{
	(void)snprintf(folder->file, sizeof(folder->file), "%s/%s", folder->path, name);
	return folder->file;
}

static void write_file(struct folder *folder, const char *name, const char *text)
{
	AUTO(fclose) FILE *out = fopen(file(folder, name), "w");

	assert_non_null(out);
	assert_int_equal(fwrite(text, 1, strlen(text), out), strlen(text));
}

static struct rule_reader *reader(struct folder *folder)
{
	struct rule_reader_options options = { 0 };
	struct why why = { 0 };

	rule_reader_free(folder->testing.reader);
	folder->testing.reader = NULL;
	assert_int_equal(rule_reader_create(&options, &folder->testing.reader, &why), 0);
	return folder->testing.reader;
}

static void a_folder_is_read_by_path_without_other_files(void **state)
{
	struct folder *folder = *state;
	const struct rule_report *reports;
	struct rule_set set;
	struct why why = { 0 };
	uint32_t count;

	write_file(folder, "b.yml", RULE);
	write_file(folder, "a.yaml", RULE "---\n" RULE);
	write_file(folder, "c.txt", RULE);
	assert_int_equal(mkdir(file(folder, "sub"), 0700), 0);
	write_file(folder, "sub/a.yml", RULE);
	assert_int_equal(symlink("b.yml", file(folder, "link.yml")), 0);
	assert_int_equal(symlink(".", file(folder, "loop")), 0);
	assert_int_equal(rule_reader_add(reader(folder), folder->path, &why), 0);
	reports = rule_reader_reports(folder->testing.reader, &count);
	assert_int_equal(count, 5);
	assert_true(text_ends(text_of(reports[0].why.file), TEXT("/a.yaml")));
	assert_true(text_ends(text_of(reports[2].why.file), TEXT("/b.yml")));
	assert_true(text_ends(text_of(reports[3].why.file), TEXT("/link.yml")));
	assert_true(text_ends(text_of(reports[4].why.file), TEXT("/sub/a.yml")));
	assert_int_equal(rule_reader_finish(folder->testing.reader, &set), 0);
	assert_int_equal(set.rule_count, 5);
}

static void the_order_of_adding_does_not_matter_for_the_rules(void **state)
{
	struct folder *folder = *state;
	struct rule_reader *r = reader(folder);
	struct rule_set set;

	assert_int_equal(rule_reader_add_text(r, "z.yml", TEXT(RULE)), 0);
	assert_int_equal(rule_reader_add_text(r, "a.yml", TEXT(RULE "---\n" RULE)), 0);
	assert_int_equal(rule_reader_finish(r, &set), 0);
	assert_int_equal(set.rule_count, 3);
	assert_true(text_is(set.rules[0].head.file, TEXT("a.yml")));
	assert_int_equal(set.rules[0].head.line, 1);
	assert_int_equal(set.rules[1].head.line, 5);
	assert_true(text_is(set.rules[2].head.file, TEXT("z.yml")));
}

static void a_path_that_cannot_be_opened_is_an_error_with_its_name(void **state)
{
	struct folder *folder = *state;
	struct why why = { 0 };

	assert_int_equal(rule_reader_add(reader(folder), "/nonexistent/x.yml", &why),
			 -ENOENT);
	assert_string_equal(why.file, "/nonexistent/x.yml");
	assert_string_equal(why.reason, strerror(ENOENT));
	assert_int_equal(symlink("nowhere", file(folder, "gone.yml")), 0);
	assert_int_equal(rule_reader_add(folder->testing.reader, folder->path, &why),
			 -ENOENT);
	assert_true(text_ends(text_of(why.file), TEXT("/gone.yml")));
}

static void a_file_that_is_too_large_is_refused(void **state)
{
	struct folder *folder = *state;
	struct why why = { 0 };

	write_file(folder, "b.yml", RULE);
	assert_int_equal(truncate(file(folder, "b.yml"), (8 << 20) + 1), 0);
	assert_int_equal(rule_reader_add(reader(folder), folder->path, &why), 0);
	testing_report_refused(&folder->testing, 0, "the file is larger than 8 MiB");
}

static void a_file_without_a_rule_is_refused(void **state)
{
	struct testing *testing = *state;

	testing_read(testing, "");
	testing_report_refused(testing, 0, "the file has no rule in it");
	testing_read(testing, "# nothing\n---\n---\n");
	testing_report_refused(testing, 0, "the file has no rule in it");
	testing_read(testing, "---\n" RULE "---\n");
	testing_report_usable(testing, 0);
	assert_int_equal(testing->set.rule_count, 1);
}

static void one_bad_document_does_not_take_the_others_along(void **state)
{
	struct testing *testing = *state;

	testing_read(testing, RULE "---\ntitle: X\ntitle: Y\n---\n" RULE
				   "---\n- x\n---\n" RULE "---\n{a: b: c\n---\n" RULE);
	testing_report_usable(testing, 0);
	testing_report_refused(testing, 1, "is there already");
	testing_report_usable(testing, 2);
	testing_report_refused(testing, 3, "a list where a rule was expected");
	testing_report_usable(testing, 4);
	testing_report_refused(testing, 5, "not YAML");
	assert_int_equal(testing->set.rule_count, 3);
}

static void reports_tell_title_id_and_kind_also_of_refused_documents(void **state)
{
	struct testing *testing = *state;
	const struct rule_report *reports;
	uint32_t count;

	testing_read(testing, "title: A\nid: 1\n---\ntitle: B\ncorrelation: {}\n---\n"
			      "title: C\nfilter: {}\n");
	reports = rule_reader_reports(testing->reader, &count);
	assert_int_equal(count, 3);
	assert_true(text_is(reports[0].title, TEXT("A")));
	assert_true(text_is(reports[0].id, TEXT("1")));
	assert_true(reports[1].is_correlation);
	assert_true(reports[2].is_filter);
	assert_int_equal(reports[2].why.line, 7);
}

static void a_head_is_kept_as_written(void **state)
{
	struct testing *testing = *state;
	const struct rule *rule;

	testing_read(testing,
		     "title: T\nid: 42\nname: n\nstatus: test\ndescription: |\n  two\n  "
		     "lines\n"
		     "license: MIT\nauthor: me\ndate: 2026-01-02\nmodified: 2026/01/03\n"
		     "tags: [attack.t1059, x]\nreferences: https://x\nfalsepositives: "
		     "[null, a]\n"
		     "level: critical\nlogsource: {product: Windows, Category: X, "
		     "category: File_Event, definition: d}\nanything: {a: [1]}\n"
		     "detection: {s: {A: x}, condition: s}\n");
	testing_report_usable(testing, 0);
	rule = &testing->set.rules[0];
	assert_true(text_is(rule->head.id, TEXT("42")));
	assert_true(text_is(rule->head.description, TEXT("two\nlines\n")));
	assert_true(text_is(rule->head.date, TEXT("2026-01-02")));
	assert_int_equal(rule->head.tag_count, 2);
	assert_true(text_is(rule->head.tags[0], TEXT("attack.t1059")));
	assert_int_equal(rule->head.reference_count, 1);
	assert_int_equal(rule->head.falsepositive_count, 1);
	assert_int_equal(rule->head.level, LEVEL_CRITICAL);
	assert_true(text_is(rule->logsource.product, TEXT("windows")));
	assert_true(text_is(rule->logsource.category, TEXT("file_event")));
	assert_int_equal(rule->logsource.service.size, 0);
}

static void a_level_is_medium_where_none_is_given(void **state)
{
	struct testing *testing = *state;

	testing_read(testing, RULE);
	assert_int_equal(testing->set.rules[0].head.level, LEVEL_MEDIUM);
	assert_false(testing->set.rules[0].head.has_level);
}

static void what_a_document_must_have_is_asked_for(void **state)
{
	static const struct {
		const char *yaml, *reason;
	} bad[] = {
		{ "x: 1\n", "no 'detection', 'correlation' or 'filter'" },
		{ "detection: {s: x, condition: s}\nlogsource: {product: x}\n",
		  "no 'title'" },
		{ "title: T\ndetection: {s: x, condition: s}\n", "no 'logsource'" },
		{ "title: T\nlogsource: x\ndetection: {s: x, condition: s}\n",
		  "'logsource' is a text" },
		{ "title: T\nlogsource: {definition: x}\ndetection: {s: x, condition: "
		  "s}\n",
		  "no product, category or service" },
		{ "title: T\nlogsource: {product: 'a*'}\ndetection: {s: x, condition: "
		  "s}\n",
		  "named in full" },
		{ "title: T\nlogsource: {product: x}\ndetection: {s: x}\n",
		  "no 'condition'" },
		{ "title: T\nlogsource: {product: x}\ndetection: x\n",
		  "a text where a map" },
		{ "title: [T]\nlogsource: {product: x}\ndetection: {s: x, condition: "
		  "s}\n",
		  "'title' is a list" },
		{ "title: T\ntags: {a: b}\nlogsource: {product: x}\n"
		  "detection: {s: x, condition: s}\n",
		  "'tags' is a map" },
		{ "title: T\ntags: [[b]]\nlogsource: {product: x}\n"
		  "detection: {s: x, condition: s}\n",
		  "'tags' has a list" },
		{ "title: T\nlevel: hihg\nlogsource: {product: x}\n"
		  "detection: {s: x, condition: s}\n",
		  "(did you mean 'high'?)" },
		{ "title: T\ndetection: {}\nfilter: {}\n",
		  "'filter' beside 'detection'" },
		{ "title: T\ndetection: {}\ncorrelation: {}\n",
		  "'correlation' beside 'detection'" },
	};
	struct testing *testing = *state;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		testing_read(testing, bad[i].yaml);
		testing_report_refused(testing, 0, bad[i].reason);
	}
}

static void collections_are_refused_with_all_that_depends_on_them(void **state)
{
	struct testing *testing = *state;

	testing_read(testing, RULE "---\naction: global\ntitle: G\n---\n" RULE);
	testing_report_usable(testing, 0);
	testing_report_refused(testing, 1,
			       "collections ('action: global') are not supported");
	testing_report_refused(testing, 2, "part of the collection ('action') of line 5");
}

static void placeholder_rules_without_values_are_refused_by_name(void **state)
{
	struct testing *testing = *state;

	testing_refused(testing, "s:\n  A|expand: 'x%hosts%'\ncondition: s\n", 2, 13,
			"the placeholder %hosts% has no value");
}

static void placeholders_take_their_values_from_a_file(void **state)
{
	struct folder *folder = *state;
	struct testing *testing = &folder->testing;

	write_file(folder, "p.yml", "hosts: [srv*, 'a\\*b', 5]\none: x\ndc-1: y\n");
	testing->placeholders = file(folder, "p.yml");
	testing_tree_is(testing, "s:\n  A|expand: '%hosts%'\ncondition: s\n",
			"A(^srv =a*b =5)");
	testing_tree_is(testing, "s:\n  A|contains|expand: 'u%one%v'\ncondition: s\n",
			"A(*uxv)");
	testing_tree_is(testing, "s:\n  A|expand: '%one%%dc-1%'\ncondition: s\n",
			"A(=xy)");
	testing_tree_is(testing, "s:\n  A|expand: '%hosts%-%one%'\ncondition: s\n",
			"A(~srv*-x =a*b-x =5-x)");
	testing_tree_is(testing,
			"s:\n  A|expand: ['\\%one%', '50% of %one%', '%a b%']\n"
			"condition: s\n",
			"A(=%one% =50% of x =%a b%)");
	testing_tree_is(testing, "s:\n  A|expand: '\\\\%one%'\ncondition: s\n",
			"A(=\\x)");
	testing_tree_is(testing, "s:\n  A|re|expand: '^%one%$'\ncondition: s\n",
			"A(/^x$/)");
	testing_tree_is(testing, "s:\n  A: '%one%'\ncondition: s\n", "A(=%one%)");
	testing_tree_is(testing, "s:\n  A|all|expand: ['%hosts%', z]\ncondition: s\n",
			"(A(^srv =a*b =5) and A(=z))");
	testing_refused(testing, "s:\n  A|expand: '%ones%'\ncondition: s\n", 2, 13,
			"%ones% has no value (did you mean 'one'?)");
}

static void a_broken_placeholder_file_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *yaml, *reason;
	} bad[] = {
		{ "- x\n", "expected a map of names and values" },
		{ "", "expected a map of names and values" },
		{ "a: {b: c}\n", "'a' has a map as a value" },
		{ "a: []\n", "'a' has no values" },
		{ "a: [x, [y]]\n", "'a' has a list as a value" },
		{ "a:\n", "'a' has null as a value" },
		{ "a: 'x\n", "not YAML" },
	};
	struct folder *folder = *state;
	struct rule_reader_options options;
	struct rule_reader *none = NULL;
	struct why why = { 0 };

	options.placeholders = file(folder, "p.yml");
	assert_int_equal(rule_reader_create(&options, &none, &why), -ENOENT);
	assert_string_equal(why.file, options.placeholders);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_file(folder, "p.yml", bad[i].yaml);
		assert_int_equal(rule_reader_create(&options, &none, &why), -EINVAL);
		assert_null(none);
		if (!strstr(why.reason, bad[i].reason))
			fail_msg("'%s' is not in: %s", bad[i].reason, why.reason);
	}
}

static void values_without_end_are_refused_and_leave_no_memory_behind(void **state)
{
	struct testing *testing = *state;
	AUTO(buffer) struct buffer yaml;
	uint32_t count;

	/* Each value of 60 KiB becomes 3,125: twenty such documents are 4 GiB. */
	buffer_init(&yaml, 16u << 20);
	for (int i = 0; i < 20; i++) {
		buffer_string(&yaml,
			      "title: T\nlogsource: {product: x}\ndetection:\n  s:\n"
			      "    A|windash: '-a -b -c -d -e ");
		for (int k = 0; k < 60000; k++)
			buffer_char(&yaml, 'x');
		buffer_string(&yaml, "'\n  condition: s\n---\n");
	}
	buffer_string(&yaml, RULE);
	buffer_char(&yaml, 0);
	testing_read(testing, yaml.at);
	(void)rule_reader_reports(testing->reader, &count);
	assert_int_equal(count, 21);
	for (uint32_t i = 0; i < 20; i++)
		testing_report_refused(testing, i, "take more than 64 MiB");
	testing_report_usable(testing, 20);
}

int main(void)
{
#define FOLDER_CASE(name)                                                                \
	cmocka_unit_test_setup_teardown(name, folder_setup, folder_teardown)
	static const struct CMUnitTest tests[] = {
		FOLDER_CASE(a_folder_is_read_by_path_without_other_files),
		FOLDER_CASE(the_order_of_adding_does_not_matter_for_the_rules),
		FOLDER_CASE(a_path_that_cannot_be_opened_is_an_error_with_its_name),
		FOLDER_CASE(a_file_that_is_too_large_is_refused),
		TESTING_CASE(a_file_without_a_rule_is_refused),
		TESTING_CASE(one_bad_document_does_not_take_the_others_along),
		TESTING_CASE(reports_tell_title_id_and_kind_also_of_refused_documents),
		TESTING_CASE(a_head_is_kept_as_written),
		TESTING_CASE(a_level_is_medium_where_none_is_given),
		TESTING_CASE(what_a_document_must_have_is_asked_for),
		TESTING_CASE(collections_are_refused_with_all_that_depends_on_them),
		TESTING_CASE(placeholder_rules_without_values_are_refused_by_name),
		FOLDER_CASE(placeholders_take_their_values_from_a_file),
		FOLDER_CASE(a_broken_placeholder_file_is_refused_with_its_place),
		TESTING_CASE(values_without_end_are_refused_and_leave_no_memory_behind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
