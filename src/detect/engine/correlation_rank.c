// SPDX-License-Identifier: Apache-2.0
// The numbers of a window in order of size: a treap over its cells.
#include "detect/engine/correlation_rank.h"

/* Whoever sends the events can't know the seed, so can't choose a tree that is a list. */
static uint64_t priority(const struct pool *pool, uint32_t cell)
{
	uint64_t x = pool->seed + cell * 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
	return x ^ x >> 27;
}

/* What points at ${cell}: its parent's link, or the root. */
static uint32_t *link_to(struct pool *pool, uint32_t *root, uint32_t cell)
{
	struct cell *parent = &pool->cells[pool->cells[cell].up];

	if (!pool->cells[cell].up)
		return root;
	return parent->low == cell ? &parent->low : &parent->high;
}

/* Put ${number} in the place of its parent, which becomes its child. */
static void rotate_up(struct pool *pool, uint32_t *root, uint32_t number)
{
	struct cell *cells = pool->cells, *cell = &cells[number];
	uint32_t parent_number = cell->up;
	struct cell *parent = &cells[parent_number];
	uint32_t *link = link_to(pool, root, parent_number), moved;

	if (parent->low == number) {
		moved = parent->low = cell->high;
		cell->high = parent_number;
	} else {
		moved = parent->high = cell->low;
		cell->low = parent_number;
	}
	if (moved)
		cells[moved].up = parent_number;
	*link = number;
	cell->up = parent->up;
	parent->up = number;
	cell->size = parent->size;
	parent->size = 1 + cells[parent->low].size + cells[parent->high].size;
}

void rank_add(struct pool *pool, uint32_t *root, uint32_t number)
{
	struct cell *cells = pool->cells, *cell = &cells[number];
	uint32_t *link = root;

	cell->low = cell->high = cell->up = 0;
	cell->size = 1;
	while (*link) {
		cell->up = *link;
		cells[*link].size++;
		link = cell->number < cells[*link].number ? &cells[*link].low
							  : &cells[*link].high;
	}
	*link = number;
	while (cell->up && priority(pool, number) > priority(pool, cell->up))
		rotate_up(pool, root, number);
}

void rank_remove(struct pool *pool, uint32_t *root, uint32_t number)
{
	struct cell *cells = pool->cells, *cell = &cells[number];

	while (cell->low || cell->high) {
		bool low = !cell->high ||
			   (cell->low &&
			    priority(pool, cell->low) > priority(pool, cell->high));

		rotate_up(pool, root, low ? cell->low : cell->high);
	}
	*link_to(pool, root, number) = 0;
	for (uint32_t up = cell->up; up; up = cells[up].up)
		cells[up].size--;
}

double rank_select(const struct pool *pool, uint32_t root, uint32_t rank)
{
	const struct cell *cells = pool->cells;
	uint32_t at = root;

	for (;;) {
		uint32_t low = cells[cells[at].low].size;

		if (rank == low + 1 || !at)
			return cells[at].number;
		if (rank <= low) {
			at = cells[at].low;
		} else {
			rank -= low + 1;
			at = cells[at].high;
		}
	}
}
