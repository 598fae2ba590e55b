// SPDX-License-Identifier: Apache-2.0
// Which file, or part of one, comes next, and what becomes of it when its turn has come.
#include "scan_jobs.h"

#include <errno.h>

static void free_work(struct work *work)
{
	scan_unit_done(&work->unit);
	reader_part_done(&work->part);
	free(work);
}

/* A work at the end of ${job}; NULL where memory is out, which ends the scan. */
static struct work *add_work(struct jobs *jobs, struct job *job)
{
	struct work *work = calloc(1, sizeof(*work));

	if (work && scan_unit_init(&work->unit, jobs->task, &jobs->like)) {
		free_work(work);
		work = NULL;
	}
	if (!work) {
		atomic_store(&jobs->is_out_of_memory, true);
		atomic_store(&jobs->stop, true);
		pthread_cond_signal(&jobs->for_merge);
		return NULL;
	}
	work->job = job;
	if (job->last)
		job->last->next = work;
	else
		job->first = work;
	job->last = work;
	jobs->work_count++;
	return work;
}

/* A work that is nothing but a fault. */
static void add_fault(struct jobs *jobs, struct job *job, enum reader_result result,
		      const struct why *why)
{
	const struct scan_fault fault = { result, reader_is_member(job->reader), *why };
	struct work *work = add_work(jobs, job);

	if (!work)
		return;
	work->unit.results.counts.no_log = result == READER_NO_LOG;
	work->unit.results.counts.failed = result == READER_FAILED;
	scan_unit_fault(&work->unit, &fault);
	work->is_done = true;
	pthread_cond_signal(&jobs->for_merge);
}

/* There will be no more work of ${job}: its reader can cut up another file. */
static void end_job(struct jobs *jobs, struct job *job)
{
	job->is_over = true;
	if (!job->reader)
		return;
	job->unpacked = job->is_opened ? reader_unpacked(job->reader) : 0;
	if (jobs->spare_count < SCAN_THREADS_MAX)
		jobs->spare[jobs->spare_count++] = TAKE(job->reader);
	pthread_cond_signal(&jobs->for_merge);
}

static int open_reader(struct jobs *jobs, struct job *job, struct why *why)
{
	int r = 0;

	if (jobs->spare_count)
		job->reader = jobs->spare[--jobs->spare_count];
	pthread_mutex_unlock(&jobs->lock);
	if (!job->reader)
		r = scan_task_reader(jobs->task, &job->reader);
	if (r == 0)
		r = reader_open(job->reader, job->file->path, why);
	pthread_mutex_lock(&jobs->lock);
	return r;
}

/*
 * Begin with the next file.  A small one is a work; a large one is cut into parts; what is no
 * regular file is left to the thread that puts things in order, which reads it as it comes.
 */
static struct work *open_file(struct jobs *jobs)
{
	struct job *job = calloc(1, sizeof(*job));
	struct why why = { 0 };

	if (!job) {
		atomic_store(&jobs->is_out_of_memory, true);
		atomic_store(&jobs->stop, true);
		return NULL;
	}
	job->file = &jobs->files->files[jobs->next_file++];
	if (jobs->last)
		jobs->last->next = job;
	else
		jobs->first = job;
	jobs->last = job;
	job->is_live = !job->file->size;
	job->is_over = job->file->size < JOB_PART_SIZE;
	if (job->is_live) {
		pthread_cond_signal(&jobs->for_merge);
		return NULL;
	}
	if (job->is_over)
		return add_work(jobs, job);
	job->is_busy = true;
	job->is_opened = open_reader(jobs, job, &why) == 0;
	job->is_busy = false;
	if (!job->is_opened) {
		if (!job->reader)
			why_set(&why, 0, 0, "memory is out");
		why_file(&why, job->file->path);
		add_fault(jobs, job, READER_FAILED, &why);
		end_job(jobs, job);
	}
	return NULL;
}

/* Cut the next part off ${job}, which is free; NULL where there is none to be looked at. */
static struct work *cut_off(struct jobs *jobs, struct job *job)
{
	struct reader_part part = { 0 };
	enum reader_result result;
	struct why why = { 0 };
	struct work *work = NULL;

	job->is_busy = true;
	pthread_mutex_unlock(&jobs->lock);
	result = reader_split(job->reader, JOB_PART_SIZE, &part, &why);
	pthread_mutex_lock(&jobs->lock);
	job->is_busy = false;
	job->cut = NULL;
	switch (result) {
	case READER_END:
		end_job(jobs, job);
		break;
	case READER_PART:
		work = add_work(jobs, job);
		if (!work) {
			reader_part_done(&part);
			break;
		}
		work->part = part;
		work->has_part = true;
		job->cut = work;
		break;
	case READER_EVENT:
		/* No parts from here on: whoever takes it reads the rest. */
		work = add_work(jobs, job);
		job->is_busy = work != NULL;
		break;
	default:
		add_fault(jobs, job, result, &why);
	}
	if (work)
		work->done = reader_progress(job->reader);
	pthread_cond_broadcast(&jobs->for_workers);
	return work;
}

/* Whether a part can be cut off ${job}. */
static bool can_cut(const struct jobs *jobs, const struct job *job)
{
	if (job->is_live || job->is_over || job->is_busy)
		return false;
	/* What goes on is for the worker that has begun it. */
	if (job->cut && job->cut->part.goes_on)
		return false;
	/* What comes first must never wait for what comes later. */
	return jobs->work_count < jobs->work_max || (job == jobs->first && !job->first);
}

struct work *jobs_take(struct jobs *jobs)
{
	while (!atomic_load(&jobs->stop)) {
		struct work *work = NULL;
		bool is_more = jobs->next_file < jobs->files->count;
		struct job *job = jobs->first;

		while (job && !can_cut(jobs, job)) {
			is_more |= !job->is_over && !job->is_live;
			job = job->next;
		}
		if (job) {
			work = cut_off(jobs, job);
		} else if (jobs->next_file < jobs->files->count &&
			   (jobs->work_count < jobs->work_max || !jobs->first)) {
			work = open_file(jobs);
		} else if (is_more) {
			pthread_cond_wait(&jobs->for_workers, &jobs->lock);
		} else {
			return NULL;
		}
		if (work)
			return work;
	}
	return NULL;
}

struct work *jobs_follow(struct jobs *jobs, struct work *work, struct work *at)
{
	struct job *job = at->job;

	if (atomic_load(&work->is_taken))
		return NULL;
	at->goes_on = true;
	while (!at->next && !atomic_load(&jobs->stop)) {
		/* Only what is first may go on without end: it keeps nothing. */
		bool is_full = jobs->work_count >= jobs->work_max && job->first != work;

		if (job->is_busy || is_full) {
			pthread_cond_wait(&jobs->for_workers, &jobs->lock);
		} else {
			struct work *next = cut_off(jobs, job);

			if (!next || !next->has_part)
				return NULL;
			next->is_done = next->is_void = true;
		}
	}
	if (!at->next || !at->next->has_part)
		return NULL;
	atomic_store(&at->next->is_taken, true);
	pthread_cond_broadcast(&jobs->for_workers);
	return at->next;
}

void jobs_done(struct jobs *jobs, struct work *work)
{
	struct job *job = work->job;

	work->is_done = true;
	if (!work->has_part && job->reader) {
		job->is_busy = false;
		end_job(jobs, job);
	}
	pthread_cond_signal(&jobs->for_merge);
}

void jobs_leave(struct jobs *jobs, struct work *first, struct work *at)
{
	struct work *before = first;

	/* While something is before the first one, that may go on into all of these. */
	if (at == first || !at->is_void || first != first->job->first)
		return;
	while (before->next != at)
		before = before->next;
	before->next = at->next;
	jobs->work_count--;
	free_work(at);
}

void jobs_drop_work(struct jobs *jobs)
{
	struct job *job = jobs->first;
	struct work *work = job->first;

	job->first = work->next;
	if (!job->first)
		job->last = NULL;
	if (job->cut == work)
		job->cut = NULL;
	free_work(work);
	jobs->work_count--;
	pthread_cond_broadcast(&jobs->for_workers);
}

void jobs_drop_job(struct jobs *jobs)
{
	struct job *job = jobs->first;

	jobs->first = job->next;
	if (!jobs->first)
		jobs->last = NULL;
	reader_free(job->reader);
	free(job);
	pthread_cond_broadcast(&jobs->for_workers);
}

void jobs_free(struct jobs *jobs)
{
	while (jobs->first) {
		while (jobs->first->first)
			jobs_drop_work(jobs);
		jobs_drop_job(jobs);
	}
	while (jobs->spare_count)
		reader_free(jobs->spare[--jobs->spare_count]);
}
