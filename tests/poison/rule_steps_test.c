// SPDX-License-Identifier: Apache-2.0
// What a rule takes is put on its own account, and a rule can be switched off alone.
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "detect/engine/breaker.h"
#include "detect/engine/engine.h"
#include "update/compile/pack_build.h"
#include "update/rule/rule_read.h"

#define SECOND INT64_C(1000000000)
#define RULE(title, number, selection)                                                   \
	"title: " title "\nid: 00000000-0000-4000-8000-00000000000" number               \
	"\nlogsource: {product: linux, category: process_creation}\n"                    \
	"detection: {selection: {" selection "}, condition: selection}\n"                \
	"level: high\n---\n"

/* The first has to be looked at byte by byte, the second is found at once. */
static const char rules[] = RULE("Hog", "1", "CommandLine|re: '(a|b|ab)*(c|d)*e$'")
	RULE("Cheap", "2", "CommandLine|contains: marker");

enum { HOG, CHEAP };

struct bench {
	struct rule_reader *reader;
	struct buffer bytes;
	struct pack *pack;
	struct engine *engine;
	struct event event;
	char record[4096];
	unsigned found[2];
};

static void take(void *user, const struct detection *detection)
{
	struct bench *bench = user;

	bench->found[detection->rule]++;
}

static void build(struct bench *bench)
{
	struct rule_set set;
	struct why why = { 0 };

	assert_int_equal(rule_reader_create(&(struct rule_reader_options){ 0 },
					    &bench->reader, &why),
			 0);
	assert_int_equal(rule_reader_add_text(bench->reader, "steps.yml", text_of(rules)),
			 0);
	assert_int_equal(rule_reader_finish(bench->reader, &set), 0);
	buffer_init(&bench->bytes, PACK_SIZE_MAX);
	assert_int_equal(pack_build(&set, &bench->bytes, &why), 0);
	assert_int_equal(pack_open_bytes(buffer_view(&bench->bytes), &bench->pack, &why),
			 0);
	assert_int_equal(pack_rule_count(bench->pack), 2);
}

/* Thousands of characters that the hog can't decide before the last; and the other's marker. */
static void make_event(struct bench *bench)
{
	struct event *event = &bench->event;
	size_t size = sizeof(bench->record);

	for (size_t i = 0; i < size; i++)
		bench->record[i] = i % 2 ? 'a' : 'b';
	memcpy(bench->record + size - 7, "marker!", 7);
	event_clear(event, (struct text){ .at = bench->record, .size = size });
	event->source = TEXT("linux:process_creation");
	event_add(event, pack_field(bench->pack, TEXT("CommandLine")), VALUE_TEXT, 0,
		  size);
}

static int set_up(void **state)
{
	const struct engine_limits limits = { .rule_steps = true };
	struct bench *bench = calloc(1, sizeof(*bench));

	if (!bench)
		return -1;
	build(bench);
	make_event(bench);
	*state = bench;
	return engine_create(bench->pack, &limits, &bench->engine);
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	engine_free(bench->engine);
	pack_close(bench->pack);
	buffer_done(&bench->bytes);
	rule_reader_free(bench->reader);
	free(bench);
	return 0;
}

static void judge(struct bench *bench)
{
	engine_event(bench->engine, &bench->event, take, bench);
}

static void the_hog_pays_for_what_it_takes(void **state)
{
	struct bench *bench = *state;
	const uint64_t *steps = engine_rule_steps(bench->engine);

	judge(bench);
	assert_int_equal(bench->found[CHEAP], 1);
	assert_in_range(steps[HOG], sizeof(bench->record), 1000 * sizeof(bench->record));
	assert_in_range(steps[CHEAP], 1, 100);
}

static void a_rule_that_is_off_takes_nothing_and_finds_nothing(void **state)
{
	struct bench *bench = *state;
	const uint64_t *steps = engine_rule_steps(bench->engine);
	uint64_t before;

	engine_rule_off(bench->engine, HOG, true);
	judge(bench);
	assert_int_equal(steps[HOG], 0);
	assert_int_equal(bench->found[CHEAP], 1);
	engine_rule_off(bench->engine, CHEAP, true);
	judge(bench);
	assert_int_equal(bench->found[CHEAP], 1);
	engine_rule_off(bench->engine, HOG, false);
	engine_rule_off(bench->engine, CHEAP, false);
	before = steps[HOG];
	judge(bench);
	assert_true(steps[HOG] > before);
	assert_int_equal(bench->found[CHEAP], 2);
}

static void without_being_asked_nothing_is_counted(void **state)
{
	struct bench *bench = *state;

	engine_free(bench->engine);
	assert_int_equal(engine_create(bench->pack, NULL, &bench->engine), 0);
	assert_null(engine_rule_steps(bench->engine));
	engine_rule_off(bench->engine, CHEAP, true);
	judge(bench);
	assert_int_equal(bench->found[CHEAP], 1);
}

static void the_breaker_finds_the_hog_among_the_rules(void **state)
{
	const struct breaker_limits limits = { .steps = 100000 };
	struct bench *bench = *state;
	struct breaker *breaker = NULL;
	struct breaker_event event;
	int64_t now = 1000 * SECOND;
	unsigned events = 0;

	assert_int_equal(breaker_create(2, &limits, &breaker), 0);
	while (!breaker_next(breaker, &event)) {
		judge(bench);
		breaker_check(breaker, engine_rule_steps(bench->engine), now);
		assert_in_range(++events, 1, 1000);
	}
	assert_int_equal(event.kind, BREAKER_BURN);
	assert_int_equal(event.rule, HOG);
	engine_rule_off(bench->engine, event.rule, true);
	for (unsigned i = 0; i < 1000; i++)
		judge(bench);
	breaker_check(breaker, engine_rule_steps(bench->engine), now + SECOND);
	assert_false(breaker_next(breaker, &event));
	assert_int_equal(bench->found[CHEAP], events + 1000);
	breaker_free(breaker);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_hog_pays_for_what_it_takes),
		TEST(a_rule_that_is_off_takes_nothing_and_finds_nothing),
		TEST(without_being_asked_nothing_is_counted),
		TEST(the_breaker_finds_the_hog_among_the_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
