// SPDX-License-Identifier: Apache-2.0
// The sliding window of one group: what an event adds, and what it then amounts to.
#include "detect/engine/correlation_window.h"

#include <math.h>

#include "detect/engine/correlation_rank.h"

#define MARK_NONE INT64_MIN

static int64_t window_start(const struct pack_correlation *correlation, int64_t newest_ns)
{
	int64_t start;

	if (__builtin_sub_overflow(newest_ns, correlation->timespan_ns, &start))
		return INT64_MIN;
	return start;
}

static int64_t window_end(const struct pack_correlation *correlation, int64_t newest_ns)
{
	int64_t end;

	if (__builtin_add_overflow(newest_ns, correlation->timespan_ns, &end))
		return INT64_MAX;
	return end;
}

static bool sums(uint32_t kind)
{
	return kind == PACK_VALUE_SUM || kind == PACK_VALUE_AVG;
}

static bool ranks(uint32_t kind)
{
	return kind == PACK_VALUE_PERCENTILE || kind == PACK_VALUE_MEDIAN;
}

static bool is_temporal(uint32_t kind)
{
	return kind == PACK_TEMPORAL || kind == PACK_TEMPORAL_ORDERED;
}

/* What one addition rounds away is kept beside the sum. */
static void sum_add(struct group *group, double number)
{
	double sum = group->sum + number;

	if (fabs(group->sum) >= fabs(number))
		group->sum_rest += group->sum - sum + number;
	else
		group->sum_rest += number - sum + group->sum;
	group->sum = sum;
}

/* Errors would gather over a window that never empties; taken anew, they can't. */
static void sum_anew(const struct pool *pool, struct group *group)
{
	group->sum = group->sum_rest = 0;
	group->removed = 0;
	for (uint32_t at = group->first; at; at = pool->cells[at].newer)
		sum_add(group, pool->cells[at].number);
}

static void unlink_entry(struct pool *pool, struct group *group, uint32_t number)
{
	struct cell *cell = &pool->cells[number];

	*(cell->older ? &pool->cells[cell->older].newer : &group->first) = cell->newer;
	*(cell->newer ? &pool->cells[cell->newer].older : &group->last) = cell->older;
	group->entries--;
}

/* Put an entry behind the last that is not newer; quick for logs that go up, or down. */
static void link_entry(struct pool *pool, struct group *group, uint32_t number)
{
	struct cell *cells = pool->cells, *cell = &cells[number];
	uint32_t older = group->last;

	if (older && cell->time_ns < cells[group->first].time_ns)
		older = 0;
	while (older && cells[older].time_ns > cell->time_ns)
		older = cells[older].older;
	cell->older = older;
	cell->newer = older ? cells[older].newer : group->first;
	*(older ? &cells[older].newer : &group->first) = number;
	*(cell->newer ? &cells[cell->newer].older : &group->last) = number;
	group->entries++;
}

static void drop_oldest(struct pool *pool, struct group *group, uint32_t kind)
{
	uint32_t number = group->first;
	const struct cell *cell = &pool->cells[number];

	unlink_entry(pool, group, number);
	if (kind == PACK_EVENT_COUNT)
		group->events -= cell->count;
	if (kind == PACK_VALUE_COUNT)
		pool_value_remove(pool, number);
	if (ranks(kind))
		rank_remove(pool, &group->root, number);
	if (sums(kind)) {
		sum_add(group, -cell->number);
		if (++group->removed >= group->entries)
			sum_anew(pool, group);
	}
	pool_give(pool, number);
}

/* A cell for one more entry; where the group has its share, its own oldest makes room. */
static uint32_t new_entry(struct pool *pool, uint32_t number, uint32_t kind,
			  int64_t time_ns)
{
	struct group *group = &pool->groups[number];
	uint32_t entry;

	if (group->entries >= pool->cell_count / POOL_SHARE) {
		drop_oldest(pool, group, kind);
		pool->evicted++;
	}
	entry = pool_take(pool, number);
	pool->cells[entry].time_ns = time_ns;
	return entry;
}

/* The entry of exactly this time, or 0. */
static uint32_t entry_at(const struct pool *pool, const struct group *group,
			 int64_t time_ns)
{
	uint32_t at = group->last;

	if (at && time_ns < pool->cells[group->first].time_ns)
		return 0;
	while (at && pool->cells[at].time_ns > time_ns)
		at = pool->cells[at].older;
	return at && pool->cells[at].time_ns == time_ns ? at : 0;
}

static void add_count(struct pool *pool, uint32_t number,
		      const struct window_event *event)
{
	struct group *group = &pool->groups[number];
	uint32_t entry = entry_at(pool, group, event->time_ns);

	if (entry) {
		pool->cells[entry].count++;
	} else {
		entry = new_entry(pool, number, PACK_EVENT_COUNT, event->time_ns);
		pool->cells[entry].count = 1;
		link_entry(pool, group, entry);
	}
	group->events++;
}

/* Of events with the same value only the latest matters: it stays the longest. */
static void add_value(struct pool *pool, uint32_t number,
		      const struct window_event *event)
{
	struct group *group = &pool->groups[number];
	uint32_t entry = pool_value(pool, number, event->digest);

	if (entry) {
		if (event->time_ns <= pool->cells[entry].time_ns)
			return;
		unlink_entry(pool, group, entry);
		pool->cells[entry].time_ns = event->time_ns;
	} else {
		entry = new_entry(pool, number, PACK_VALUE_COUNT, event->time_ns);
		pool->cells[entry].digest[0] = event->digest[0];
		pool->cells[entry].digest[1] = event->digest[1];
		pool_value_add(pool, number, entry);
		group->has_values = true;
	}
	link_entry(pool, group, entry);
}

static void add_number(struct pool *pool, uint32_t number, uint32_t kind,
		       const struct window_event *event)
{
	struct group *group = &pool->groups[number];
	uint32_t entry = new_entry(pool, number, kind, event->time_ns);

	pool->cells[entry].number = event->number;
	link_entry(pool, group, entry);
	if (sums(kind))
		sum_add(group, event->number);
	else
		rank_add(pool, &group->root, entry);
}

static void add_part(struct pool *pool, uint32_t group, uint32_t parts,
		     const struct window_event *event)
{
	int64_t marks[PACK_PARTS_MAX];

	pool_marks_read(pool, group, marks, parts);
	if (event->time_ns > marks[event->part])
		marks[event->part] = event->time_ns;
	pool_marks_write(pool, group, marks, parts);
}

/*
 * temporal_ordered: a mark is the latest beginning of a chain that reaches its part.  A
 * part is reached where the one before it is; ascending, so parts of the same time follow
 * each other.
 */
static void extend_chains(int64_t *marks, int64_t time_ns, uint64_t parts)
{
	for (; parts; parts &= parts - 1) {
		unsigned part = (unsigned)__builtin_ctzll(parts);
		int64_t start = part ? marks[part - 1] : time_ns;

		if (start > marks[part])
			marks[part] = start;
	}
}

/* What an event that came late makes possible: chains anew over the times kept. */
static void extend_late(const struct pool *pool, const struct group *group,
			int64_t *marks, uint32_t parts)
{
	int64_t anew[PACK_PARTS_MAX];

	for (uint32_t i = 0; i < parts; i++)
		anew[i] = MARK_NONE;
	for (uint32_t at = group->first; at; at = pool->cells[at].newer)
		extend_chains(anew, pool->cells[at].time_ns, pool->cells[at].parts);
	for (uint32_t i = 0; i < parts; i++)
		if (anew[i] > marks[i])
			marks[i] = anew[i];
}

static void add_ordered(struct pool *pool, uint32_t number, uint32_t parts,
			const struct window_event *event)
{
	struct group *group = &pool->groups[number];
	uint32_t entry = entry_at(pool, group, event->time_ns);
	int64_t marks[PACK_PARTS_MAX];

	if (!entry) {
		if (group->entries == WINDOW_TIMES_MAX)
			drop_oldest(pool, group, PACK_TEMPORAL_ORDERED);
		entry = new_entry(pool, number, PACK_TEMPORAL_ORDERED, event->time_ns);
		pool->cells[entry].parts = 0;
		link_entry(pool, group, entry);
	}
	pool->cells[entry].parts |= 1ull << event->part;
	pool_marks_read(pool, number, marks, parts);
	if (entry == group->last)
		extend_chains(marks, event->time_ns, pool->cells[entry].parts);
	else
		extend_late(pool, group, marks, parts);
	pool_marks_write(pool, number, marks, parts);
}

/* Whether an entry of this time would have to pass too many newer ones. */
static bool far_back(const struct pool *pool, const struct group *group, int64_t time_ns)
{
	uint32_t at = group->last, passed = 0;

	if (at && time_ns < pool->cells[group->first].time_ns)
		return false;
	for (; at && pool->cells[at].time_ns > time_ns; at = pool->cells[at].older)
		if (passed++ == WINDOW_BACK_MAX)
			return true;
	return false;
}

static bool too_late(const struct pool *pool, const struct group *group,
		     const struct pack_correlation *correlation, int64_t time_ns)
{
	if (time_ns < window_start(correlation, group->newest_ns) ||
	    far_back(pool, group, time_ns))
		return true;
	return correlation->kind == PACK_TEMPORAL_ORDERED &&
	       group->entries == WINDOW_TIMES_MAX &&
	       time_ns < pool->cells[group->first].time_ns;
}

bool window_add(struct pool *pool, uint32_t number,
		const struct pack_correlation *correlation,
		const struct window_event *event)
{
	struct group *group = &pool->groups[number];
	uint32_t kind = correlation->kind;
	int64_t start;

	if (too_late(pool, group, correlation, event->time_ns))
		return false;
	if (event->time_ns > group->newest_ns)
		group->newest_ns = event->time_ns;
	group->expires_ns = window_end(correlation, group->newest_ns);
	start = window_start(correlation, group->newest_ns);
	while (group->first && pool->cells[group->first].time_ns < start)
		drop_oldest(pool, group, kind);
	if (kind == PACK_EVENT_COUNT)
		add_count(pool, number, event);
	else if (kind == PACK_VALUE_COUNT)
		add_value(pool, number, event);
	else if (kind == PACK_TEMPORAL)
		add_part(pool, number, correlation->parts.count, event);
	else if (kind == PACK_TEMPORAL_ORDERED)
		add_ordered(pool, number, correlation->parts.count, event);
	else
		add_number(pool, number, kind, event);
	return true;
}

/* Parts whose mark is in the window; the first event is the oldest of those marks. */
static void temporal_state(const struct pool *pool, uint32_t group,
			   const struct pack_correlation *correlation,
			   struct window_state *state)
{
	int64_t start = window_start(correlation, state->last_ns);
	int64_t marks[PACK_PARTS_MAX];

	state->first_ns = state->last_ns;
	pool_marks_read(pool, group, marks, correlation->parts.count);
	for (uint32_t i = 0; i < correlation->parts.count; i++) {
		if (marks[i] == MARK_NONE || marks[i] < start)
			continue;
		state->parts |= 1ull << i;
		state->events++;
		if (marks[i] < state->first_ns)
			state->first_ns = marks[i];
	}
	state->value = (double)state->events;
}

/* Nearest rank: the smallest number that at least the percentage of all do not exceed. */
static double percentile(const struct pool *pool, const struct group *group,
			 uint32_t hundredths)
{
	uint64_t rank = ((uint64_t)hundredths * group->entries + 9999) / 10000;

	return rank_select(pool, group->root, rank ? (uint32_t)rank : 1);
}

static double median(const struct pool *pool, const struct group *group)
{
	uint32_t half = group->entries / 2;
	double upper = rank_select(pool, group->root, half + 1);

	if (group->entries % 2)
		return upper;
	return (rank_select(pool, group->root, half) + upper) / 2;
}

struct window_state window_state(const struct pool *pool, uint32_t number,
				 const struct pack_correlation *correlation)
{
	const struct group *group = &pool->groups[number];
	struct window_state state = { .last_ns = group->newest_ns,
				      .events = group->entries };

	if (is_temporal(correlation->kind)) {
		state.events = 0;
		temporal_state(pool, number, correlation, &state);
		return state;
	}
	state.first_ns = pool->cells[group->first].time_ns;
	switch (correlation->kind) {
	case PACK_EVENT_COUNT:
		state.events = group->events;
		state.value = (double)group->events;
		break;
	case PACK_VALUE_COUNT:
		state.value = group->entries;
		break;
	case PACK_VALUE_SUM:
		state.value = group->sum + group->sum_rest;
		break;
	case PACK_VALUE_AVG:
		state.value = (group->sum + group->sum_rest) / group->entries;
		break;
	case PACK_VALUE_PERCENTILE:
		state.value = percentile(pool, group, correlation->percentile);
		break;
	default:
		state.value = median(pool, group);
		break;
	}
	return state;
}
