// SPDX-License-Identifier: Apache-2.0
// Proof of the YAML reader.
#include "format/yaml.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/buffer.h"

#define ARENA_SIZE (64u << 20)

struct fixture {
	struct arena *arena;
	struct yaml *yaml;
	struct why why;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	f->arena = arena_create(ARENA_SIZE);
	assert_non_null(f->arena);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	yaml_close(f->yaml);
	arena_free(f->arena);
	free(f);
	return 0;
}

static void begin(struct fixture *f, struct text text)
{
	yaml_close(f->yaml);
	f->yaml = NULL;
	assert_int_equal(yaml_open(text, &f->yaml), 0);
}

/* The next document, which must be a good one; NULL at the end. */
static struct yaml_node *next(struct fixture *f)
{
	struct yaml_node *node = NULL;

	assert_int_equal(yaml_next(f->yaml, f->arena, &node, &f->why), 0);
	return node;
}

static struct yaml_node *only(struct fixture *f, const char *text)
{
	struct yaml_node *node;

	begin(f, text_of(text));
	node = next(f);
	assert_non_null(node);
	return node;
}

static void refused(struct fixture *f, const char *text, unsigned line, unsigned column,
		    const char *reason)
{
	struct yaml_node *node = NULL;

	begin(f, text_of(text));
	assert_int_equal(yaml_next(f->yaml, f->arena, &node, &f->why), -EINVAL);
	assert_null(node);
	if (!strstr(f->why.reason, reason))
		fail_msg("'%s' is not in: %s", reason, f->why.reason);
	assert_int_equal(f->why.line, line);
	assert_int_equal(f->why.column, column);
}

static void a_scalar_without_quotes_is_what_the_core_schema_says(void **state)
{
	static const struct {
		const char *text;
		enum yaml_kind kind;
	} cases[] = {
		{ "null", YAML_NULL },       { "~", YAML_NULL },
		{ "true", YAML_BOOL },       { "FALSE", YAML_BOOL },
		{ "12", YAML_INT },          { "-7", YAML_INT },
		{ "007", YAML_INT },         { "0x1f", YAML_INT },
		{ "0o17", YAML_INT },        { "1.5", YAML_FLOAT },
		{ "1e3", YAML_FLOAT },       { ".5", YAML_FLOAT },
		{ "5.", YAML_FLOAT },        { "-.inf", YAML_FLOAT },
		{ ".nan", YAML_FLOAT },      { "yes", YAML_STRING },
		{ "off", YAML_STRING },      { "1_000", YAML_STRING },
		{ "1:30", YAML_STRING },     { "1.2.3", YAML_STRING },
		{ "0x", YAML_STRING },       { "e5", YAML_STRING },
		{ "1e", YAML_STRING },       { "'12'", YAML_STRING },
		{ "\"\"", YAML_STRING },     { "2020-01-01", YAML_STRING },
		{ "+", YAML_STRING },        { "-x", YAML_STRING },
		{ "tRUE", YAML_STRING },     { "!!str 12", YAML_STRING },
		{ "!!float 3", YAML_FLOAT }, { "! 12", YAML_STRING },
		{ ".", YAML_STRING },
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct yaml_node *node = only(f, cases[i].text);

		if (node->kind != cases[i].kind)
			fail_msg("%s is %s", cases[i].text, yaml_kind_name(node));
	}
}

static void numbers_have_values_and_other_texts_have_none(void **state)
{
	static const struct {
		const char *text;
		double number;
	} good[] = {
		{ "12", 12 },   { "-7", -7 },   { "0x1F", 31 },   { "0o17", 15 },
		{ "1.5", 1.5 }, { "1e3", 1e3 }, { "'0x10'", 16 }, { "'2.5'", 2.5 },
	};
	static const char *const bad[] = { "null", "true", ".inf", ".nan",
					   "x",    "''",   "1e999" };
	struct fixture *f = *state;
	double number = 0;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(yaml_number(only(f, good[i].text), &number));
		assert_true(number == good[i].number);
	}
	number = 42;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(yaml_number(only(f, bad[i]), &number));
	assert_true(number == 42);
}

static void every_node_knows_its_place(void **state)
{
	struct fixture *f = *state;
	struct yaml_node *map = only(f, "a: x\nb:\n  - 'y'\n  - z w\n");
	struct yaml_node *list = yaml_get(map, "b");

	assert_int_equal(map->kind, YAML_MAP);
	assert_int_equal(map->count, 2);
	assert_int_equal(map->items[2]->line, 2);
	assert_int_equal(map->items[2]->column, 1);
	assert_int_equal(list->kind, YAML_LIST);
	assert_int_equal(list->count, 2);
	assert_int_equal(list->items[0]->line, 3);
	assert_int_equal(list->items[0]->column, 5);
	assert_int_equal(list->items[0]->text_column, 6);
	assert_true(list->items[0]->quoted);
	assert_int_equal(list->items[1]->text_column, 5);
	assert_false(list->items[1]->quoted);
	assert_null(yaml_get(map, "c"));
	assert_null(yaml_get(list, "a"));
	assert_null(yaml_get(NULL, "a"));
}

static void a_text_with_escapes_or_over_lines_has_no_column_of_its_own(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(only(f, "\"a\\tb\"")->text_column, 0);
	assert_int_equal(only(f, "|\n  a\n  b\n")->text_column, 0);
	assert_int_equal(only(f, "a\n  b\n")->text_column, 0);
	assert_int_equal(only(f, "'\xc3\xa4\xc3\xb6'")->text_column, 2);
}

static void documents_come_one_by_one(void **state)
{
	struct fixture *f = *state;

	begin(f, TEXT("a: 1\n---\nb: 2\n---\n- c\n"));
	assert_non_null(yaml_get(next(f), "a"));
	assert_non_null(yaml_get(next(f), "b"));
	assert_int_equal(next(f)->kind, YAML_LIST);
	assert_null(next(f));
	assert_null(next(f));
}

static void nothing_and_comments_are_no_document(void **state)
{
	struct fixture *f = *state;

	begin(f, TEXT(""));
	assert_null(next(f));
	begin(f, TEXT("# nothing\n"));
	assert_null(next(f));
	begin(f, (struct text){ 0 });
	assert_null(next(f));
}

static void after_a_refused_document_the_next_one_is_read(void **state)
{
	struct fixture *f = *state;
	struct yaml_node *node = NULL;

	begin(f, TEXT("a: 1\na: 2\nz: [1, 2]\n---\nb: 2\n"));
	assert_int_equal(yaml_next(f->yaml, f->arena, &node, &f->why), -EINVAL);
	assert_non_null(yaml_get(next(f), "b"));
	assert_null(next(f));
}

static void after_broken_syntax_there_is_nothing_more(void **state)
{
	struct fixture *f = *state;
	struct yaml_node *node = NULL;

	begin(f, TEXT("a: 1\n---\nb: [1\n---\nc: 3\n"));
	assert_non_null(next(f));
	assert_int_equal(yaml_next(f->yaml, f->arena, &node, &f->why), -EINVAL);
	assert_null(next(f));
}

static void what_is_not_a_tree_with_unique_keys_is_refused_with_its_place(void **state)
{
	struct fixture *f = *state;

	refused(f, "a: 1\nb: 2\na: 3\n", 3, 1, "'a' is there already, in line 1");
	refused(f, "'a': 1\na: 3\n", 2, 1, "'a' is there already");
	refused(f, "? [a]\n: 1\n", 1, 3, "a list as a key");
	refused(f, "~: 1\n", 1, 1, "a value without a key");
	refused(f, "b: &x {c: 1}\na:\n  <<: *x\n", 3, 3, "merge keys");
	refused(f, "a: !new x\n", 1, 4, "tag that is not known");
	refused(f, "a: !!int x\n", 1, 4, "does not fit the value");
	refused(f, "a: !!set {x: 1}\n", 1, 4, "tag that is not known");
	refused(f, "a: *x\n", 1, 4, "alias of what is not complete");
	refused(f, "a: &x [*x]\n", 1, 8, "alias of what is not complete");
	refused(f, "a: 'x\n", 2, 1, "not YAML");
	refused(f, "a:\n\t- x\n", 2, 1, "not YAML");
	refused(f, "a: 1\nb: \xff\n", 2, 0, "not YAML");
}

static void aliases_repeat_what_they_name(void **state)
{
	struct fixture *f = *state;
	struct yaml_node *map = only(f, "a: &x [1, 2]\nb: *x\nc: &x 5\nd: *x\n");

	assert_ptr_equal(yaml_get(map, "a"), yaml_get(map, "b"));
	assert_true(text_is(yaml_get(map, "d")->text, TEXT("5")));
	assert_int_equal(map->weight, 1 + 4 + 3 + 3 + 1 + 1);
}

static void aliases_that_multiply_are_refused(void **state)
{
	struct fixture *f = *state;

	refused(f,
		"a: &a [1,1,1,1,1,1,1,1,1,1]\n"
		"b: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n"
		"c: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]\n"
		"d: &d [*c,*c,*c,*c,*c,*c,*c,*c,*c,*c]\n"
		"e: &e [*d,*d,*d,*d,*d,*d,*d,*d,*d,*d]\n"
		"f: &f [*e,*e,*e,*e,*e,*e,*e,*e,*e,*e]\n",
		6, 29, "more than 1,000,000 values");
}

static void nesting_is_allowed_to_its_limit_and_no_deeper(void **state)
{
	struct fixture *f = *state;
	char text[2 * YAML_DEPTH_MAX + 3];

	memset(text, '[', YAML_DEPTH_MAX);
	memset(text + YAML_DEPTH_MAX, ']', YAML_DEPTH_MAX);
	text[2 * YAML_DEPTH_MAX] = 0;
	assert_int_equal(only(f, text)->weight, YAML_DEPTH_MAX);
	memset(text, '[', YAML_DEPTH_MAX + 1);
	memset(text + YAML_DEPTH_MAX + 1, ']', YAML_DEPTH_MAX + 1);
	text[2 * YAML_DEPTH_MAX + 2] = 0;
	refused(f, text, 1, YAML_DEPTH_MAX + 1, "more than 64 lists and maps");
}

static void a_file_of_brackets_alone_ends_soon(void **state)
{
	struct fixture *f = *state;
	AUTO(free) char *text = malloc((8u << 20) + 1);

	assert_non_null(text);
	memset(text, '[', 8u << 20);
	text[8u << 20] = 0;
	refused(f, text, 1, YAML_DEPTH_MAX + 1, "more than 64 lists and maps");
	assert_null(next(f));
}

static void a_message_shows_no_control_characters(void **state)
{
	struct fixture *f = *state;

	refused(f, "\"a\\e[31m\\x9b\": 1\n\"a\\e[31m\\x9b\": 1\n", 2, 1,
		"'a?[31m?"
		"?'");
}

static void a_place_inside_a_text_is_counted_in_characters(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(yaml_at(only(f, "'\xc3\xa4 b'"), 3).column, 4);
	assert_int_equal(yaml_at(only(f, "\"a\\tb\""), 2).column, 1);
}

static void a_long_text_is_cut_at_a_character_in_messages(void **state)
{
	char text[100];

	(void)state;
	memset(text, 'a', sizeof(text));
	text[79] = '\xc3';
	text[80] = '\xa4';
	assert_int_equal(yaml_show((struct text){ text, 100 }).size, 79);
	assert_int_equal(yaml_show((struct text){ text, 10 }).size, 10);
}

static void an_arena_that_is_full_is_out_of_memory_and_no_crash(void **state)
{
	struct fixture *f = *state;

	for (size_t limit = 0; limit < 4096; limit += 16) {
		struct arena *arena = arena_create(limit);
		struct yaml_node *node = NULL;
		int r;

		assert_non_null(arena);
		begin(f, TEXT("a: &x [1, 'b', {c: d}]\ne: *x\n"));
		r = yaml_next(f->yaml, arena, &node, &f->why);
		assert_true(r == -ENOMEM || (r == 0 && node));
		arena_free(arena);
	}
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	static const struct CMUnitTest tests[] = {
		CASE(a_scalar_without_quotes_is_what_the_core_schema_says),
		CASE(numbers_have_values_and_other_texts_have_none),
		CASE(every_node_knows_its_place),
		CASE(a_text_with_escapes_or_over_lines_has_no_column_of_its_own),
		CASE(documents_come_one_by_one),
		CASE(nothing_and_comments_are_no_document),
		CASE(after_a_refused_document_the_next_one_is_read),
		CASE(after_broken_syntax_there_is_nothing_more),
		CASE(what_is_not_a_tree_with_unique_keys_is_refused_with_its_place),
		CASE(aliases_repeat_what_they_name),
		CASE(aliases_that_multiply_are_refused),
		CASE(nesting_is_allowed_to_its_limit_and_no_deeper),
		CASE(a_file_of_brackets_alone_ends_soon),
		CASE(a_message_shows_no_control_characters),
		CASE(a_place_inside_a_text_is_counted_in_characters),
		CASE(a_long_text_is_cut_at_a_character_in_messages),
		CASE(an_arena_that_is_full_is_out_of_memory_and_no_crash),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
