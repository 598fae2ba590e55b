/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at events, one after another: what each thread of a scan does. */
#pragma once

#include "scan_merge.h"
#include "scan_unit.h"

/* Where what is found goes: into the unit, or, where no others look, straight to its place. */
struct scan_worker {
	const struct scan_task *task;
	struct engine *engine;
	struct reader *reader; /* its own */

	/* while it reads */
	const struct reader *at; /* that has the event at hand: its own, or another */
	struct scan_unit *unit;  /* or NULL, and then there is ... */
	struct scan_merge *merge;
	struct scan_results *results; /* of one of them */
	size_t kept_at;               /* where the event at hand is kept in the unit */
	bool is_kept;
};

/* ${merge}: what is found goes straight there; else NULL.  0 or -ENOMEM. */
int scan_worker_init(struct scan_worker *worker, const struct scan_task *task,
		     struct scan_merge *merge) MUST_USE;
void scan_worker_done(struct scan_worker *worker);

/* Called behind each event and each fault: false where that was enough. */
typedef bool scan_step(void *user);

/*
 * scan_worker_read(worker, reader, unit, step, user):
 * Look at what ${reader} gives, until it has no more; ${unit} is NULL for a worker that was given
 * a merge.
 */
void scan_worker_read(struct scan_worker *worker, struct reader *reader,
		      struct scan_unit *unit, scan_step *step, void *user);

/* The same of a whole file, which is counted. */
void scan_worker_file(struct scan_worker *worker, const char *path,
		      struct scan_unit *unit, scan_step *step, void *user);
