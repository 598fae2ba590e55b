// SPDX-License-Identifier: Apache-2.0
// Any bytes as events for windows in memory that is too small, and what must stay true.
#include <assert.h>
#include <math.h>
#include <stdint.h>

#include "detect/engine/correlation_key.h"
#include "detect/engine/correlation_rank.h"
#include "detect/engine/correlation_window.h"

#define MEMORY   (24u << 10) /* far below what a correlator takes: full after few events */
#define KEY_SIZE 64          /* so that a key never needs more cells than there are */
#define SECOND   INT64_C(1000000000)

/* What is left of the input; zeroes behind its end. */
struct input {
	const uint8_t *at;
	size_t size;
};

static uint8_t next(struct input *input)
{
	if (!input->size)
		return 0;
	input->size--;
	return *input->at++;
}

static uint32_t chain_length(const struct pool *pool, uint32_t cell)
{
	uint32_t length = 0;

	for (; cell; cell = pool->cells[cell].newer, length++)
		assert(cell < pool->cells_used && length < pool->cells_used);
	return length;
}

static void check_group(const struct pool *pool, const struct group *group)
{
	uint32_t older = 0, entries = 0;

	for (uint32_t at = group->first; at; at = pool->cells[at].newer, entries++) {
		assert(pool->cells[at].older == older);
		assert(!older || pool->cells[at].time_ns >= pool->cells[older].time_ns);
		older = at;
	}
	assert(group->last == older && group->entries == entries);
	assert(!group->root || pool->cells[group->root].size == entries);
}

/* Every cell that was ever handed out is in exactly one place. */
static void check_pool(const struct pool *pool)
{
	uint32_t cells = 1 + chain_length(pool, pool->free_cell), older = 0;

	for (uint32_t at = pool->oldest; at; at = pool->groups[at].newer) {
		const struct group *group = &pool->groups[at];

		assert(group->older == older);
		check_group(pool, group);
		cells += chain_length(pool, group->key) +
			 chain_length(pool, group->first) +
			 chain_length(pool, group->marks);
		older = at;
	}
	assert(pool->newest == older && cells == pool->cells_used);
}

static void check_state(const struct pack_correlation *correlation,
			const struct window_state *state)
{
	assert(state->first_ns <= state->last_ns);
	assert(state->last_ns - state->first_ns <= correlation->timespan_ns);
	assert(isfinite(state->value));
	assert(correlation->kind != PACK_EVENT_COUNT || state->value >= 1);
}

/* One event: which correlation, group, part, value and time all come from the input. */
static void feed(struct pool *pool, struct key_maker *maker, struct input *input,
		 int64_t *now_ns)
{
	uint8_t what = next(input), group_byte = next(input), step = next(input);
	struct pack_correlation correlation = {
		.kind = what % PACK_CORRELATION_KINDS,
		.timespan_ns = 30 * SECOND,
		.parts.count = 1 + what % PACK_CORRELATION_KINDS * 9,
		.percentile = what * 39u,
	};
	struct window_event event = {
		.part = next(input) % correlation.parts.count,
		.number = (next(input) - 128) * pow(10, next(input) % 16),
		.digest = { next(input), 7 },
	};
	struct text value = { .at = (const char *)input->at,
			      .size = group_byte % KEY_SIZE };
	struct window_state state;
	struct text key;
	uint32_t group;

	if (value.size > input->size)
		value.size = input->size;
	key = key_make(maker, &value, 1);
	*now_ns += (step % 16) * SECOND;
	event.time_ns = *now_ns - (step / 16) * SECOND;
	if (*now_ns > pool->clock_ns)
		pool->clock_ns = *now_ns;
	group = pool_find(pool, correlation.kind, key);
	if (!group)
		group = pool_add(pool, correlation.kind, key, correlation.parts.count);
	assert(pool_find(pool, correlation.kind, key) == group);
	if (!window_add(pool, group, &correlation, &event))
		return;
	pool_touch(pool, group);
	state = window_state(pool, group, &correlation);
	check_state(&correlation, &state);
	if (what > 240)
		pool_drop(pool, group);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct input input = { .at = bytes, .size = size };
	static struct key_maker maker = { .seed = 1 };
	int64_t now_ns = 1000 * SECOND;
	struct pool pool;

	if (pool_init(&pool, MEMORY, 1))
		return 0;
	while (input.size) {
		feed(&pool, &maker, &input, &now_ns);
		check_pool(&pool);
	}
	while (pool.oldest)
		pool_drop(&pool, pool.oldest);
	check_pool(&pool);
	pool_done(&pool);
	return 0;
}
