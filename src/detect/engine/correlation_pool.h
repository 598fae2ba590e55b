/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fixed memory of a correlator: groups, and the cells that keys and windows are made
 * of.  Shared by the correlation files of this folder only.
 *
 * Groups and cells are named by their index; index 0 is none.  Every cell of a group is
 * reachable from the group, so a group goes away whole.
 */
#pragma once

#include "base/auto.h"
#include "base/text.h"
#include "model/pack_format.h"

/* A group's entries are at most one in so many cells: a flood in it spares others. */
#define POOL_SHARE 4u

#define CELL_BYTES 32
#define CELL_MARKS (CELL_BYTES / sizeof(int64_t))

/* An entry of a window, or one piece of a group's key or marks. */
struct cell {
	uint32_t older,
		newer; /* entries, by time; pieces and free cells are chained by newer */
	union {
		struct {
			int64_t time_ns;
			union {
				uint64_t count; /* event_count: events at this time */
				uint64_t parts; /* temporal_ordered: bit n: part n */
				struct { /* value_sum and the like; the tree of rank.h */
					double number;
					uint32_t low, high, up, size;
				};
				struct { /* value_count: when this value was last seen */
					uint64_t digest[2];
					uint32_t chain, group;
				};
			};
		};
		int64_t marks[CELL_MARKS];
		char bytes[CELL_BYTES];
	};
};

/* One combination of group-by values of one correlation, with its window. */
struct group {
	uint32_t chain;        /* in its slot, or of free groups */
	uint32_t older, newer; /* by last counted event, over all correlations */
	uint32_t hash, correlation;
	uint32_t key, key_size;
	uint32_t marks;       /* temporal: first piece of its marks, one per part */
	uint32_t first, last; /* entries: oldest and newest */
	uint32_t entries;
	uint32_t root;    /* of the tree over the entries' numbers */
	uint32_t removed; /* entries since the sum was last taken anew */
	bool has_values;  /* entries are in the table of values */
	uint64_t events;
	int64_t newest_ns;    /* time of the newest event counted */
	int64_t expires_ns;   /* the newest event leaves the window after this */
	double sum, sum_rest; /* compensated: Neumaier 1974 */
};

struct pool {
	struct group *groups;
	struct cell *cells;
	uint32_t *group_slots, *value_slots;
	uint32_t group_count, group_mask, value_mask, cell_count;
	uint32_t groups_used, cells_used; /* beyond these none was ever handed out */
	uint32_t free_group, free_cell;
	uint32_t oldest, newest; /* groups */
	int64_t clock_ns;        /* newest event time seen */
	uint64_t evicted;        /* groups, and entries, dropped while they counted */
	uint64_t seed;           /* of all hashes */
};

/* Give ${pool} its memory, ${bytes} in all.  0 or -ENOMEM. */
int pool_init(struct pool *pool, size_t bytes, uint64_t seed) MUST_USE;
void pool_done(struct pool *pool);

/* The group of ${correlation} with exactly this key, or 0. */
uint32_t pool_find(const struct pool *pool, uint32_t correlation, struct text key);

/*
 * pool_add(pool, correlation, key, parts):
 * A new group with an empty window and ${parts} marks, all INT64_MIN.  Where memory is
 * full, the groups whose last event is the oldest go; those whose window had not run out
 * are counted.  Never 0.
 */
uint32_t pool_add(struct pool *pool, uint32_t correlation, struct text key,
		  uint32_t parts);

/* Forget ${group} and all its cells. */
void pool_drop(struct pool *pool, uint32_t group);

/* Make ${group} the one that goes last. */
void pool_touch(struct pool *pool, uint32_t group);

/*
 * pool_take(pool, group):
 * A cell for ${group}.  Where memory is full other groups go, as in pool_add.  Never 0 as
 * long as no group has more than its share of entries.
 */
uint32_t pool_take(struct pool *pool, uint32_t group);

/* Give back a cell. */
void pool_give(struct pool *pool, uint32_t cell);

/* The marks of ${group}, ${count} of them, and writing them back. */
void pool_marks_read(const struct pool *pool, uint32_t group, int64_t *marks,
		     uint32_t count);
void pool_marks_write(struct pool *pool, uint32_t group, const int64_t *marks,
		      uint32_t count);

/* The table of values: the group's entry with this digest, or 0; adding; taking out. */
uint32_t pool_value(const struct pool *pool, uint32_t group, const uint64_t digest[2]);
void pool_value_add(struct pool *pool, uint32_t group, uint32_t cell);
void pool_value_remove(struct pool *pool, uint32_t cell);
