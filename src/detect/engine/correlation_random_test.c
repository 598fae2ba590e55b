// SPDX-License-Identifier: Apache-2.0
// Correlations against a second opinion that keeps every event and begins anew at each.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "detect/engine/correlation.h"
#include "detect/engine/correlation_testpack.h"

#define STREAM_EVENTS    2000
#define STREAMS_PER_KIND 20
#define GROUPS           4
#define PARTS_MAX        4
#define NONE             INT64_MIN

struct alert {
	uint32_t event, count;
	int64_t first_ns, last_ns;
	double value;
};

struct alerts {
	struct alert list[STREAM_EVENTS];
	uint32_t count;
};

/* One event of a stream, as whoever made it knows it. */
struct sample {
	int64_t time_ns;
	uint32_t group, part, value; /* value: which of a few texts */
	double number;               /* NAN: the text is no number */
};

struct plan {
	struct testpack_correlation correlation;
	uint32_t user, amount; /* fields */
	int64_t step_ns;       /* how far apart events are at most */
};

static const struct {
	const char *text;
	double number;
} values[] = {
	{ "7", 7 },
	{ "7.5", 7.5 },
	{ "0x1F", 31 },
	{ "abc", NAN },
	{ "ABC", NAN },
	{ "-12", -12 },
	{ "1000", 1000 },
	{ "0", 0 },
	{ "", NAN },
	{ "12 ", NAN },
	{ "0x1f", 31 },
	{ "250", 250 },
	{ "3e2", 300 },
	{ "stra\xc3\x9f"
	  "e",
	  NAN },
	{ "-0.25", -0.25 },
	{ "64", 64 },
	{ "4096", 4096 },
};
#define VALUES (sizeof(values) / sizeof(values[0]))

/* Equal without regard to case have the same number here. */
static uint32_t value_class(uint32_t value)
{
	return value == 4 ? 3 : value == 10 ? 2 : value;
}

static uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static uint32_t random_below(uint64_t *state, uint32_t limit)
{
	return (uint32_t)(random_next(state) % limit);
}

/* --- the second opinion --- */

struct memory {
	struct sample kept[STREAM_EVENTS]; /* of one group, since its last alert */
	double numbers[STREAM_EVENTS];
	uint32_t count;
	int64_t newest_ns;
};

struct opinion {
	struct memory groups[GROUPS];
	struct alerts alerts;
	uint64_t late;
};

static int by_number(const void *a, const void *b)
{
	const double *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static bool in_window(const struct memory *memory, int64_t timespan_ns, uint32_t i)
{
	return memory->kept[i].time_ns >= memory->newest_ns - timespan_ns;
}

static void judge_count(const struct memory *memory, int64_t timespan_ns,
			struct alert *out)
{
	for (uint32_t i = 0; i < memory->count; i++) {
		if (!in_window(memory, timespan_ns, i))
			continue;
		out->count++;
		if (memory->kept[i].time_ns < out->first_ns)
			out->first_ns = memory->kept[i].time_ns;
	}
	out->value = out->count;
}

/* Of each of ${limit} labels the latest time in the window. */
static void judge_labels(const struct memory *memory, int64_t timespan_ns, bool parts,
			 uint32_t *seen, struct alert *out)
{
	int64_t latest[VALUES];

	for (uint32_t i = 0; i < VALUES; i++)
		latest[i] = NONE;
	for (uint32_t i = 0; i < memory->count; i++) {
		const struct sample *sample = &memory->kept[i];
		uint32_t label = parts ? sample->part : value_class(sample->value);

		if (in_window(memory, timespan_ns, i) && sample->time_ns > latest[label])
			latest[label] = sample->time_ns;
	}
	for (uint32_t i = 0; i < VALUES; i++) {
		if (latest[i] == NONE)
			continue;
		*seen |= 1u << i;
		out->count++;
		if (latest[i] < out->first_ns)
			out->first_ns = latest[i];
	}
	out->value = out->count;
}

/* How many parts can be reached from ${start} on, each taking the earliest event. */
static uint32_t reach(const struct memory *memory, int64_t start, uint32_t parts)
{
	int64_t at = start;

	for (uint32_t part = 0; part < parts; part++) {
		int64_t best = INT64_MAX;

		for (uint32_t i = 0; i < memory->count; i++)
			if (memory->kept[i].part == part &&
			    memory->kept[i].time_ns >= at &&
			    memory->kept[i].time_ns < best)
				best = memory->kept[i].time_ns;
		if (best == INT64_MAX)
			return part;
		at = best;
	}
	return parts;
}

static void judge_order(const struct memory *memory, int64_t timespan_ns, uint32_t parts,
			uint32_t *seen, struct alert *out)
{
	for (uint32_t i = 0; i < memory->count; i++) {
		int64_t start = memory->kept[i].time_ns;
		uint32_t reached;

		if (memory->kept[i].part != 0 || !in_window(memory, timespan_ns, i))
			continue;
		reached = reach(memory, start, parts);
		if (reached > out->count ||
		    (reached == out->count && start > out->first_ns)) {
			out->count = reached;
			out->first_ns = start;
		}
	}
	*seen = (1u << out->count) - 1;
	out->value = out->count;
}

static void judge_numbers(struct memory *memory, const struct testpack_correlation *what,
			  struct alert *out)
{
	double *numbers = memory->numbers, sum = 0;
	uint32_t n = 0, rank;

	judge_count(memory, what->timespan_ns, out);
	for (uint32_t i = 0; i < memory->count; i++) {
		if (!in_window(memory, what->timespan_ns, i))
			continue;
		sum += numbers[n++] = memory->kept[i].number;
	}
	qsort(numbers, n, sizeof(numbers[0]), by_number);
	rank = (what->percentile * n + 9999) / 10000;
	if (what->kind == PACK_VALUE_SUM)
		out->value = sum;
	else if (what->kind == PACK_VALUE_AVG)
		out->value = sum / n;
	else if (what->kind == PACK_VALUE_PERCENTILE)
		out->value = numbers[rank ? rank - 1 : 0];
	else
		out->value = n % 2 ? numbers[n / 2]
				   : (numbers[n / 2 - 1] + numbers[n / 2]) / 2;
}

static bool bounded(const struct testpack_correlation *what, double value)
{
	for (uint32_t i = 0; i < what->bound_count; i++) {
		double number = what->bounds[i].number;
		bool is[] = { value > number,  value >= number, value < number,
			      value <= number, value == number, value != number };

		if (!is[what->bounds[i].op])
			return false;
	}
	return true;
}

/* The one condition that plans use: the first part, and not the second. */
static bool judge(const struct testpack_correlation *what, uint32_t seen, double value)
{
	if (what->test_count)
		return (seen & 3) == 1;
	if (what->bound_count)
		return bounded(what, value);
	return value == what->part_count;
}

static bool usable(const struct testpack_correlation *what, const struct sample *sample)
{
	return what->kind < PACK_VALUE_SUM || !isnan(sample->number);
}

static void second_opinion(struct opinion *opinion,
			   const struct testpack_correlation *what,
			   const struct sample *sample, uint32_t event)
{
	struct memory *memory = &opinion->groups[sample->group];
	struct alert alert = { .event = event };
	uint32_t seen = 0;

	if (!usable(what, sample))
		return;
	if (memory->count && sample->time_ns < memory->newest_ns - what->timespan_ns) {
		opinion->late++;
		return;
	}
	if (!memory->count || sample->time_ns > memory->newest_ns)
		memory->newest_ns = sample->time_ns;
	memory->kept[memory->count++] = *sample;
	alert.first_ns = alert.last_ns = memory->newest_ns;
	if (what->kind == PACK_EVENT_COUNT)
		judge_count(memory, what->timespan_ns, &alert);
	else if (what->kind == PACK_VALUE_COUNT || what->kind == PACK_TEMPORAL)
		judge_labels(memory, what->timespan_ns, what->kind == PACK_TEMPORAL,
			     &seen, &alert);
	else if (what->kind == PACK_TEMPORAL_ORDERED)
		judge_order(memory, what->timespan_ns, what->part_count, &seen, &alert);
	else
		judge_numbers(memory, what, &alert);
	if (!judge(what, seen, alert.value))
		return;
	opinion->alerts.list[opinion->alerts.count++] = alert;
	memory->count = 0;
}

/* --- the streams --- */

static void plan_bounds(struct testpack_correlation *what, uint64_t *state)
{
	static const double typical[PACK_CORRELATION_KINDS] = { 12,   6,   2,   2,
								2000, 300, 250, 30 };
	double number = typical[what->kind] * (0.5 + random_below(state, 4) * 0.25);

	if (what->kind <= PACK_TEMPORAL_ORDERED)
		number = floor(number);
	what->bound_count = 1;
	what->bounds[0] = (struct pack_bound){ .op = random_below(state, PACK_BOUND_OPS),
					       .number = number };
	if (random_below(state, 3) == 0) {
		what->bounds[0].op = PACK_GTE;
		what->bounds[1] =
			(struct pack_bound){ .op = PACK_LT, .number = number * 1.5 };
		what->bound_count = 2;
	}
}

static void make_plan(struct testpack *test, uint32_t kind, uint64_t *state,
		      struct plan *plan)
{
	struct testpack_correlation *what = &plan->correlation;
	bool temporal = kind == PACK_TEMPORAL || kind == PACK_TEMPORAL_ORDERED;

	*plan = (struct plan){ .user = testpack_field(test, "User"),
			       .amount = testpack_field(test, "Amount") };
	what->kind = kind;
	what->timespan_ns = (20 + random_below(state, 40)) * TESTPACK_SECOND;
	what->part_count = temporal ? 2 + random_below(state, PARTS_MAX - 1) : 1;
	for (uint32_t i = 0; i < what->part_count; i++)
		what->parts[i] = testpack_rule(test);
	what->key_count = 1;
	what->keys[0] = plan->user;
	what->value_count = kind >= PACK_VALUE_SUM || kind == PACK_VALUE_COUNT;
	what->values[0] = plan->amount;
	what->percentile = random_below(state, 10001);
	plan->step_ns = (1 + random_below(state, 8)) * TESTPACK_SECOND / 2;
	if (kind == PACK_TEMPORAL_ORDERED)
		plan->step_ns = 4 * TESTPACK_SECOND;
	if (temporal && random_below(state, 2))
		return;
	if (temporal && random_below(state, 2)) {
		what->test_count = 2;
		what->tests[0] =
			(struct pack_test){ .atom = 0, .yes = 1, .no = TEST_REJECT };
		what->tests[1] = (struct pack_test){ .atom = 1,
						     .yes = TEST_REJECT,
						     .no = TEST_ACCEPT };
		return;
	}
	plan_bounds(what, state);
}

/* Mostly forward, on a grid so that times repeat; many come late, some too late. */
static struct sample next_sample(const struct plan *plan, int64_t *clock_ns,
				 uint64_t *state)
{
	int64_t half = TESTPACK_SECOND / 2, back = 0;
	struct sample sample;

	*clock_ns += random_below(state, (uint32_t)(plan->step_ns / half) + 1) * half;
	if (random_below(state, 4) == 0)
		back = random_below(state, 20) * half;
	if (random_below(state, 50) == 0)
		back = random_below(state, 200) * half;
	sample.time_ns = *clock_ns - back;
	sample.group = random_below(state, GROUPS);
	sample.part = random_below(state, plan->correlation.part_count);
	sample.value = random_below(state, VALUES);
	sample.number = values[sample.value].number;
	return sample;
}

static void take_alert(void *user, const struct detection *detection)
{
	struct alerts *alerts = user;

	assert_true(alerts->count < STREAM_EVENTS);
	alerts->list[alerts->count++] = (struct alert){
		.count = (uint32_t)detection->event_count,
		.first_ns = detection->first_ns,
		.last_ns = detection->last_ns,
		.value = detection->value,
	};
}

static void run_engine(struct correlator *correlator, const struct plan *plan,
		       const struct sample *sample, uint32_t number, uint64_t *state,
		       struct alerts *alerts)
{
	static const char *const names[GROUPS][2] = {
		{ "root", "ROOT" },
		{ "", "" },
		{ "\xc3\x84nne", "\xc3\xa4NNE" },
		{ "r", "R" },
	};
	struct testevent *event = malloc(sizeof(*event));
	uint32_t before = alerts->count;

	assert_non_null(event);
	testevent_start(event, sample->time_ns);
	testevent_text(event, plan->user, names[sample->group][random_below(state, 2)]);
	testevent_text(event, plan->amount, values[sample->value].text);
	correlator_feed(correlator, &plan->correlation.parts[sample->part], 1,
			&event->event, take_alert, alerts);
	for (; before < alerts->count; before++)
		alerts->list[before].event = number;
	free(event);
}

static void assert_same(const struct alerts *got, const struct alerts *wanted,
			uint64_t seed)
{
	for (uint32_t i = 0; i < got->count && i < wanted->count; i++) {
		const struct alert *a = &got->list[i], *b = &wanted->list[i];

		if (a->event == b->event && a->count == b->count &&
		    a->first_ns == b->first_ns && a->last_ns == b->last_ns &&
		    a->value == b->value)
			continue;
		fail_msg("stream %llu, alert %u: event %u/%u count %u/%u value %g/%g "
			 "first %lld/%lld last %lld/%lld",
			 (unsigned long long)seed, i, a->event, b->event, a->count,
			 b->count, a->value, b->value, (long long)a->first_ns,
			 (long long)b->first_ns, (long long)a->last_ns,
			 (long long)b->last_ns);
	}
	assert_int_equal(got->count, wanted->count);
}

/* Returns how many alerts both gave. */
static uint32_t run_stream(uint32_t kind, uint64_t seed)
{
	uint64_t state = seed;
	struct testpack *test = testpack_create();
	struct opinion *opinion = calloc(1, sizeof(*opinion));
	struct alerts *alerts = calloc(1, sizeof(*alerts));
	struct engine_counters counters = { 0 };
	int64_t clock_ns = 1700000000 * TESTPACK_SECOND;
	struct correlator *correlator;
	struct plan plan;
	uint32_t count;

	assert_non_null(opinion);
	assert_non_null(alerts);
	make_plan(test, kind, &state, &plan);
	(void)testpack_correlate(test, &plan.correlation);
	assert_int_equal(correlator_create(testpack_finish(test), 1u << 20, &counters,
					   &correlator),
			 0);
	for (uint32_t i = 0; i < STREAM_EVENTS; i++) {
		struct sample sample = next_sample(&plan, &clock_ns, &state);

		run_engine(correlator, &plan, &sample, i, &state, alerts);
		second_opinion(opinion, &plan.correlation, &sample, i);
	}
	assert_same(alerts, &opinion->alerts, seed);
	assert_int_equal(counters.correlation_late, opinion->late);
	assert_int_equal(counters.detections, alerts->count);
	assert_int_equal(counters.correlation_evicted, 0);
	count = alerts->count;
	correlator_free(correlator);
	free(alerts);
	free(opinion);
	free(test);
	return count;
}

static void run_kind(uint32_t kind)
{
	uint32_t alerts = 0;

	for (uint32_t i = 0; i < STREAMS_PER_KIND; i++)
		alerts += run_stream(kind, kind * 1000 + i);
	print_message("%u events, %u alerts\n", STREAM_EVENTS * STREAMS_PER_KIND, alerts);
	/* Streams that never alert would prove nothing. */
	assert_true(alerts > 200);
}

static void event_counts_are_those_of_the_second_opinion(void **state)
{
	(void)state;
	run_kind(PACK_EVENT_COUNT);
}

static void value_counts_are_those_of_the_second_opinion(void **state)
{
	(void)state;
	run_kind(PACK_VALUE_COUNT);
}

static void temporal_alerts_are_those_of_the_second_opinion(void **state)
{
	(void)state;
	run_kind(PACK_TEMPORAL);
}

static void ordered_alerts_are_those_of_the_second_opinion(void **state)
{
	(void)state;
	run_kind(PACK_TEMPORAL_ORDERED);
}

static void sums_are_those_of_the_second_opinion(void **state)
{
	(void)state;
	run_kind(PACK_VALUE_SUM);
}

static void averages_are_those_of_the_second_opinion(void **state)
{
	(void)state;
	run_kind(PACK_VALUE_AVG);
}

static void percentiles_are_those_of_the_second_opinion(void **state)
{
	(void)state;
	run_kind(PACK_VALUE_PERCENTILE);
}

static void medians_are_those_of_the_second_opinion(void **state)
{
	(void)state;
	run_kind(PACK_VALUE_MEDIAN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(event_counts_are_those_of_the_second_opinion),
		cmocka_unit_test(value_counts_are_those_of_the_second_opinion),
		cmocka_unit_test(temporal_alerts_are_those_of_the_second_opinion),
		cmocka_unit_test(ordered_alerts_are_those_of_the_second_opinion),
		cmocka_unit_test(sums_are_those_of_the_second_opinion),
		cmocka_unit_test(averages_are_those_of_the_second_opinion),
		cmocka_unit_test(percentiles_are_those_of_the_second_opinion),
		cmocka_unit_test(medians_are_those_of_the_second_opinion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
