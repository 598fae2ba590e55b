// SPDX-License-Identifier: Apache-2.0
// For tests only: the few arrays of a pack that correlations read, laid out in memory.
#include "detect/engine/correlation_testpack.h"

#include <assert.h>
#include <stdlib.h>

struct testpack *testpack_create(void)
{
	struct testpack *test = calloc(1, sizeof(*test));

	assert(test);
	test->pack.rules = test->rules;
	test->pack.correlations = test->correlations;
	test->pack.parts = test->parts;
	test->pack.bounds = test->bounds;
	test->pack.tests = test->tests;
	test->pack.fields = test->fields;
	test->pack.numbers = test->numbers;
	test->pack.text = test->text;
	return test;
}

uint32_t testpack_field(struct testpack *test, const char *name)
{
	uint32_t *used = &test->pack.count[PACK_TEXT];
	uint32_t size = (uint32_t)strlen(name);

	assert(*used + size <= sizeof(test->text));
	memcpy(test->text + *used, name, size);
	test->fields[test->pack.count[PACK_FIELDS]].name =
		(struct pack_span){ .first = *used, .count = size };
	*used += size;
	return test->pack.count[PACK_FIELDS]++;
}

uint32_t testpack_rule(struct testpack *test)
{
	assert(test->pack.count[PACK_RULES] < TESTPACK_RULES);
	test->rules[test->pack.count[PACK_RULES]].correlation = PACK_NONE;
	return test->pack.count[PACK_RULES]++;
}

static uint32_t add_number(struct testpack *test, uint32_t number)
{
	assert(test->pack.count[PACK_NUMBERS] < 16 * TESTPACK_RULES);
	test->numbers[test->pack.count[PACK_NUMBERS]] = number;
	return test->pack.count[PACK_NUMBERS]++;
}

static struct pack_span add_list(struct testpack *test, const uint32_t *list,
				 uint32_t count)
{
	struct pack_span span = { .first = test->pack.count[PACK_NUMBERS],
				  .count = count };

	for (uint32_t i = 0; i < count; i++)
		(void)add_number(test, list[i]);
	return span;
}

static void add_part(struct testpack *test, const struct testpack_correlation *what,
		     uint32_t number)
{
	struct pack_part *part = &test->parts[test->pack.count[PACK_PARTS]++];
	uint32_t keys[16];

	for (uint32_t i = 0; i < what->key_count; i++)
		keys[i] = what->part_keys[number][i] ? what->part_keys[number][i] - 1
						     : what->keys[i];
	*part = (struct pack_part){
		.correlation = test->pack.count[PACK_CORRELATIONS],
		.number = number,
		.rule = what->parts[number],
		.keys = add_list(test, keys, what->key_count),
		.values = add_list(test, what->values, what->value_count),
	};
}

uint32_t testpack_correlate(struct testpack *test,
			    const struct testpack_correlation *what)
{
	uint32_t rule = testpack_rule(test);
	uint32_t *count = test->pack.count;
	struct pack_correlation *correlation =
		&test->correlations[count[PACK_CORRELATIONS]];

	*correlation = (struct pack_correlation){
		.rule = rule,
		.kind = what->kind,
		.parts = { .first = count[PACK_PARTS], .count = what->part_count },
		.keys = add_list(test, what->keys, what->key_count),
		.value_count = what->value_count,
		.percentile = what->percentile,
		.timespan_ns = what->timespan_ns,
		.bounds = { .first = count[PACK_BOUNDS], .count = what->bound_count },
		.condition = { .first = count[PACK_TESTS], .count = what->test_count },
	};
	for (uint32_t i = 0; i < what->part_count; i++)
		add_part(test, what, i);
	for (uint32_t i = 0; i < what->bound_count; i++)
		test->bounds[count[PACK_BOUNDS]++] = what->bounds[i];
	for (uint32_t i = 0; i < what->test_count; i++)
		test->tests[count[PACK_TESTS]++] = what->tests[i];
	test->rules[rule].correlation = count[PACK_CORRELATIONS]++;
	test->rules[rule].flags =
		PACK_RULE_CORRELATION | (what->silent ? PACK_RULE_SILENT : 0);
	return rule;
}

const struct pack *testpack_finish(struct testpack *test)
{
	for (uint32_t rule = 0; rule < test->pack.count[PACK_RULES]; rule++) {
		struct pack_span *used_by = &test->rules[rule].used_by;

		used_by->first = test->pack.count[PACK_NUMBERS];
		used_by->count = 0;
		for (uint32_t part = 0; part < test->pack.count[PACK_PARTS]; part++) {
			if (test->parts[part].rule != rule)
				continue;
			(void)add_number(test, part);
			used_by->count++;
		}
	}
	return &test->pack;
}

void testevent_start(struct testevent *test, int64_t time_ns)
{
	event_clear(&test->event, (struct text){ .at = test->bytes, .size = 0 });
	test->event.time_ns = time_ns;
	test->used = 0;
}

void testevent_text(struct testevent *test, uint32_t field, const char *text)
{
	size_t size = strlen(text);

	assert(test->used + size <= sizeof(test->bytes));
	memcpy(test->bytes + test->used, text, size);
	event_add(&test->event, (uint16_t)field, VALUE_TEXT, test->used, size);
	test->used += size;
	test->event.record.size = test->used;
}

void testevent_null(struct testevent *test, uint32_t field)
{
	event_add(&test->event, (uint16_t)field, VALUE_NULL, 0, 0);
}
