// SPDX-License-Identifier: Apache-2.0
// Files looked at by several threads, with the results of one.
#include "scan_pool.h"

#include <errno.h>
#include <signal.h>

#include "scan_jobs.h"

#define TICK_NS 100000000 /* between two looks at Ctrl-C, where nothing else happens */

/* A thread that looks at work. */
struct looker {
	struct jobs *jobs;
	struct scan_worker worker;
	pthread_t thread;
	struct work *work;
	/* of a part: where it reads, in it or in what it has gone on into */
	struct work *at;
	size_t from;
	bool has_paused; /* at the end of it */
	struct reader_source source;
};

unsigned scan_pool_threads(const struct scan_files *files, unsigned threads)
{
	uint64_t units = files->size / JOB_PART_SIZE + files->count;

	if (files->size < JOB_PART_SIZE)
		return 1;
	return units < threads ? (unsigned)units : threads;
}

/* Go on to the next part: true, or false where there is none. */
static bool go_on(struct looker *looker)
{
	struct jobs *jobs = looker->jobs;
	struct work *next;

	pthread_mutex_lock(&jobs->lock);
	next = jobs_follow(jobs, looker->work, looker->at);
	if (next) {
		jobs_leave(jobs, looker->work, looker->at);
		looker->at = next;
		looker->from = 0;
		looker->has_paused = false;
	}
	pthread_mutex_unlock(&jobs->lock);
	return next;
}

/*
 * Whether the work into which this one went on had itself gone on into the next, at which therefore
 * nobody else looks.
 */
static bool has_gone_on(struct looker *looker)
{
	struct jobs *jobs = looker->jobs;
	bool has;

	if (looker->at == looker->work)
		return false;
	pthread_mutex_lock(&jobs->lock);
	has = looker->at->goes_on;
	pthread_mutex_unlock(&jobs->lock);
	return has;
}

/* A window_read: the part and, while something is under way at its end, what is behind it. */
static ssize_t read_parts(void *user, char *at, size_t size)
{
	struct looker *looker = user;

	for (;;) {
		const struct reader_part *part = &looker->at->part;
		size_t left = part->bytes.size - looker->from;

		if (left) {
			size = size < left ? size : left;
			memcpy(at, part->bytes.at + looker->from, size);
			looker->from += size;
			return (ssize_t)size;
		}
		looker->source.reason = part->reason;
		if (part->failed || part->is_last)
			return part->failed;
		if (!part->goes_on && reader_rests(looker->worker.reader, part) &&
		    !has_gone_on(looker))
			return 0;
		if (!part->goes_on && !looker->has_paused) {
			looker->has_paused = true;
			return WINDOW_PAUSE;
		}
		if (!go_on(looker))
			return atomic_load(&looker->jobs->is_out_of_memory) ? -ENOMEM : 0;
	}
}

/* Behind each event: whether to go on; what it keeps may have to be put in order first. */
static bool on_step(void *user)
{
	struct looker *looker = user;
	struct jobs *jobs = looker->jobs;
	struct work *work = looker->work;

	if (atomic_load(&jobs->stop) || atomic_load(&work->is_taken))
		return false;
	if (scan_unit_size(&work->unit) < JOB_UNIT_SIZE &&
	    !scan_stats_are_full(&work->unit.results.stats))
		return true;
	pthread_mutex_lock(&jobs->lock);
	work->waits = true;
	pthread_cond_signal(&jobs->for_merge);
	while (work->waits && !atomic_load(&jobs->stop) && !atomic_load(&work->is_taken))
		pthread_cond_wait(&jobs->for_workers, &jobs->lock);
	work->waits = false;
	pthread_mutex_unlock(&jobs->lock);
	return true;
}

static void look_at_part(struct looker *looker)
{
	struct work *work = looker->work;
	struct reader *reader = looker->worker.reader;

	looker->at = work;
	looker->from = 0;
	looker->has_paused = false;
	looker->source = (struct reader_source){ .read = read_parts, .user = looker };
	reader_open_part(reader, &work->part, &looker->source);
	scan_worker_read(&looker->worker, reader, &work->unit, on_step, looker);
	/* Where it could not be read on, what is under way ends there, too. */
	while (looker->at->part.goes_on && go_on(looker))
		;
}

static void *look(void *user)
{
	struct looker *looker = user;
	struct jobs *jobs = looker->jobs;
	struct work *work;

	pthread_mutex_lock(&jobs->lock);
	while ((work = jobs_take(jobs))) {
		pthread_mutex_unlock(&jobs->lock);
		looker->work = work;
		if (work->has_part)
			look_at_part(looker);
		else if (work->job->reader)
			scan_worker_read(&looker->worker, work->job->reader, &work->unit,
					 on_step, looker);
		else
			scan_worker_file(&looker->worker, work->job->file->path,
					 &work->unit, on_step, looker);
		pthread_mutex_lock(&jobs->lock);
		jobs_done(jobs, work);
	}
	pthread_cond_broadcast(&jobs->for_workers);
	pthread_cond_signal(&jobs->for_merge);
	pthread_mutex_unlock(&jobs->lock);
	return NULL;
}

/* What the thread that puts things in order needs to read a file itself. */
struct live {
	struct scan_merge *merge;
	struct scan_worker worker;
};

static bool is_over(const struct scan_merge *merge)
{
	return atomic_load(merge->task->interrupted) || merge->total.out.error;
}

static bool on_live_step(void *user)
{
	struct live *live = user;

	scan_merge_flush(live->merge, false);
	scan_merge_progress(live->merge, reader_progress(live->worker.reader));
	return !is_over(live->merge);
}

static void read_live(struct live *live, const struct scan_file *file)
{
	scan_merge_begin(live->merge, file);
	scan_worker_file(&live->worker, file->path, NULL, on_live_step, live);
	scan_merge_end(live->merge);
}

/* Wait until there is something to put in order, or it is time to look at Ctrl-C. */
static void wait_a_tick(struct jobs *jobs)
{
	struct timespec until;

	(void)clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += TICK_NS;
	if (until.tv_nsec >= 1000000000) {
		until.tv_nsec -= 1000000000;
		until.tv_sec++;
	}
	(void)pthread_cond_timedwait(&jobs->for_merge, &jobs->lock, &until);
}

/* Put the first work of the first job in order, as far as there is; the lock is held. */
static void put_in_order(struct jobs *jobs, struct work *work)
{
	struct scan_merge *merge = jobs->merge;
	bool is_done = work->is_done, is_taken = atomic_load(&work->is_taken);

	pthread_mutex_unlock(&jobs->lock);
	if (is_done && !is_taken)
		scan_merge_whole(merge, &work->unit);
	else if (!is_taken)
		scan_merge_part(merge, &work->unit);
	scan_merge_progress(merge, work->done);
	pthread_mutex_lock(&jobs->lock);
	if (is_done) {
		jobs_drop_work(jobs);
	} else {
		work->waits = false;
		pthread_cond_broadcast(&jobs->for_workers);
	}
}

/* All of the first job has been put in order; the lock is held. */
static void finish_job(struct jobs *jobs, struct live *live)
{
	struct scan_merge *merge = jobs->merge;
	struct job *job = jobs->first;

	pthread_mutex_unlock(&jobs->lock);
	if (job->is_live) {
		read_live(live, job->file);
	} else {
		merge->total.counts.files += job->is_opened;
		merge->total.counts.bytes += job->unpacked;
		scan_merge_end(merge);
	}
	pthread_mutex_lock(&jobs->lock);
	jobs_drop_job(jobs);
}

/* Put in order what the workers find, until all files are over. */
static void merge_all(struct jobs *jobs, struct live *live)
{
	const struct scan_file *begun = NULL;

	pthread_mutex_lock(&jobs->lock);
	while (!atomic_load(&jobs->stop) && !is_over(jobs->merge)) {
		struct job *job = jobs->first;
		struct work *work = job ? job->first : NULL;

		if (job && !job->is_live && begun != job->file) {
			begun = job->file;
			scan_merge_begin(jobs->merge, begun);
		}
		if (work && (work->is_done || work->waits))
			put_in_order(jobs, work);
		else if (job && !work && (job->is_live || job->is_over))
			finish_job(jobs, live);
		else if (!job && jobs->next_file == jobs->files->count)
			break;
		else
			wait_a_tick(jobs);
	}
	atomic_store(&jobs->stop, true);
	pthread_cond_broadcast(&jobs->for_workers);
	pthread_mutex_unlock(&jobs->lock);
}

static int start_threads(struct looker *lookers, unsigned threads, unsigned *started)
{
	sigset_t all, before;
	int r = 0;

	/* Ctrl-C is for the thread that may wait for standard input. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	while (*started < threads && r == 0) {
		r = pthread_create(&lookers[*started].thread, NULL, look,
				   &lookers[*started]);
		*started += r == 0;
	}
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	/* Fewer do as well. */
	return *started ? 0 : -r;
}

static int run_threads(struct jobs *jobs, struct looker *lookers, unsigned threads,
		       struct live *live)
{
	pthread_condattr_t clock;
	unsigned started = 0;
	int r;

	(void)pthread_condattr_init(&clock);
	(void)pthread_condattr_setclock(&clock, CLOCK_MONOTONIC);
	(void)pthread_mutex_init(&jobs->lock, NULL);
	(void)pthread_cond_init(&jobs->for_workers, NULL);
	(void)pthread_cond_init(&jobs->for_merge, &clock);
	(void)pthread_condattr_destroy(&clock);
	r = start_threads(lookers, threads, &started);
	if (r == 0)
		merge_all(jobs, live);
	for (unsigned i = 0; i < started; i++)
		(void)pthread_join(lookers[i].thread, NULL);
	if (atomic_load(&jobs->is_out_of_memory))
		scan_merge_no_memory(jobs->merge);
	jobs_free(jobs);
	(void)pthread_cond_destroy(&jobs->for_merge);
	(void)pthread_cond_destroy(&jobs->for_workers);
	(void)pthread_mutex_destroy(&jobs->lock);
	return r;
}

static int run_pool(struct scan_merge *merge, const struct scan_files *files,
		    unsigned threads, struct live *live)
{
	AUTO(free) struct looker *lookers = calloc(threads, sizeof(*lookers));
	AUTO(free) struct jobs *jobs = calloc(1, sizeof(*jobs));
	int r = lookers && jobs ? 0 : -ENOMEM;

	if (r)
		return r;
	*jobs = (struct jobs){
		.merge = merge,
		.task = merge->task,
		.like = merge->total.out,
		.files = files,
		.work_max = 2 * threads + 2,
	};
	for (unsigned i = 0; i < threads && r == 0; i++) {
		lookers[i].jobs = jobs;
		r = scan_worker_init(&lookers[i].worker, merge->task, NULL);
	}
	if (r == 0)
		r = run_threads(jobs, lookers, threads, live);
	for (unsigned i = 0; i < threads; i++)
		scan_worker_done(&lookers[i].worker);
	return r;
}

int scan_pool_run(struct scan_merge *merge, const struct scan_files *files,
		  unsigned threads)
{
	struct live live = { .merge = merge };
	int r = scan_worker_init(&live.worker, merge->task, merge);

	if (r == 0 && threads > 1)
		r = run_pool(merge, files, threads, &live);
	else if (r == 0)
		for (size_t i = 0; i < files->count && !is_over(merge); i++)
			read_live(&live, &files->files[i]);
	scan_worker_done(&live.worker);
	return r;
}
