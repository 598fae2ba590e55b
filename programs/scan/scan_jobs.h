/* SPDX-License-Identifier: Apache-2.0 */
/* What the threads of a scan share: the files that are being read, and their parts in order. */
#pragma once

#include <pthread.h>

#include "scan_pool.h"
#include "scan_worker.h"

#define JOB_PART_SIZE (1u << 20) /* bytes of a part; a file of as many is read in parts */
#define JOB_UNIT_SIZE                                                                    \
	(4u << 20) /* bytes that a unit may keep before it has to wait for its turn */

/* A stretch that one worker looks at: a file, a part of one, or what is left of one. */
struct work {
	struct work *next;
	struct job *job;
	struct scan_unit unit;
	struct reader_part part;
	bool has_part;
	uint64_t done; /* bytes of the file that are read with it */
	/* shared */
	bool is_void; /* its bytes serve the work before it, nobody looks at it by itself */
	bool is_done; /* all has been looked at, or there was nothing to look at */
	bool waits;   /* its worker waits until what it keeps has been put in order */
	bool goes_on; /* the work whose bytes these are, too, went on behind its end */
	atomic_bool is_taken; /* the work before it went on into it: it is void */
};

/* A file that is being read. */
struct job {
	struct job *next;
	const struct scan_file *file;
	struct reader *reader;     /* that cuts it into parts, or NULL */
	struct work *first, *last; /* whose turn has not come yet */
	struct work *cut;          /* the last one that was cut off, while it is there */
	bool is_opened;
	bool is_busy; /* somebody cuts off a part, or reads the rest */
	bool is_over; /* there will be no more work */
	bool is_live; /* no regular file: read in its turn, as it comes */
	uint64_t unpacked;
};

struct jobs {
	pthread_mutex_t lock;
	pthread_cond_t for_workers, for_merge;
	struct scan_merge *merge;
	const struct scan_task *task;
	struct scan_output like; /* what is printed looks as if on it */
	const struct scan_files *files;
	size_t next_file;
	struct job *first, *last;               /* in the order of the files */
	unsigned work_count, work_max;          /* whose turn has not come yet */
	struct reader *spare[SCAN_THREADS_MAX]; /* readers that no job uses */
	unsigned spare_count;
	atomic_bool stop;
	atomic_bool is_out_of_memory;
};

/*
 * jobs_take(jobs):
 * The next work to look at, or NULL when there is none any more, or it is time to stop.  Waits
 * while there is none yet.  Call and return with the lock held, as all of these.
 */
struct work *jobs_take(struct jobs *jobs);

/*
 * jobs_follow(jobs, work, at):
 * ${work}, which has gone on to the end of ${at}, goes on into what is behind that in the same
 * member: that work is returned, and void from now on.  NULL: ${work} itself has become void, it is
 * time to stop, or memory is out.
 */
struct work *jobs_follow(struct jobs *jobs, struct work *work, struct work *at);

/*
 * jobs_leave(jobs, first, at):
 * The bytes of ${at}, into which ${first} went on, have been read, and jobs_follow asked for what
 * is behind: free it if it serves nothing else.
 */
void jobs_leave(struct jobs *jobs, struct work *first, struct work *at);

/* ${work} has been looked at. */
void jobs_done(struct jobs *jobs, struct work *work);

/* Take out the first work of the first job, or the first job; free them. */
void jobs_drop_work(struct jobs *jobs);
void jobs_drop_job(struct jobs *jobs);

/* Free all that is left; no other thread is there any more. */
void jobs_free(struct jobs *jobs);
