// SPDX-License-Identifier: Apache-2.0
// windhover-prover: a candidate pack and this host's past, in a jail that is thrown away after.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>

#include "base/jail.h"
#include "base/message.h"
#include "prover/prover_replay.h"
#include "prover/prover_rules.h"
#include "update/prover/report.h"

#define SEGMENTS_MAX 64
#define FILES        (SEGMENTS_MAX + 16)

struct work {
	struct prover_order order;
	struct prover_report *report;
	struct side candidate, running;
	int report_fd, candidate_fd, running_fd, tests_fd, events_fd;
	int segments[SEGMENTS_MAX];
	unsigned segment_count;
	int64_t begun_ns;
};

static int64_t now_ns(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The order */

static int receive_segments(struct work *work)
{
	uint32_t announced;
	size_t size = 0;

	while (work->segment_count < work->order.segments) {
		unsigned count = SEGMENTS_MAX - work->segment_count;
		int r;

		if (count > MESSAGE_FDS_MAX)
			count = MESSAGE_FDS_MAX;
		r = message_receive(PROVER_SOCKET, &announced, sizeof(announced), &size,
				    work->segments + work->segment_count, &count);
		if (r)
			return r;
		if (size != sizeof(announced) || count == 0 || count != announced)
			return -EPROTO;
		work->segment_count += count;
	}
	return 0;
}

static int receive_order(struct work *work)
{
	const uint32_t extra[] = { PROVER_HAS_RUNNING, PROVER_HAS_TESTS,
				   PROVER_HAS_EVENTS };
	int *const places[] = { &work->running_fd, &work->tests_fd, &work->events_fd };
	int fds[MESSAGE_FDS_MAX];
	unsigned count = MESSAGE_FDS_MAX, used = 2;
	size_t size = 0;
	int r = message_receive(PROVER_SOCKET, &work->order, sizeof(work->order), &size,
				fds, &count);

	if (r)
		return r;
	if (size != sizeof(work->order) || work->order.segments > SEGMENTS_MAX)
		return -EPROTO;
	for (size_t i = 0; i < sizeof(extra) / sizeof(extra[0]); i++)
		if (work->order.flags & extra[i] && used < count)
			*places[i] = fds[used++];
	if (used != count)
		return -EPROTO;
	work->report_fd = fds[0];
	work->candidate_fd = fds[1];
	return receive_segments(work);
}

static int map_report(struct work *work)
{
	void *at = mmap(NULL, sizeof(*work->report), PROT_READ | PROT_WRITE, MAP_SHARED,
			work->report_fd, 0);

	if (at == MAP_FAILED)
		return -errno;
	work->report = at;
	return 0;
}

/* The jail */

static int limit_cpu(uint32_t seconds)
{
	const struct rlimit both = { .rlim_cur = seconds, .rlim_max = seconds + 1 };

	return setrlimit(RLIMIT_CPU, &both) < 0 ? -errno : 0;
}

static int enter_jail(struct work *work)
{
	const struct jail_limits limits = { .memory_size = work->order.memory_size,
					    .files = FILES };
	struct prover_report *report = work->report;
	int r = jail_drop_capabilities(0);

	/* Who never had any can't empty the bounding set; without new privileges it stays so. */
	if (r == -EPERM && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0)
		r = 0;
	(void)prctl(PR_SET_DUMPABLE, 0);
	if (r == 0)
		r = limit_cpu(work->order.cpu_s);
	if (r == 0)
		r = jail_resources(&limits);
	if (r)
		return r;
	report->jail |= PROVER_JAIL_LIMITS;
	r = jail_files();
	if (r && r != -EOPNOTSUPP)
		return r;
	report->jail |= r == 0 ? PROVER_JAIL_LANDLOCK : 0;
	r = jail_calls(JAIL_STARTING);
	if (r)
		return r;
	report->jail |= PROVER_JAIL_SECCOMP;
	report->jail_us = (uint64_t)now_ns() / 1000;
	return 0;
}

/* The stages */

static int verify(struct work *work)
{
	struct prover_report *report = work->report;
	bool may_act = work->order.flags & PROVER_MAY_ACT;
	struct why why = { 0 };
	int r = side_open(&work->candidate, work->candidate_fd, may_act, &why);

	if (r) {
		(void)snprintf(report->reason, sizeof(report->reason), "%.300s",
			       why.reason);
		return r;
	}
	memcpy(report->digest, pack_digest(work->candidate.pack).at,
	       sizeof(report->digest) - 1);
	/* One that this engine can't use any more is no reason against its successor; and
	   its test rules do nothing: it is not on trial. */
	if (work->running_fd >= 0)
		report->running_error =
			side_open(&work->running, work->running_fd, false, NULL);
	report->now = work->candidate.figures;
	report->before = work->running.figures;
	features_of(work->candidate.pack, &report->used);
	return prover_rules_compare(&work->candidate, &work->running, report);
}

static int load(struct work *work)
{
	bool json = work->tests_fd >= 0 || work->events_fd >= 0;
	int r = side_load(&work->candidate, json);

	if (r == 0 && work->running.pack)
		r = side_load(&work->running, json);
	work->report->now = work->candidate.figures;
	work->report->before = work->running.figures;
	return r;
}

static int try_tests(struct work *work)
{
	struct replay replay = { &work->order, work->report, &work->candidate,
				 &work->running, 0 };

	return work->tests_fd < 0 ? 0 : replay_tests(&replay, work->tests_fd);
}

static int replay_past(struct work *work)
{
	struct replay replay = { &work->order, work->report, &work->candidate,
				 &work->running,
				 work->begun_ns +
					 work->order.replay_ms * INT64_C(1000000) };

	if (work->events_fd >= 0)
		return replay_lines(&replay, work->events_fd);
	return work->segment_count
		       ? replay_recording(&replay, work->segments, work->segment_count)
		       : 0;
}

static int conclude(struct work *work)
{
	struct prover_report *report = work->report;
	const struct engine_counters *counters = engine_counters(work->candidate.engine);

	side_finish(&work->candidate);
	if (work->running.pack)
		side_finish(&work->running);
	report->now = work->candidate.figures;
	report->before = work->running.figures;
	report->judged_events = counters->events - counters->unrouted;
	return prover_rules_list(&work->candidate, &work->running, report);
}

static int work_through(struct work *work)
{
	static int (*const stages[PROVER_DONE])(struct work *) = {
		[PROVER_STARTING] = enter_jail,   [PROVER_VERIFYING] = verify,
		[PROVER_LOADING] = load,          [PROVER_TESTING] = try_tests,
		[PROVER_REPLAYING] = replay_past,
	};
	int r;

	for (uint32_t stage = PROVER_STARTING; stage < PROVER_DONE; stage++) {
		__atomic_store_n(&work->report->stage, stage, __ATOMIC_RELEASE);
		r = stages[stage](work);
		if (r)
			return r;
	}
	r = conclude(work);
	if (r == 0)
		__atomic_store_n(&work->report->stage, PROVER_DONE, __ATOMIC_RELEASE);
	return r;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__has_feature)
/* Looking for leaks means tracing oneself, which the jail does not allow. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0:handle_segv=0:allow_user_segv_handler=1";
}
#endif

int main(int argc, char **argv)
{
	static struct work work = {
		.report_fd = -1,
		.candidate_fd = -1,
		.running_fd = -1,
		.tests_fd = -1,
		.events_fd = -1,
	};
	int r;

	work.begun_ns = now_ns();
	(void)prctl(PR_SET_NAME, "windhover-prover");
	r = receive_order(&work);
	if (r == 0)
		r = map_report(&work);
	if (r) {
		(void)fprintf(stderr, "windhover-prover: %s\n", strerror(-r));
		return 1;
	}
	if (argc > 1 && strcmp(argv[1], PROVER_ARGUMENT_USER) == 0)
		work.report->jail |= PROVER_JAIL_USER;
	r = work_through(&work);
	work.report->error = r;
	/* Nothing is freed: the process is thrown away. */
	_exit(r ? 1 : 0);
}
