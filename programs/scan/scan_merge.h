/* SPDX-License-Identifier: Apache-2.0 */
/* Putting what was found in order: output, faults, correlations, totals.  One thread does it. */
#pragma once

#include "scan_unit.h"

struct scan_merge {
	const struct scan_task *task;
	struct engine *engine; /* counts for correlations */
	struct scan_results total;
	struct scan_progress progress;
	const struct scan_file *file; /* whose turn it is */
	uint64_t all_size, done_size; /* bytes of all files, and of those that are over */
	uint64_t shown;               /* bad places of the file that were printed */
	uint64_t failed_shown; /* files of which it was said that they can't be read */
	uint64_t bad_before, damaged_before, failed_before, read_before; /* the file */
	bool trouble;        /* something could not be done */
	struct event *event; /* room for one that was kept */
};

/* ${out}: what it is printed on.  0 or -ENOMEM. */
int scan_merge_init(struct scan_merge *merge, const struct scan_task *task,
		    const struct scan_output *out) MUST_USE;
void scan_merge_done(struct scan_merge *merge);

/*
 * scan_merge_print(task, results, place, detection):
 * Count a detection and print it into ${results}, if it is asked for: then true.
 */
bool scan_merge_print(const struct scan_task *task, struct scan_results *results,
		      const struct scan_place *place, const struct detection *detection);

/* In order: what is wrong; the rules that matched an event and that correlations count. */
void scan_merge_fault(struct scan_merge *merge, const struct scan_fault *fault);
void scan_merge_match(struct scan_merge *merge, const struct scan_place *place,
		      const uint32_t *rules, uint32_t count, const struct event *event);

/* The turn of a file begins, and ends. */
void scan_merge_begin(struct scan_merge *merge, const struct scan_file *file);
void scan_merge_end(struct scan_merge *merge);

/* Put in order what ${unit} keeps, and forget it; its counts are added once, by _whole. */
void scan_merge_part(struct scan_merge *merge, struct scan_unit *unit);
void scan_merge_whole(struct scan_merge *merge, struct scan_unit *unit);

/* Write what has gathered, if it is time to, or all of it. */
void scan_merge_flush(struct scan_merge *merge, bool all);

/* Show how far it is: ${done} bytes of the file whose turn it is. */
void scan_merge_progress(struct scan_merge *merge, uint64_t done);

/* Say "memory is out", once; it is trouble. */
void scan_merge_no_memory(struct scan_merge *merge);
