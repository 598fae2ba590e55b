/* SPDX-License-Identifier: Apache-2.0 */
/* What there is in logs: events by channel, provider and event ID, and damage by file. */
#pragma once

#include "base/arena.h"
#include "base/table.h"
#include "scan.h"

#define SCAN_KINDS_MAX                                                                   \
	65536 /* kinds of events told apart; further ones are one more kind */

/* Events of one channel, provider and event ID. */
struct scan_kind {
	struct text channel, provider;
	uint32_t id; /* or EVENT_ID_NONE */
	uint64_t count;
};

/* A file with something wrong in it. */
struct scan_damage {
	const char *path;
	uint64_t events, damaged, bad, failed;
};

/* Zeroes are empty ones. */
struct scan_stats {
	struct arena *arena;
	struct table numbers; /* of kinds */
	struct scan_kind *kinds;
	uint32_t kind_count, kind_capacity;
	uint64_t other; /* events of kinds beyond the limit, or for which memory is out */
	struct scan_damage *damages;
	size_t damage_count, damage_capacity;
	int64_t first_ns, last_ns; /* of those with a time; 0: none */
	bool no_memory;            /* for some kind */
};

/*
 * scan_stats_event(stats, event, channel, provider):
 * Count an event; of the names the first 256 bytes count.
 */
void scan_stats_event(struct scan_stats *stats, const struct event *event,
		      struct text channel, struct text provider);

/* Add what ${more} has of events, and has in the order in which they came: it comes behind. */
void scan_stats_add(struct scan_stats *stats, const struct scan_stats *more);

/* Whether further kinds would not be told apart any more. */
static inline bool scan_stats_are_full(const struct scan_stats *stats)
{
	return stats->kind_count == SCAN_KINDS_MAX;
}

/*
 * scan_stats_file(stats, damage):
 * Remember a file, if there is something wrong with it; its path must outlive ${stats}.
 * 0, or -ENOMEM.
 */
int scan_stats_file(struct scan_stats *stats, const struct scan_damage *damage) MUST_USE;

/*
 * scan_stats_print(stats, top, counts, out):
 * Append the tables, of at most ${top} kinds each and of every damaged file.  0, or -ENOMEM.
 */
int scan_stats_print(const struct scan_stats *stats, unsigned top,
		     const struct scan_counts *counts, struct buffer *out) MUST_USE;

void scan_stats_done(struct scan_stats *stats);
