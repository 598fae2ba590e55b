// SPDX-License-Identifier: Apache-2.0
// From what was found in the jail to a verdict: one function for each gate, and their order.
#include "update/prover/report.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

struct judgement {
	const struct prover_policy *policy;
	const struct prover_report *report;
	const struct prover_end *end;
	struct prover_verdict *verdict;
};

typedef unsigned long long ull; /* what printf wants for 64 bits */

#define SAY(gate, ...)                                                                   \
	(void)snprintf((gate)->sentence, sizeof((gate)->sentence), __VA_ARGS__)

/* ${percent} of ${of}, or ${floor} where that is more. */
static uint64_t bound(uint64_t of, uint32_t percent, uint64_t floor)
{
	uint64_t share = of / 100 * percent + of % 100 * percent / 100;

	return share > floor ? share : floor;
}

/* The number is the jail's: it may be anything. */
static const char *reason_of(int32_t error)
{
	return error < 0 && error > -4096 ? strerror(-error) : "it gave no reason";
}

/* What ended the jail before it had finished ${stage}. */
static void say_end(const struct judgement *j, const char *doing,
		    struct prover_gate *gate)
{
	const struct prover_end *end = j->end;
	char where[48] = "";

	if (j->report->stage >= PROVER_TESTING)
		(void)snprintf(where, sizeof(where), " at event %llu",
			       (ull)j->report->progress);
	if (end->stalled)
		SAY(gate, "hangs%s: no step forward for %u ms while %s", where,
		    j->policy->stall_ms, doing);
	else if (end->overdue)
		SAY(gate, "not finished after %u ms, %s%s", j->policy->deadline_ms, doing,
		    where);
	else if (j->report->error == -ENOMEM)
		SAY(gate, "needs more memory than the %llu MiB of the jail, %s%s",
		    (ull)(j->policy->memory_size >> 20), doing, where);
	else if (WIFSIGNALED(end->status) && WTERMSIG(end->status) == SIGXCPU)
		SAY(gate, "used up its CPU time, %s%s", doing, where);
	else if (WIFSIGNALED(end->status) && WTERMSIG(end->status) == SIGSYS)
		SAY(gate, "asked the kernel for what the jail forbids, %s%s", doing,
		    where);
	else if (WIFSIGNALED(end->status))
		SAY(gate, "crashes%s: signal %d while %s", where, WTERMSIG(end->status),
		    doing);
	else
		SAY(gate, "ended with status %d, %s%s: %s", WEXITSTATUS(end->status),
		    doing, where, reason_of(j->report->error));
}

static enum prover_outcome judge_jail(const struct judgement *j, struct prover_gate *gate)
{
	uint32_t jail = j->end->jail | j->report->jail;

	SAY(gate, "%s%s%s%s%s%s in %llu us",
	    jail & PROVER_JAIL_USER ? "user namespace" : "no user namespace",
	    jail & PROVER_JAIL_PID ? ", own processes" : "",
	    jail & PROVER_JAIL_NET ? ", no network" : "",
	    jail & PROVER_JAIL_LANDLOCK ? ", Landlock" : ", no Landlock",
	    jail & PROVER_JAIL_SECCOMP ? ", seccomp" : "",
	    jail & PROVER_JAIL_CGROUP ? ", cgroup" : "", (ull)j->end->jail_us);
	return PROVER_PASSED;
}

static enum prover_outcome judge_verify(const struct judgement *j,
					struct prover_gate *gate)
{
	const struct prover_report *report = j->report;

	if (report->stage > PROVER_VERIFYING) {
		SAY(gate, "sound: %u rules, digest %.12s", report->now.rules,
		    report->digest);
		return PROVER_PASSED;
	}
	if (report->error == -EINVAL && report->reason[0])
		SAY(gate, "%.180s", report->reason);
	else
		say_end(j, "verifying", gate);
	return PROVER_REFUSED;
}

static enum prover_outcome judge_delta(const struct judgement *j,
				       struct prover_gate *gate)
{
	const struct prover_report *report = j->report;
	uint64_t gone = report->rules_gone, had = report->before.rules;

	if (report->now.rules == 0) {
		SAY(gate, "it has no rules");
		return PROVER_REFUSED;
	}
	if (had == 0) {
		SAY(gate, "%u rules; no running pack to compare with", report->now.rules);
		return PROVER_NOT_JUDGED;
	}
	SAY(gate, "%u rules: %u new, %u of %llu gone, %u %% may be", report->now.rules,
	    report->rules_new, report->rules_gone, (ull)had, j->policy->shrink_percent);
	return gone * 100 > had * j->policy->shrink_percent ? PROVER_REFUSED
							    : PROVER_PASSED;
}

static enum prover_outcome judge_novelty(const struct judgement *j,
					 struct prover_gate *gate)
{
	char names[sizeof(gate->sentence) - 32];

	if (!j->policy->has_known) {
		SAY(gate, "no pack is known to be good here");
		return PROVER_NOT_JUDGED;
	}
	if (j->verdict->novel_count == 0) {
		SAY(gate, "it uses nothing that the packs known to be good do not use");
		return PROVER_PASSED;
	}
	features_list(&j->verdict->novel, names, sizeof(names));
	SAY(gate, "first to use here: %s", names);
	return j->policy->refuse_novel ? PROVER_REFUSED : PROVER_PASSED;
}

static enum prover_outcome judge_load(const struct judgement *j, struct prover_gate *gate)
{
	if (j->report->stage <= PROVER_LOADING) {
		say_end(j, "making an engine", gate);
		return PROVER_REFUSED;
	}
	SAY(gate, "an engine of %llu KiB", (ull)(j->report->now.memory_size >> 10));
	return PROVER_PASSED;
}

static enum prover_outcome judge_tests(const struct judgement *j,
				       struct prover_gate *gate)
{
	const struct prover_report *report = j->report;

	if (report->stage == PROVER_TESTING && !report->tests_failed) {
		say_end(j, "running its tests", gate);
		return PROVER_REFUSED;
	}
	if (report->tests == 0 && report->tests_failed == 0) {
		SAY(gate, "no tests came with it");
		return PROVER_NOT_JUDGED;
	}
	SAY(gate, "%llu faults in %llu tests%s%.120s", (ull)report->tests_failed,
	    (ull)report->tests, report->tests_failed ? ": " : "",
	    report->tests_failed ? report->reason : "");
	return report->tests_failed ? PROVER_REFUSED : PROVER_PASSED;
}

static enum prover_outcome judge_replay(const struct judgement *j,
					struct prover_gate *gate)
{
	const struct prover_report *report = j->report;
	double span_h = ((double)report->last_ns - (double)report->first_ns) / 3.6e12;
	char left[64] = "", damaged[64] = "";

	if (report->stage < PROVER_DONE) {
		say_end(j, "replaying", gate);
		return PROVER_REFUSED;
	}
	if (report->events == 0) {
		SAY(gate, "there are no events to replay");
		return PROVER_NOT_JUDGED;
	}
	if (report->events_left)
		(void)snprintf(left, sizeof(left),
			       "; more were there, the time was over");
	if (report->damaged)
		(void)snprintf(damaged, sizeof(damaged), "; %llu were damaged",
			       (ull)report->damaged);
	SAY(gate, "%llu events of %.1f h replayed%s%s", (ull)report->events,
	    report->first_ns ? span_h : 0, left, damaged);
	return PROVER_PASSED;
}

static enum prover_outcome judge_memory(const struct judgement *j,
					struct prover_gate *gate)
{
	uint64_t before = j->report->before.memory_size, now = j->report->now.memory_size;
	uint64_t most = bound(before, j->policy->memory_percent, j->policy->memory_floor);

	SAY(gate, "%.1f MiB now, %.1f MiB then, %.1f MiB allowed", (double)now / 1048576,
	    (double)before / 1048576, (double)most / 1048576);
	return now > most ? PROVER_REFUSED : PROVER_PASSED;
}

static bool too_few(const struct judgement *j, struct prover_gate *gate)
{
	if (j->report->events && j->report->events >= j->policy->events_min)
		return false;
	SAY(gate, "only %llu events to judge by, %u are needed", (ull)j->report->events,
	    j->policy->events_min);
	return true;
}

static enum prover_outcome judge_cost(const struct judgement *j, struct prover_gate *gate)
{
	const struct prover_figures *before = &j->report->before, *now = &j->report->now;
	uint64_t most = bound(before->ns_per_event, j->policy->cost_percent,
			      j->policy->cost_floor_ns);

	if (too_few(j, gate))
		return PROVER_NOT_JUDGED;
	SAY(gate, "%llu ns per event now, %llu ns then, %llu ns allowed; slowest %llu us",
	    (ull)now->ns_per_event, (ull)before->ns_per_event, (ull)most,
	    (ull)now->slowest_ns / 1000);
	if (now->ns_per_event > most)
		return PROVER_REFUSED;
	if (now->slowest_ns > j->policy->slowest_ns) {
		SAY(gate, "one event takes %llu ms, %u ms are allowed",
		    (ull)now->slowest_ns / 1000000, j->policy->slowest_ns / 1000000);
		return PROVER_REFUSED;
	}
	if (now->out_of_steps > before->out_of_steps) {
		SAY(gate, "%llu events ran out of steps, with the running pack %llu",
		    (ull)now->out_of_steps, (ull)before->out_of_steps);
		return PROVER_REFUSED;
	}
	return PROVER_PASSED;
}

/* The rows of the verdict are in descending order of detections now. */
static enum prover_outcome judge_match_all(const struct judgement *j,
					   struct prover_gate *gate)
{
	const struct prover_verdict *verdict = j->verdict;
	uint64_t events = j->report->judged_events, permille;
	const struct prover_rule *top = verdict->rules;

	if (too_few(j, gate) || events < j->policy->events_min) {
		SAY(gate, "only %llu events to judge by, %u are needed", (ull)events,
		    j->policy->events_min);
		return PROVER_NOT_JUDGED;
	}
	if (verdict->rule_count == 0 || top->now == 0) {
		SAY(gate, "no rule matched any of %llu events", (ull)events);
		return PROVER_PASSED;
	}
	permille = top->now * 1000 / events;
	SAY(gate, "most frequent: '%.60s' matched %llu of %llu events", top->title,
	    (ull)top->now, (ull)events);
	if (permille < j->policy->match_all_permille)
		return PROVER_PASSED;
	/* What the operator has lived with until now is no news. */
	return top->before * 1000 / events >= j->policy->match_all_permille
		       ? PROVER_PASSED
		       : PROVER_REFUSED;
}

static uint64_t allowed(uint64_t events, uint64_t before, uint32_t permille,
			uint32_t floor)
{
	uint64_t most = events / 1000 * permille + events % 1000 * permille / 1000;

	if (most < floor)
		most = floor;
	return most > 2 * before ? most : 2 * before;
}

/* Put every rule above its budget into audit-only, as far as the policy goes. */
static enum prover_outcome judge_storm(const struct judgement *j,
				       struct prover_gate *gate)
{
	const struct prover_policy *policy = j->policy;
	struct prover_verdict *verdict = j->verdict;
	uint64_t events = j->report->judged_events, total = j->report->now.detections,
		 most;
	uint32_t above = 0;
	const char *title = "";

	if (too_few(j, gate))
		return PROVER_NOT_JUDGED;
	for (uint32_t i = 0; i < verdict->rule_count; i++) {
		struct prover_rule *rule = &verdict->rules[i];

		if (rule->number == UINT32_MAX ||
		    rule->now <= allowed(events, rule->before, policy->rule_permille,
					 policy->rule_floor))
			continue;
		if (!above++)
			title = rule->title;
		if (above > policy->audit_max || above > PROVER_AUDIT_MAX)
			continue;
		rule->audit_only = true;
		total -= rule->now < total ? rule->now : total;
	}
	most = allowed(events, j->report->before.detections, policy->total_permille,
		       policy->total_floor);
	SAY(gate,
	    "%llu detections now, %llu then, %llu allowed; %u rules in audit-only%s%.48s",
	    (ull)j->report->now.detections, (ull)j->report->before.detections, (ull)most,
	    above, above ? ": " : "", title);
	if (above > policy->audit_max || above > PROVER_AUDIT_MAX) {
		SAY(gate, "%u rules are above their budget, %u may be: '%.60s' first",
		    above, policy->audit_max, title);
		return PROVER_REFUSED;
	}
	return total > most ? PROVER_REFUSED : PROVER_PASSED;
}

static void drop_audit(struct prover_verdict *verdict, uint32_t at)
{
	verdict->audit_count--;
	for (; at < verdict->audit_count; at++)
		verdict->audit[at] = verdict->audit[at + 1];
}

static void list_audit(struct prover_verdict *verdict)
{
	for (uint32_t i = 0; i < verdict->rule_count; i++) {
		uint32_t number = verdict->rules[i].number, at = verdict->audit_count;

		if (!verdict->rules[i].audit_only || at == PROVER_AUDIT_MAX)
			continue;
		for (; at && verdict->audit[at - 1] > number; at--)
			verdict->audit[at] = verdict->audit[at - 1];
		verdict->audit[at] = number;
		verdict->audit_count++;
		/* Only a report that lies has a rule twice. */
		if (at && verdict->audit[at - 1] == number)
			drop_audit(verdict, at);
	}
}

/* A text of the jail's: it ends, and holds nothing that a terminal would obey. */
static void copy_text(char *to, const char *from, size_t size)
{
	size_t i;

	for (i = 0; i + 1 < size && from[i]; i++)
		to[i] = (unsigned char)from[i] < 0x20 || from[i] == 0x7f ? '?' : from[i];
	to[i] = '\0';
}

static int by_detections(const void *one, const void *other)
{
	const struct prover_rule *a = one, *b = other;

	if (a->now != b->now)
		return a->now < b->now ? 1 : -1;
	if (a->before != b->before)
		return a->before < b->before ? 1 : -1;
	return (a->number > b->number) - (a->number < b->number);
}

static int copy_rules(const struct prover_report *report, struct prover_verdict *verdict)
{
	uint32_t count = report->rule_count;

	if (count > PROVER_RULES_MAX)
		count = PROVER_RULES_MAX;
	if (count == 0 || report->stage < PROVER_DONE)
		return 0;
	verdict->rules = calloc(count, sizeof(*verdict->rules));
	if (!verdict->rules)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		const struct prover_rule *from = &report->rules[i];
		struct prover_rule *to = &verdict->rules[i];

		*to = (struct prover_rule){
			.number = from->number < report->now.rules ? from->number
								   : UINT32_MAX,
			.before = from->before,
			.now = from->now,
		};
		copy_text(to->id, from->id, sizeof(to->id));
		copy_text(to->title, from->title, sizeof(to->title));
	}
	verdict->rule_count = count;
	qsort(verdict->rules, count, sizeof(*verdict->rules), by_detections);
	return 0;
}

static int copy_figures(const struct prover_report *report, const struct prover_end *end,
			struct prover_verdict *verdict)
{
	*verdict = (struct prover_verdict){
		.jail = end->jail | report->jail,
		.jail_us = end->jail_us,
		.total_us = end->total_us,
		.peak_size = end->peak_size,
		.events = report->events,
		.judged_events = report->judged_events,
		.damaged = report->damaged,
		.first_ns = report->first_ns,
		.last_ns = report->last_ns,
		.tests = report->tests,
		.tests_failed = report->tests_failed,
		.before = report->before,
		.now = report->now,
		.rules_new = report->rules_new,
		.rules_gone = report->rules_gone,
	};
	if (report->stage > PROVER_VERIFYING)
		copy_text(verdict->digest, report->digest, sizeof(verdict->digest));
	return copy_rules(report, verdict);
}

static void conclude(struct prover_verdict *verdict)
{
	const struct prover_gate *gate = &verdict->gates[verdict->refused_at];

	if (!verdict->accepted) {
		verdict->audit_count = 0;
		(void)snprintf(verdict->sentence, sizeof(verdict->sentence),
			       "refused at the gate '%s': %s",
			       prover_gate_name(verdict->refused_at), gate->sentence);
		return;
	}
	list_audit(verdict);
	(void)snprintf(verdict->sentence, sizeof(verdict->sentence),
		       "accepted: %u rules, %llu events replayed, %llu detections%s",
		       verdict->now.rules, (ull)verdict->events,
		       (ull)verdict->now.detections,
		       verdict->audit_count ? ", some rules in audit-only" : "");
}

int prover_judge(const struct prover_policy *policy, uint32_t disarmed,
		 const struct prover_report *report, const struct prover_end *end,
		 struct prover_verdict *verdict)
{
	static enum prover_outcome (*const judges[PROVER_GATES])(const struct judgement *,
								 struct prover_gate *) = {
		[PROVER_JAIL] = judge_jail,     [PROVER_VERIFY] = judge_verify,
		[PROVER_DELTA] = judge_delta,   [PROVER_NOVELTY] = judge_novelty,
		[PROVER_LOAD] = judge_load,     [PROVER_TESTS] = judge_tests,
		[PROVER_REPLAY] = judge_replay, [PROVER_MEMORY] = judge_memory,
		[PROVER_COST] = judge_cost,     [PROVER_MATCH_ALL] = judge_match_all,
		[PROVER_STORM] = judge_storm,
	};
	struct prover_verdict found;
	const struct judgement j = { policy, report, end, &found };
	bool ended =
		false; /* at a gate that was disarmed: there is nothing to judge behind it */
	int r;

	if (report->stage == PROVER_STARTING)
		return -EPROTO;
	r = copy_figures(report, end, &found);
	if (r)
		return r;
	if (policy->has_known)
		found.novel_count =
			features_beyond(&report->used, &policy->known, &found.novel);
	found.accepted = true;
	for (unsigned gate = 0; gate < PROVER_GATES && found.accepted; gate++) {
		struct prover_gate *at = &found.gates[gate];

		at->outcome = ended ? PROVER_NOT_JUDGED : judges[gate](&j, at);
		if (ended)
			SAY(at, "the jail had ended before");
		if (at->outcome != PROVER_REFUSED)
			continue;
		if (disarmed >> gate & 1) {
			at->outcome = PROVER_DISARMED;
			ended = report->stage < PROVER_DONE;
			continue;
		}
		found.accepted = false;
		found.refused_at = (enum prover_gate_id)gate;
	}
	conclude(&found);
	*verdict = found;
	return 0;
}
