/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Proof: a candidate pack run in a jail against this host's own recorded events, before it is
 * used.  Here the jail is started, fed and judged; the work inside is windhover-prover's.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/auto.h"
#include "base/why.h"
#include "model/pack_features.h"

#define PROVER_RULES_MAX 4096u /* rules whose detections a verdict lists */
#define PROVER_AUDIT_MAX 64u   /* rules that one verdict can put in audit-only */

/*
 * The gates, in their order.  A pack is refused at the first that it does not pass; the later
 * ones are then PROVER_NOT_REACHED.
 */
enum prover_gate_id {
	PROVER_JAIL, /* the jail stands; its fault is never the pack's */
	PROVER_VERIFY, /* sound, of this schema, for this engine: the sensor's own verifier */
	PROVER_DELTA, /* not empty, and not strongly shrunken against the running pack */
	PROVER_NOVELTY, /* is it the first here to use some part of the engine, or a field? */
	PROVER_LOAD,   /* an engine can be made of it within the limits */
	PROVER_TESTS,  /* its own test events give the detections that they should */
	PROVER_REPLAY, /* this host's past is evaluated to its end: no crash, no hang */
	PROVER_MEMORY, /* bytes, against the running pack's */
	PROVER_COST,   /* time per event, against the running pack's */
	PROVER_MATCH_ALL, /* no rule matches most of all events */
	PROVER_STORM, /* detections within their budget; single rules may go to audit-only */
	PROVER_GATES
};

enum prover_outcome {
	PROVER_NOT_REACHED,
	PROVER_PASSED,
	PROVER_REFUSED,
	PROVER_NOT_JUDGED, /* nothing to judge by: no running pack, no tests, too few events */
	PROVER_DISARMED, /* would have refused; a test had switched it off */
};

struct prover_gate {
	enum prover_outcome outcome;
	char sentence[192]; /* for people, with the figures */
};

/* What is asked of a pack.  prover_policy_default() fills it in. */
struct prover_policy {
	uint32_t deadline_ms; /* 10,000: for the whole proof */
	uint32_t
		stall_ms; /* 2,000: without a step forward, and more than slowest_ns at work */
	uint64_t memory_size; /* 256 MiB: address space of the jail, besides the packs */
	uint64_t events_max;  /* 100,000: the newest of the recording */
	uint64_t since_ns; /* 0: events older than this (since 1970) are not replayed */
	uint32_t shrink_percent; /* 30: rules of the running pack that may be missing */
	uint32_t memory_percent; /* 400: of the running pack's memory ... */
	uint64_t memory_floor;   /* 64 MiB: ... but at least this is allowed */
	uint32_t cost_percent;   /* 300: of the running pack's time per event ... */
	uint32_t cost_floor_ns;  /* 20,000: ... but at least this is allowed */
	uint32_t slowest_ns;     /* 200,000,000: one event, in CPU time */
	uint32_t match_all_permille; /* 500: of the events, for one rule */
	uint32_t rule_permille;      /* 10: detections of one rule per 1,000 events */
	uint32_t rule_floor;     /* 50: detections of one rule that are never too many */
	uint32_t total_permille; /* 50: detections of all rules per 1,000 events */
	uint32_t total_floor; /* 200: detections of all rules that are never too many */
	uint32_t events_min;  /* 20: with fewer, shares and times are not judged */
	uint32_t
		audit_max; /* 8: rules that may go to audit-only; more refuse the pack; 0: none */
	bool has_known;        /* false: there is no pack to compare with */
	bool refuse_novel;     /* false: what is new is told, and passes */
	struct features known; /* what packs that are known to be good here use */
};

void prover_policy_default(struct prover_policy *policy);

enum prover_flag {
	PROVER_TEST_HOOK = 1, /* obey test rules (programs/poison.h) and ${disarmed} */
};

/*
 * All descriptors stay the caller's.  Files are only read, by mapping: what may still be written
 * to or cut short is to be a sealed copy in memory.  A caller under Landlock needs no right to
 * any file: windhover-prover is linked statically, and only ${program} is executed.
 */
struct prover_request {
	int program;   /* windhover-prover, O_PATH */
	int candidate; /* the pack to be proven */
	int running;   /* the pack to compare with; -1: none */
	int tests;     /* the candidate's tests (docs/formats/tests.md); -1: none */
	int events;    /* JSON lines to replay, in place of a recording; -1: none */
	const int *recording; /* the recorder's segments, in any order */
	unsigned recording_count;
	int cgroup; /* a cgroup's folder to run in, where that can be written to; -1: none */
	bool drop; /* the caller is root: become ${uid} and ${gid} first */
	uid_t uid;
	gid_t gid;
	struct prover_policy policy;
	uint32_t flags;    /* enum prover_flag */
	uint32_t disarmed; /* bit n: gate n does not refuse; only with PROVER_TEST_HOOK */
};

/* A request with nothing in it but the default policy: descriptors are -1. */
void prover_request_init(struct prover_request *request);

/* What the jail consisted of. */
enum prover_jail {
	PROVER_JAIL_USER = 1, /* namespaces ... */
	PROVER_JAIL_PID = 2,
	PROVER_JAIL_NET = 4,
	PROVER_JAIL_IPC = 8,
	PROVER_JAIL_MOUNT = 16,
	PROVER_JAIL_LANDLOCK = 32,
	PROVER_JAIL_SECCOMP = 64,
	PROVER_JAIL_LIMITS = 128,
	PROVER_JAIL_CGROUP = 256,
};

struct prover_figures {
	uint64_t ns_per_event; /* CPU time in the engine, mean */
	uint64_t slowest_ns;   /* the same for the slowest event */
	uint64_t memory_size;  /* the engine's and the pack's bytes */
	uint64_t detections;
	uint64_t out_of_steps; /* events whose budget ran out */
	uint32_t rules;
};

/* A rule that had detections in the replay, under either pack. */
struct prover_rule {
	uint32_t number; /* in the candidate; UINT32_MAX: only the running pack has it */
	bool audit_only; /* by this verdict */
	uint64_t before, now; /* detections */
	char id[40], title[128];
};

struct prover_verdict {
	bool accepted;
	enum prover_gate_id refused_at; /* only where not accepted */
	char sentence[256];             /* "accepted: ..." or "refused: ..." */
	struct prover_gate gates[PROVER_GATES];
	char digest[33]; /* the candidate's; empty where it is not sound */

	uint32_t jail;      /* enum prover_jail */
	uint64_t jail_us;   /* from the start to the last door shut */
	uint64_t total_us;  /* from the start to the end */
	uint64_t peak_size; /* memory of the jail at most: both packs, both engines */

	uint64_t events; /* replayed */
	uint64_t
		judged_events; /* of those: some rule of the candidate is for their source */
	uint64_t damaged;      /* blocks or lines that could not be read */
	int64_t first_ns, last_ns; /* times of the first and last event; 0: none */
	uint64_t tests, tests_failed;
	struct prover_figures before, now; /* the running pack; the candidate */
	uint32_t rules_new, rules_gone;
	uint32_t novel_count;  /* features that none of the known packs uses ... */
	struct features novel; /* ... and which */

	struct prover_rule *rules; /* owned; most detections now first */
	uint32_t rule_count;
	uint32_t audit_count;
	uint32_t audit
		[PROVER_AUDIT_MAX]; /* numbers of rules of the candidate, ascending */
};

void prover_verdict_done(struct prover_verdict *verdict);

/* "verify", "match-all" ...; "passed", "refused" ... */
const char *prover_gate_name(enum prover_gate_id gate);
const char *prover_outcome_name(enum prover_outcome outcome);

/*
 * prover_run(request, verdict, why):
 * Start the jail, feed it, wait for its end or its deadline, and judge.  Returns 0 with
 * ${verdict}, to be given to prover_verdict_done; -errno with the reason in ${why} where nothing
 * could be proven, which says nothing about the pack: it stays unproven.
 */
int prover_run(const struct prover_request *request, struct prover_verdict *verdict,
	       struct why *why) MUST_USE;

/* The same in steps, for whoever has other things to do meanwhile. */
struct prover;

/* Start it.  Nothing of ${request} is needed afterwards. */
int prover_start(const struct prover_request *request, struct prover **out,
		 struct why *why) MUST_USE;

/* Readable when the jail has ended; to be polled, not read. */
int prover_fd(const struct prover *prover);

enum {
	PROVER_E_RUNNING =
		1, /* not ended yet: come again, within 100 ms for the deadlines */
};

/* Look at the clock, end what is overdue; once all is over, judge.  0, PROVER_E_RUNNING, -errno. */
int prover_finish(struct prover *prover, struct prover_verdict *verdict,
		  struct why *why) MUST_USE;

/* Ends the jail if it still runs.  Accepts NULL. */
void prover_free(struct prover *prover);
