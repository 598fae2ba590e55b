// SPDX-License-Identifier: Apache-2.0
// Start the jail, feed it, and end it when it is overdue.
#include "update/prover/prover.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "base/message.h"
#include "update/prover/launch.h"
#include "update/prover/report.h"

#define LOOK_MS 100 /* at most between two looks at the deadlines */
#define GAP_NS                                                                           \
	(INT64_C(2000) * 1000000) /* without a look: this process itself stood still */

struct prover {
	struct prover_policy policy;
	uint32_t disarmed;
	struct prover_report *report; /* shared with the jail */
	struct prover_end end;
	pid_t pid;
	int pidfd;
	bool ended;
	int64_t started_ns, looked_ns, moved_ns;
	int64_t moved_cpu_ns; /* the jail's CPU time then */
	uint64_t seen;        /* progress at the last look */
};

static int64_t now_ns(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* CPU time that the jail has used; 0 where it can't be known, for it has just ended. */
static int64_t cpu_of(pid_t pid)
{
	/* As clock_getcpuclockid(3) makes it, without a call that the caller's jail may forbid. */
	clockid_t clock = (clockid_t)((~(unsigned)pid << 3) | 2);
	struct timespec used = { 0 };

	if (clock_gettime(clock, &used) < 0)
		return 0;
	return (int64_t)used.tv_sec * 1000000000 + used.tv_nsec;
}

void prover_policy_default(struct prover_policy *policy)
{
	*policy = (struct prover_policy){
		.deadline_ms = 10000,
		.stall_ms = 2000,
		.memory_size = UINT64_C(256) << 20,
		.events_max = 100000,
		.shrink_percent = 30,
		.memory_percent = 400,
		.memory_floor = UINT64_C(64) << 20,
		.cost_percent = 300,
		.cost_floor_ns = 20000,
		.slowest_ns = 200000000,
		.match_all_permille = 500,
		.rule_permille = 10,
		.rule_floor = 50,
		.total_permille = 50,
		.total_floor = 200,
		.events_min = 20,
		.audit_max = 8,
	};
}

void prover_request_init(struct prover_request *request)
{
	*request = (struct prover_request){ .program = -1,
					    .candidate = -1,
					    .running = -1,
					    .tests = -1,
					    .events = -1,
					    .cgroup = -1 };
	prover_policy_default(&request->policy);
}

void prover_verdict_done(struct prover_verdict *verdict)
{
	if (!verdict)
		return;
	free(verdict->rules);
	*verdict = (struct prover_verdict){ 0 };
}

const char *prover_gate_name(enum prover_gate_id gate)
{
	static const char *const names[PROVER_GATES] = {
		[PROVER_JAIL] = "jail",     [PROVER_VERIFY] = "verify",
		[PROVER_DELTA] = "delta",   [PROVER_NOVELTY] = "novelty",
		[PROVER_LOAD] = "load",     [PROVER_TESTS] = "tests",
		[PROVER_REPLAY] = "replay", [PROVER_MEMORY] = "memory",
		[PROVER_COST] = "cost",     [PROVER_MATCH_ALL] = "match-all",
		[PROVER_STORM] = "storm",
	};

	return (unsigned)gate < PROVER_GATES ? names[gate] : "?";
}

const char *prover_outcome_name(enum prover_outcome outcome)
{
	static const char *const names[] = { "not reached", "passed", "refused",
					     "not judged", "disarmed" };

	return (unsigned)outcome <= PROVER_DISARMED ? names[outcome] : "?";
}

/* Feeding */

/* Memory of a size that nobody can change: looking at it is safe whatever the jail does. */
static int share_report(struct prover_report **out, int *out_fd)
{
	AUTO(close)
	int fd = memfd_create("windhover-report", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *at;

	if (fd < 0 || ftruncate(fd, sizeof(struct prover_report)) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return -errno;
	at = mmap(NULL, sizeof(struct prover_report), PROT_READ | PROT_WRITE, MAP_SHARED,
		  fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	*out = at;
	*out_fd = TAKE_FD(fd);
	return 0;
}

/* What is mapped of a file. */
static uint64_t mapped_size(int fd)
{
	struct stat st;

	return fd >= 0 && fstat(fd, &st) == 0 && st.st_size > 0 ? (uint64_t)st.st_size
								: 0;
}

static int send_order(const struct prover_request *request, int socket, int report)
{
	const struct prover_policy *policy = &request->policy;
	struct prover_order order = {
		.segments = request->recording_count,
		.memory_size = policy->memory_size + mapped_size(request->candidate) +
			       mapped_size(request->running) +
			       sizeof(struct prover_report),
		.events_max = policy->events_max,
		.since_ns = policy->since_ns,
		/* What is left is for a slow machine to report in, not to hang in. */
		.replay_ms = policy->deadline_ms / 10 * 7,
		.cpu_s = policy->deadline_ms / 1000 + 1,
	};
	int fds[MESSAGE_FDS_MAX] = { report, request->candidate };
	unsigned count = 2, sent = 0;
	int r;

	if (request->running >= 0) {
		order.flags |= PROVER_HAS_RUNNING;
		fds[count++] = request->running;
	}
	if (request->tests >= 0) {
		order.flags |= PROVER_HAS_TESTS;
		fds[count++] = request->tests;
	}
	if (request->events >= 0) {
		order.flags |= PROVER_HAS_EVENTS;
		fds[count++] = request->events;
		order.segments = 0;
	}
	if (request->flags & PROVER_TEST_HOOK)
		order.flags |= PROVER_MAY_ACT;
	r = message_send(socket, &order, sizeof(order), fds, count);
	while (r == 0 && sent < order.segments) {
		count = order.segments - sent;
		if (count > MESSAGE_FDS_MAX)
			count = MESSAGE_FDS_MAX;
		r = message_send(socket, &count, sizeof(count), request->recording + sent,
				 count);
		sent += count;
	}
	return r;
}

int prover_start(const struct prover_request *request, struct prover **out,
		 struct why *why)
{
	AUTO(close) int ours = -1;
	AUTO(close) int theirs = -1;
	AUTO(close) int report = -1;
	struct prover *prover = calloc(1, sizeof(*prover));
	int r = prover ? 0 : -ENOMEM;

	if (r == 0) {
		prover->policy = request->policy;
		prover->pidfd = -1;
		prover->started_ns = prover->looked_ns = prover->moved_ns = now_ns();
		if (request->flags & PROVER_TEST_HOOK)
			prover->disarmed = request->disarmed;
		r = message_pair(65536, &ours, &theirs);
	}
	if (r == 0)
		r = share_report(&prover->report, &report);
	if (r == 0)
		r = launch(request, theirs, &prover->pid, &prover->pidfd,
			   &prover->end.jail);
	/* All of it fits into the socket: nothing waits for the jail here. */
	if (r == 0)
		r = send_order(request, ours, report);
	if (r) {
		why_set(why, 0, 0, "the prover's jail can't be started: %s",
			strerror(-r));
		prover_free(prover);
		return r;
	}
	*out = prover;
	return 0;
}

int prover_fd(const struct prover *prover)
{
	return prover->pidfd;
}

void prover_free(struct prover *prover)
{
	if (!prover)
		return;
	if (prover->pid > 0 && !prover->ended) {
		(void)kill(prover->pid, SIGKILL);
		(void)waitpid(prover->pid, NULL, 0);
	}
	if (prover->pidfd >= 0)
		(void)close(prover->pidfd);
	if (prover->report)
		(void)munmap(prover->report, sizeof(*prover->report));
	free(prover);
}

/* Judging */

static void end_overdue(struct prover *prover)
{
	const volatile struct prover_report *report = prover->report;
	uint64_t progress = report->progress + ((uint64_t)report->stage << 56);
	int64_t now = now_ns(), gap = now - prover->looked_ns, cpu = cpu_of(prover->pid);
	int64_t stall_ns = prover->policy.stall_ms * INT64_C(1000000);
	bool stands =
		report->stage == PROVER_TESTING || report->stage == PROVER_REPLAYING;

	/* Who was stopped itself can't say that another one was late. */
	if (gap > GAP_NS) {
		prover->started_ns += gap;
		prover->moved_ns = now;
		prover->moved_cpu_ns = cpu;
	}
	prover->looked_ns = now;
	if (progress != prover->seen || !stands) {
		prover->seen = progress;
		prover->moved_ns = now;
		prover->moved_cpu_ns = cpu;
	}
	if (now - prover->started_ns > prover->policy.deadline_ms * INT64_C(1000000))
		prover->end.overdue = true;
	/* Whom a busy machine lets wait does not hang: it hangs who has spent more on one
	   event than any may cost.  Who does so asleep meets the deadline. */
	else if (now - prover->moved_ns > stall_ns &&
		 cpu - prover->moved_cpu_ns > prover->policy.slowest_ns)
		prover->end.stalled = true;
	else
		return;
	(void)kill(prover->pid, SIGKILL);
}

static void note_end(struct prover *prover, const struct rusage *usage)
{
	const struct prover_report *report = prover->report;
	int64_t jailed_ns = (int64_t)report->jail_us * 1000 - prover->started_ns;

	prover->ended = true;
	prover->end.total_us = (uint64_t)(now_ns() - prover->started_ns) / 1000;
	prover->end.jail_us = jailed_ns > 0 ? (uint64_t)jailed_ns / 1000 : 0;
	prover->end.peak_size = (uint64_t)usage->ru_maxrss * 1024;
}

int prover_finish(struct prover *prover, struct prover_verdict *verdict, struct why *why)
{
	struct rusage usage = { 0 };
	int r = 0;

	if (!prover->ended) {
		pid_t pid = wait4(prover->pid, &prover->end.status, WNOHANG, &usage);

		if (pid < 0)
			return -errno;
		if (pid == 0) {
			if (!prover->end.overdue && !prover->end.stalled)
				end_overdue(prover);
			return PROVER_E_RUNNING;
		}
		note_end(prover, &usage);
	}
	r = prover_judge(&prover->policy, prover->disarmed, prover->report, &prover->end,
			 verdict);
	if (r == -EPROTO)
		why_set(why, 0, 0, "the prover's jail did not stand: %s %d (%s)",
			WIFSIGNALED(prover->end.status) ? "signal" : "status",
			WIFSIGNALED(prover->end.status) ? WTERMSIG(prover->end.status)
							: WEXITSTATUS(prover->end.status),
			prover->report->error < 0 && prover->report->error > -4096
				? strerror(-prover->report->error)
				: "it gave no reason");
	else if (r)
		why_set(why, 0, 0, "the proof can't be judged: %s", strerror(-r));
	return r;
}

int prover_run(const struct prover_request *request, struct prover_verdict *verdict,
	       struct why *why)
{
	struct prover *prover = NULL;
	int r = prover_start(request, &prover, why);

	if (r)
		return r;
	do {
		struct pollfd ended = { .fd = prover->pidfd, .events = POLLIN };

		(void)poll(&ended, 1, LOOK_MS);
		r = prover_finish(prover, verdict, why);
	} while (r == PROVER_E_RUNNING);
	prover_free(prover);
	return r;
}
