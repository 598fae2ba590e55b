/* SPDX-License-Identifier: Apache-2.0 */
/* What prover and jail say to each other: one order in, one report out. */
#pragma once

#include "update/prover/prover.h"

/*
 * The jailed program is started with one message socket as descriptor PROVER_SOCKET.  The order
 * comes with the report and the descriptors that its flags name; the recording's segments follow,
 * as many to a message as go.  The report is memory that both map, so what was done last is known
 * however the jail ended; only the parent judges, and only after that end.
 */
#define PROVER_SOCKET 3

/* The only argument, where it was started in a user namespace of its own. */
#define PROVER_ARGUMENT_USER "user-namespace"

enum prover_order_flag {
	PROVER_HAS_RUNNING = 1,
	PROVER_HAS_TESTS = 2,
	PROVER_HAS_EVENTS = 4,
	PROVER_MAY_ACT = 8, /* PROVER_TEST_HOOK */
};

/* Descriptors of the first message: report, candidate, then those of the flags, in order. */
struct prover_order {
	uint32_t flags; /* enum prover_order_flag */
	uint32_t segments;
	uint64_t memory_size, events_max, since_ns;
	uint32_t replay_ms; /* begin no further event later than this, from now */
	uint32_t cpu_s;     /* RLIMIT_CPU */
};

/* How far it came.  What is ended in a stage is refused at that stage's gate. */
enum prover_stage {
	PROVER_STARTING, /* the jail is being made */
	PROVER_VERIFYING,
	PROVER_LOADING,
	PROVER_TESTING,
	PROVER_REPLAYING,
	PROVER_DONE,
};

struct prover_report {
	uint32_t stage; /* enum prover_stage */
	uint32_t jail;  /* enum prover_jail, as far as the jail itself knows */
	int32_t error;  /* -errno of what ended it in this stage; -EINVAL: see reason */
	int32_t running_error; /* the running pack could not be used to compare */
	uint64_t jail_us;      /* CLOCK_MONOTONIC when the last door was shut */
	uint64_t progress;     /* rises with each event */
	char reason[320];      /* why the verifier refused, or which test failed */
	char digest[33];
	char zero[7];
	uint64_t events, judged_events, damaged;
	uint64_t events_left; /* not replayed: the time was over */
	int64_t first_ns, last_ns;
	uint64_t tests, tests_failed;
	struct prover_figures before, now;
	uint32_t rules_new, rules_gone;
	uint32_t rule_count, zero2;
	struct features used; /* by the candidate */
	struct prover_rule rules[PROVER_RULES_MAX];
};

/* How the jail ended, as its parent saw it. */
struct prover_end {
	int status;   /* of wait */
	bool stalled; /* ended by us: no step forward */
	bool overdue; /* ended by us: the deadline */
	uint64_t jail_us, total_us, peak_size;
	uint32_t jail;
};

/*
 * prover_judge(policy, disarmed, report, end, verdict):
 * Turn what was found into a verdict.  Pure: no clock, no disk.  ${report} is not trusted: what
 * can't be is brought into bounds.  Returns 0, -ENOMEM, or -EPROTO where the jail never stood,
 * so that nothing is known of the pack.
 */
int prover_judge(const struct prover_policy *policy, uint32_t disarmed,
		 const struct prover_report *report, const struct prover_end *end,
		 struct prover_verdict *verdict) MUST_USE;
