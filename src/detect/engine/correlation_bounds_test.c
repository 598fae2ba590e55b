// SPDX-License-Identifier: Apache-2.0
// Correlations in memory that is too small: what goes, what is counted, what adds up.
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <malloc.h>

#include "detect/engine/correlation.h"
#include "detect/engine/correlation_rank.h"
#include "detect/engine/correlation_testpack.h"
#include "detect/engine/correlation_window.h"

#define SMALL  CORRELATOR_SIZE_MIN
#define MINUTE (60 * TESTPACK_SECOND)

struct bench {
	struct testpack *test;
	struct correlator *correlator;
	struct engine_counters counters;
	struct testevent event;
	uint32_t user, amount, alerts;
	uint32_t rule, other; /* what feed() feeds, and another */
};

static void take_alert(void *user, const struct detection *detection)
{
	struct bench *bench = user;

	assert_true(detection->first_ns <= detection->last_ns);
	bench->alerts++;
}

static int set_up(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));

	assert_non_null(bench);
	bench->test = testpack_create();
	bench->user = testpack_field(bench->test, "User");
	bench->amount = testpack_field(bench->test, "Amount");
	bench->rule = testpack_rule(bench->test);
	bench->other = testpack_rule(bench->test);
	*state = bench;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *bench = *state;

	correlator_free(bench->correlator);
	free(bench->test);
	free(bench);
	return 0;
}

static void start(struct bench *bench)
{
	assert_int_equal(correlator_create(testpack_finish(bench->test), SMALL,
					   &bench->counters, &bench->correlator),
			 0);
}

static void correlate(struct bench *bench, uint32_t kind, double at_least)
{
	struct testpack_correlation what = {
		.kind = kind,
		.timespan_ns = MINUTE,
		.part_count = 1,
		.parts = { bench->rule },
		.key_count = 1,
		.keys = { bench->user },
		.value_count = kind == PACK_VALUE_COUNT || kind >= PACK_VALUE_SUM,
		.values = { bench->amount },
		.bound_count = 1,
		.bounds = { { .op = PACK_GTE, .number = at_least } },
		.percentile = 5000,
	};

	(void)testpack_correlate(bench->test, &what);
}

/* Returns how many alerts the event gave. */
static uint32_t feed(struct bench *bench, int64_t time_ns, uint32_t user, uint32_t amount)
{
	uint32_t before = bench->alerts;
	char text[32];

	testevent_start(&bench->event, time_ns);
	(void)snprintf(text, sizeof(text), "user %u", user);
	testevent_text(&bench->event, bench->user, text);
	(void)snprintf(text, sizeof(text), "%u", amount);
	testevent_text(&bench->event, bench->amount, text);
	correlator_feed(bench->correlator, &bench->rule, 1, &bench->event.event,
			take_alert, bench);
	return bench->alerts - before;
}

static void the_group_whose_last_event_is_oldest_goes_and_is_counted(void **state)
{
	struct bench *bench = *state;

	correlate(bench, PACK_EVENT_COUNT, 3);
	start(bench);
	assert_int_equal(feed(bench, 1, 1, 0), 0);
	assert_int_equal(feed(bench, 2, 2, 0), 0);
	assert_int_equal(feed(bench, 3, 2, 0), 0);
	/* 511 groups fit; the first one to be touched again outlives the second. */
	for (uint32_t user = 3; user <= 511; user++)
		assert_int_equal(feed(bench, 4, user, 0), 0);
	assert_int_equal(feed(bench, 5, 1, 0), 0);
	assert_int_equal(bench->counters.correlation_evicted, 0);
	assert_int_equal(feed(bench, 6, 1000, 0), 0);
	assert_int_equal(bench->counters.correlation_evicted, 1);
	assert_int_equal(feed(bench, 7, 1, 0), 1);
	assert_int_equal(feed(bench, 8, 2, 0), 0); /* forgotten: it would be the third */
}

static void a_group_whose_window_has_run_out_is_no_loss(void **state)
{
	struct bench *bench = *state;

	correlate(bench, PACK_EVENT_COUNT, 3);
	start(bench);
	for (uint32_t user = 0; user < 5000; user++)
		assert_int_equal(feed(bench, 1 + user * TESTPACK_SECOND, user, 0), 0);
	assert_int_equal(bench->counters.correlation_evicted, 0);
	for (uint32_t user = 5000; user < 10000; user++)
		assert_int_equal(feed(bench, 1 + 5000 * TESTPACK_SECOND, user, 0), 0);
	assert_true(bench->counters.correlation_evicted > 4000);
}

static void a_flood_in_one_group_costs_its_own_oldest_events_and_no_others(void **state)
{
	static const uint32_t kinds[] = { PACK_EVENT_COUNT,      PACK_VALUE_COUNT,
					  PACK_VALUE_SUM,        PACK_VALUE_AVG,
					  PACK_VALUE_PERCENTILE, PACK_VALUE_MEDIAN };

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct bench *bench;
		void *own;

		(void)set_up(&own);
		bench = own;
		correlate(bench, kinds[i], 1e15);
		bench->rule = bench->other;
		correlate(bench, PACK_EVENT_COUNT, 2);
		start(bench);
		assert_int_equal(feed(bench, 1, 1, 0), 0);
		bench->rule = 0;
		for (uint32_t n = 0; n < 10000; n++)
			assert_int_equal(feed(bench, 1 + n * 1000, 1, n), 0);
		assert_in_range(bench->counters.correlation_evicted, 8000, 9999);
		bench->rule = bench->other;
		assert_int_equal(feed(bench, 2, 1, 0), 1);
		(void)tear_down(&own);
	}
	(void)state;
}

static void a_count_is_exact_up_to_what_a_group_may_hold(void **state)
{
	struct bench *bench = *state;
	uint32_t fed = 0;

	correlate(bench, PACK_VALUE_COUNT, 1000);
	start(bench);
	while (!feed(bench, 1 + fed, 1, fed))
		fed++;
	assert_int_equal(fed, 999);
	assert_int_equal(bench->counters.correlation_evicted, 0);
}

static void feeding_allocates_nothing(void **state)
{
	struct bench *bench = *state;
	size_t before;

	for (uint32_t kind = PACK_EVENT_COUNT; kind < PACK_CORRELATION_KINDS; kind++)
		correlate(bench, kind, 50);
	start(bench);
	before = mallinfo2().uordblks + mallinfo2().hblkhd;
	for (uint32_t i = 0; i < 20000; i++)
		(void)feed(bench, 1 + i * 1000000, i % 3000, i);
	assert_true(bench->alerts > 0);
	assert_int_equal(mallinfo2().uordblks + mallinfo2().hblkhd, before);
}

/* --- the memory itself, seen from inside --- */

static uint32_t chain_length(const struct pool *pool, uint32_t first)
{
	uint32_t length = 0;

	for (; first; first = pool->cells[first].newer) {
		assert_true(first < pool->cells_used);
		length++;
		assert_true(length < pool->cells_used);
	}
	return length;
}

static void check_window(const struct pool *pool, const struct group *group)
{
	int64_t last_ns = INT64_MIN;
	uint32_t older = 0, entries = 0;

	for (uint32_t at = group->first; at; at = pool->cells[at].newer) {
		assert_int_equal(pool->cells[at].older, older);
		assert_true(pool->cells[at].time_ns >= last_ns);
		last_ns = pool->cells[at].time_ns;
		older = at;
		entries++;
	}
	assert_int_equal(group->last, older);
	assert_int_equal(group->entries, entries);
	if (group->root)
		assert_int_equal(pool->cells[group->root].size, entries);
	for (uint32_t rank = 2; group->root && rank <= entries; rank++)
		assert_true(rank_select(pool, group->root, rank - 1) <=
			    rank_select(pool, group->root, rank));
}

/* Every cell that was ever handed out is in exactly one place. */
static void check_pool(const struct pool *pool)
{
	uint32_t cells = 1 + chain_length(pool, pool->free_cell), older = 0;

	for (uint32_t at = pool->oldest; at; at = pool->groups[at].newer) {
		const struct group *group = &pool->groups[at];

		assert_int_equal(group->older, older);
		older = at;
		cells += chain_length(pool, group->key) +
			 chain_length(pool, group->marks) +
			 chain_length(pool, group->first);
		check_window(pool, group);
	}
	assert_int_equal(pool->newest, older);
	assert_int_equal(cells, pool->cells_used);
	assert_true(pool->cells_used <= pool->cell_count);
	for (uint32_t slot = 0; slot <= pool->value_mask && !pool->oldest; slot++)
		assert_int_equal(pool->value_slots[slot], 0);
}

static uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* One random event into one of ${groups} groups of a random kind. */
static void flood_once(struct pool *pool, uint64_t *state, uint32_t groups,
		       int64_t now_ns)
{
	char key_bytes[600];
	uint32_t kind = (uint32_t)(random_next(state) % PACK_CORRELATION_KINDS);
	uint32_t name = (uint32_t)(random_next(state) % groups), group;
	struct pack_correlation correlation = { .kind = kind,
						.timespan_ns = MINUTE,
						.parts.count = 1 + kind * 9,
						.percentile = 9000 };
	struct window_event event = {
		.time_ns = now_ns - (int64_t)(random_next(state) % 3 * TESTPACK_SECOND),
		.part = (uint32_t)(random_next(state) % correlation.parts.count),
		.number = (double)(random_next(state) % 100),
		.digest = { random_next(state) % 5000, 1 },
	};
	struct text key = { .at = key_bytes, .size = 4 + name % 500 };

	memset(key_bytes, 'k', sizeof(key_bytes));
	memcpy(key_bytes, &name, sizeof(name));
	group = pool_find(pool, kind, key);
	if (!group)
		group = pool_add(pool, kind, key, correlation.parts.count);
	pool->clock_ns = now_ns;
	if (!window_add(pool, group, &correlation, &event))
		return;
	pool_touch(pool, group);
	(void)window_state(pool, group, &correlation);
	if (random_next(state) % 500 == 0)
		pool_drop(pool, group);
}

static void flood(uint32_t groups, int64_t step_ns)
{
	struct pool pool;
	uint64_t state = groups;

	assert_int_equal(pool_init(&pool, SMALL, 42), 0);
	for (uint32_t i = 0; i < 40000; i++) {
		flood_once(&pool, &state, groups, 1 + i * step_ns);
		if (i % 2000 == 0)
			check_pool(&pool);
	}
	while (pool.oldest)
		pool_drop(&pool, pool.oldest);
	check_pool(&pool);
	pool_done(&pool);
}

static void every_cell_is_accounted_for_with_few_large_groups(void **state)
{
	(void)state;
	flood(2, 1000000);
}

static void every_cell_is_accounted_for_with_many_small_groups(void **state)
{
	(void)state;
	flood(5000, 1000000);
}

static void every_cell_is_accounted_for_while_windows_slide(void **state)
{
	(void)state;
	flood(50, TESTPACK_SECOND / 2);
}

static void creation_takes_no_more_than_it_is_given(void **state)
{
	static const size_t sizes[] = { SMALL, 1u << 20, (8u << 20) + 12345 };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct pool pool;
		size_t taken;

		assert_int_equal(pool_init(&pool, sizes[i], 0), 0);
		taken = pool.group_count * sizeof(struct group) +
			pool.cell_count * sizeof(struct cell) +
			((size_t)pool.group_mask + 1 + pool.value_mask + 1) *
				sizeof(uint32_t);
		assert_true(taken <= sizes[i]);
		assert_true(taken > sizes[i] / 4 * 3);
		pool_done(&pool);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_group_whose_last_event_is_oldest_goes_and_is_counted),
		TEST(a_group_whose_window_has_run_out_is_no_loss),
		cmocka_unit_test(
			a_flood_in_one_group_costs_its_own_oldest_events_and_no_others),
		TEST(a_count_is_exact_up_to_what_a_group_may_hold),
		TEST(feeding_allocates_nothing),
		cmocka_unit_test(every_cell_is_accounted_for_with_few_large_groups),
		cmocka_unit_test(every_cell_is_accounted_for_with_many_small_groups),
		cmocka_unit_test(every_cell_is_accounted_for_while_windows_slide),
		cmocka_unit_test(creation_takes_no_more_than_it_is_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
