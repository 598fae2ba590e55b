// SPDX-License-Identifier: Apache-2.0
// The fixed memory of a correlator: groups, and the cells that all else is made of.
#include "detect/engine/correlation_pool.h"

#include <errno.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#define BYTES_PER_GROUP                                                                  \
	512 /* of the whole memory: a group and the cells for a usual window */

static uint32_t power_of_two_up_to(size_t n)
{
	uint32_t power = 1;

	while (power <= n / 2)
		power *= 2;
	return power;
}

int pool_init(struct pool *pool, size_t bytes, uint64_t seed)
{
	size_t groups = bytes / BYTES_PER_GROUP, cells, fixed;
	uint32_t group_slots, value_slots;

	if (groups > UINT32_MAX / 16)
		groups = UINT32_MAX / 16;
	group_slots = power_of_two_up_to(groups);
	fixed = groups * sizeof(struct group) + group_slots * sizeof(uint32_t);
	cells = (bytes - fixed) / (sizeof(struct cell) + sizeof(uint32_t));
	if (cells > UINT32_MAX / 2)
		cells = UINT32_MAX / 2;
	value_slots = power_of_two_up_to(cells);
	*pool = (struct pool){
		/* Zeroed memory that nobody has touched yet costs nothing. */
		.groups = calloc(groups, sizeof(struct group)),
		.cells = calloc(cells, sizeof(struct cell)),
		.group_slots = calloc(group_slots, sizeof(uint32_t)),
		.value_slots = calloc(value_slots, sizeof(uint32_t)),
		.group_count = (uint32_t)groups,
		.group_mask = group_slots - 1,
		.value_mask = value_slots - 1,
		.cell_count = (uint32_t)cells,
		.groups_used = 1,
		.cells_used = 1,
		.clock_ns = INT64_MIN,
		.seed = seed,
	};
	if (pool->groups && pool->cells && pool->group_slots && pool->value_slots)
		return 0;
	pool_done(pool);
	return -ENOMEM;
}

void pool_done(struct pool *pool)
{
	free(pool->groups);
	free(pool->cells);
	free(pool->group_slots);
	free(pool->value_slots);
	*pool = (struct pool){ 0 };
}

static uint32_t key_hash(const struct pool *pool, uint32_t correlation, struct text key)
{
	return (uint32_t)XXH3_64bits_withSeed(key.at, key.size, pool->seed ^ correlation);
}

static bool key_is(const struct pool *pool, const struct group *group, struct text key)
{
	uint32_t cell = group->key;

	if (group->key_size != key.size)
		return false;
	for (size_t at = 0; at < key.size;
	     at += CELL_BYTES, cell = pool->cells[cell].newer) {
		struct text piece = text_part(key, at, CELL_BYTES);

		if (memcmp(pool->cells[cell].bytes, piece.at, piece.size) != 0)
			return false;
	}
	return true;
}

uint32_t pool_find(const struct pool *pool, uint32_t correlation, struct text key)
{
	uint32_t hash = key_hash(pool, correlation, key);
	uint32_t at = pool->group_slots[hash & pool->group_mask];

	for (; at; at = pool->groups[at].chain) {
		const struct group *group = &pool->groups[at];

		if (group->hash == hash && group->correlation == correlation &&
		    key_is(pool, group, key))
			return at;
	}
	return 0;
}

static void unlink_by_age(struct pool *pool, uint32_t number)
{
	struct group *group = &pool->groups[number];

	*(group->older ? &pool->groups[group->older].newer : &pool->oldest) =
		group->newer;
	*(group->newer ? &pool->groups[group->newer].older : &pool->newest) =
		group->older;
}

static void link_newest(struct pool *pool, uint32_t number)
{
	struct group *group = &pool->groups[number];

	group->older = pool->newest;
	group->newer = 0;
	*(pool->newest ? &pool->groups[pool->newest].newer : &pool->oldest) = number;
	pool->newest = number;
}

void pool_touch(struct pool *pool, uint32_t group)
{
	if (pool->newest == group)
		return;
	unlink_by_age(pool, group);
	link_newest(pool, group);
}

void pool_give(struct pool *pool, uint32_t cell)
{
	pool->cells[cell].newer = pool->free_cell;
	pool->free_cell = cell;
}

/* Give back a chain of cells; they are chained as free cells are. */
static void give_chain(struct pool *pool, uint32_t first)
{
	for (uint32_t next; first; first = next) {
		next = pool->cells[first].newer;
		pool_give(pool, first);
	}
}

void pool_drop(struct pool *pool, uint32_t number)
{
	struct group *group = &pool->groups[number];
	uint32_t *slot = &pool->group_slots[group->hash & pool->group_mask];

	while (*slot != number)
		slot = &pool->groups[*slot].chain;
	*slot = group->chain;
	unlink_by_age(pool, number);
	if (group->has_values)
		for (uint32_t cell = group->first; cell; cell = pool->cells[cell].newer)
			pool_value_remove(pool, cell);
	give_chain(pool, group->first);
	give_chain(pool, group->key);
	give_chain(pool, group->marks);
	group->chain = pool->free_group;
	pool->free_group = number;
}

/* Drop the group whose last event is the oldest, unless it is ${keep}. */
static bool evict(struct pool *pool, uint32_t keep)
{
	uint32_t victim = pool->oldest;

	if (victim == keep && victim)
		victim = pool->groups[victim].newer;
	if (!victim)
		return false;
	pool->evicted += pool->groups[victim].expires_ns >= pool->clock_ns;
	pool_drop(pool, victim);
	return true;
}

uint32_t pool_take(struct pool *pool, uint32_t group)
{
	uint32_t cell;

	if (!pool->free_cell && pool->cells_used < pool->cell_count)
		return pool->cells_used++;
	while (!pool->free_cell)
		if (!evict(pool, group))
			return 0;
	cell = pool->free_cell;
	pool->free_cell = pool->cells[cell].newer;
	return cell;
}

static uint32_t take_group(struct pool *pool)
{
	uint32_t number;

	if (!pool->free_group && pool->groups_used < pool->group_count)
		return pool->groups_used++;
	if (!pool->free_group)
		(void)evict(pool, 0);
	number = pool->free_group;
	pool->free_group = pool->groups[number].chain;
	return number;
}

/* ${count} chained cells.  Keys and marks are small beside the least memory there is. */
static uint32_t take_chain(struct pool *pool, uint32_t group, size_t count)
{
	uint32_t first = 0;

	for (; count; count--) {
		uint32_t cell = pool_take(pool, group);

		pool->cells[cell].newer = first;
		first = cell;
	}
	return first;
}

static void write_key(struct pool *pool, uint32_t cell, struct text key)
{
	for (size_t at = 0; at < key.size;
	     at += CELL_BYTES, cell = pool->cells[cell].newer) {
		struct text piece = text_part(key, at, CELL_BYTES);

		memcpy(pool->cells[cell].bytes, piece.at, piece.size);
	}
}

uint32_t pool_add(struct pool *pool, uint32_t correlation, struct text key,
		  uint32_t parts)
{
	uint32_t number = take_group(pool);
	struct group *group = &pool->groups[number];
	uint32_t *slot;

	*group = (struct group){
		.hash = key_hash(pool, correlation, key),
		.correlation = correlation,
		.key_size = (uint32_t)key.size,
		.newest_ns = INT64_MIN,
		.expires_ns = INT64_MIN,
	};
	link_newest(pool, number);
	slot = &pool->group_slots[group->hash & pool->group_mask];
	group->chain = *slot;
	*slot = number;
	group->key = take_chain(pool, number, (key.size + CELL_BYTES - 1) / CELL_BYTES);
	write_key(pool, group->key, key);
	group->marks = take_chain(pool, number, (parts + CELL_MARKS - 1) / CELL_MARKS);
	for (uint32_t cell = group->marks; cell; cell = pool->cells[cell].newer)
		for (uint32_t i = 0; i < CELL_MARKS; i++)
			pool->cells[cell].marks[i] = INT64_MIN;
	return number;
}

void pool_marks_read(const struct pool *pool, uint32_t group, int64_t *marks,
		     uint32_t count)
{
	uint32_t cell = pool->groups[group].marks;

	for (uint32_t i = 0; i < count; i++) {
		marks[i] = pool->cells[cell].marks[i % CELL_MARKS];
		if (i % CELL_MARKS == CELL_MARKS - 1)
			cell = pool->cells[cell].newer;
	}
}

void pool_marks_write(struct pool *pool, uint32_t group, const int64_t *marks,
		      uint32_t count)
{
	uint32_t cell = pool->groups[group].marks;

	for (uint32_t i = 0; i < count; i++) {
		pool->cells[cell].marks[i % CELL_MARKS] = marks[i];
		if (i % CELL_MARKS == CELL_MARKS - 1)
			cell = pool->cells[cell].newer;
	}
}

static uint32_t *value_slot(const struct pool *pool, uint32_t group,
			    const uint64_t digest[2])
{
	uint64_t mixed = digest[0] + group * 0x9e3779b97f4a7c15u;

	return &pool->value_slots[(uint32_t)(mixed >> 32) & pool->value_mask];
}

uint32_t pool_value(const struct pool *pool, uint32_t group, const uint64_t digest[2])
{
	uint32_t at = *value_slot(pool, group, digest);

	for (; at; at = pool->cells[at].chain) {
		const struct cell *cell = &pool->cells[at];

		if (cell->group == group && cell->digest[0] == digest[0] &&
		    cell->digest[1] == digest[1])
			return at;
	}
	return 0;
}

void pool_value_add(struct pool *pool, uint32_t group, uint32_t number)
{
	struct cell *cell = &pool->cells[number];
	uint32_t *slot = value_slot(pool, group, cell->digest);

	cell->group = group;
	cell->chain = *slot;
	*slot = number;
}

void pool_value_remove(struct pool *pool, uint32_t number)
{
	const struct cell *cell = &pool->cells[number];
	uint32_t *slot = value_slot(pool, cell->group, cell->digest);

	while (*slot != number)
		slot = &pool->cells[*slot].chain;
	*slot = cell->chain;
}
