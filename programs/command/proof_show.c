// SPDX-License-Identifier: Apache-2.0
// A verdict for people and for programs.
#include "proof_show.h"

#include "base/moment.h"
#include "detect/sink/json_write.h"

#define RULES_SHOWN 20

typedef unsigned long long ull;

static void show_figures(const struct prover_verdict *verdict, struct buffer *out)
{
	const struct prover_figures *then = &verdict->before, *now = &verdict->now;
	bool compared = then->rules > 0;

	buffer_format(out, "\n  %-24s %12s %12s\n", "", compared ? "running" : "-",
		      "candidate");
	buffer_format(out, "  %-24s %12u %12u\n", "rules", then->rules, now->rules);
	buffer_format(out, "  %-24s %12llu %12llu\n", "detections", (ull)then->detections,
		      (ull)now->detections);
	buffer_format(out, "  %-24s %12llu %12llu\n", "ns per event",
		      (ull)then->ns_per_event, (ull)now->ns_per_event);
	buffer_format(out, "  %-24s %12llu %12llu\n", "slowest event, us",
		      (ull)then->slowest_ns / 1000, (ull)now->slowest_ns / 1000);
	buffer_format(out, "  %-24s %12llu %12llu\n", "engine and pack, KiB",
		      (ull)then->memory_size >> 10, (ull)now->memory_size >> 10);
	buffer_format(
		out,
		"\n  %llu events replayed, peak memory %llu KiB, jail up in %llu us, "
		"all in %.1f ms\n",
		(ull)verdict->events, (ull)verdict->peak_size >> 10,
		(ull)verdict->jail_us, (double)verdict->total_us / 1000);
}

static void show_rules(const struct prover_verdict *verdict, struct buffer *out)
{
	uint32_t shown = 0, changed = 0;

	for (uint32_t i = 0; i < verdict->rule_count; i++) {
		const struct prover_rule *rule = &verdict->rules[i];

		if (rule->before == rule->now && !rule->audit_only)
			continue;
		if (!changed++)
			buffer_string(out, "\n  rules whose detections change:\n");
		if (shown == RULES_SHOWN)
			continue;
		shown++;
		buffer_format(out, "  %10llu -> %-10llu %s%s\n", (ull)rule->before,
			      (ull)rule->now, rule->title,
			      rule->audit_only ? "  (to audit-only)" : "");
	}
	if (changed > shown)
		buffer_format(out, "  ... and %u more\n", changed - shown);
}

void proof_show(const struct prover_verdict *verdict, struct buffer *out)
{
	for (unsigned gate = 0; gate < PROVER_GATES; gate++)
		buffer_format(out, "  %-10s %-12s %s\n",
			      prover_gate_name((enum prover_gate_id)gate),
			      prover_outcome_name(verdict->gates[gate].outcome),
			      verdict->gates[gate].sentence);
	show_figures(verdict, out);
	show_rules(verdict, out);
	buffer_format(out, "\n%s\n", verdict->sentence);
}

static void write_figures(const char *name, const struct prover_figures *figures,
			  struct buffer *out)
{
	json_write_open(out, name);
	json_write_count(out, "rules", figures->rules);
	json_write_count(out, "detections", figures->detections);
	json_write_count(out, "ns_per_event", figures->ns_per_event);
	json_write_count(out, "slowest_ns", figures->slowest_ns);
	json_write_count(out, "memory_size", figures->memory_size);
	json_write_count(out, "out_of_steps", figures->out_of_steps);
	json_write_close(out);
}

static void write_flag(struct buffer *out, const char *name, bool holds)
{
	json_write_name(out, text_of(name));
	buffer_string(out, holds ? "true" : "false");
}

static void write_time(struct buffer *out, const char *name, int64_t time_ns)
{
	char time[MOMENT_SIZE];

	if (time_ns == 0)
		return;
	moment_format(time_ns, time);
	json_write_member(out, name, text_of(time));
}

static void write_gates(const struct prover_verdict *verdict, struct buffer *out)
{
	json_write_name(out, TEXT("gates"));
	buffer_char(out, '[');
	for (unsigned i = 0; i < PROVER_GATES; i++) {
		const struct prover_gate *gate = &verdict->gates[i];

		if (i)
			buffer_char(out, ',');
		json_write_open(out, NULL);
		json_write_member(out, "gate",
				  text_of(prover_gate_name((enum prover_gate_id)i)));
		json_write_member(out, "outcome",
				  text_of(prover_outcome_name(gate->outcome)));
		json_write_member(out, "sentence", text_of(gate->sentence));
		json_write_close(out);
	}
	buffer_char(out, ']');
}

static void write_rules(const struct prover_verdict *verdict, struct buffer *out)
{
	json_write_name(out, TEXT("rules"));
	buffer_char(out, '[');
	for (uint32_t i = 0; i < verdict->rule_count; i++) {
		const struct prover_rule *rule = &verdict->rules[i];

		if (i)
			buffer_char(out, ',');
		json_write_open(out, NULL);
		json_write_member(out, "id", text_of(rule->id));
		json_write_member(out, "title", text_of(rule->title));
		json_write_count(out, "before", rule->before);
		json_write_count(out, "now", rule->now);
		write_flag(out, "audit_only", rule->audit_only);
		write_flag(out, "gone", rule->number == UINT32_MAX);
		json_write_close(out);
	}
	buffer_char(out, ']');
}

static void write_novel(const struct prover_verdict *verdict, struct buffer *out)
{
	char name[FEATURE_NAME_SIZE];
	bool is_first = true;

	json_write_name(out, TEXT("novel"));
	buffer_char(out, '[');
	for (unsigned i = features_next(&verdict->novel, 0); i < FEATURES;
	     i = features_next(&verdict->novel, i + 1)) {
		feature_name(i, name);
		buffer_string(out, is_first ? "" : ",");
		json_write_text(out, text_of(name));
		is_first = false;
	}
	buffer_char(out, ']');
}

static void write_jail(const struct prover_verdict *verdict, struct buffer *out)
{
	static const struct {
		enum prover_jail bit;
		const char *name;
	} parts[] = {
		{ PROVER_JAIL_USER, "user" },       { PROVER_JAIL_PID, "pid" },
		{ PROVER_JAIL_NET, "net" },         { PROVER_JAIL_IPC, "ipc" },
		{ PROVER_JAIL_MOUNT, "mount" },     { PROVER_JAIL_LANDLOCK, "landlock" },
		{ PROVER_JAIL_SECCOMP, "seccomp" }, { PROVER_JAIL_LIMITS, "limits" },
		{ PROVER_JAIL_CGROUP, "cgroup" },
	};

	json_write_open(out, "jail");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		write_flag(out, parts[i].name, verdict->jail & parts[i].bit);
	json_write_count(out, "us", verdict->jail_us);
	json_write_close(out);
}

void proof_show_json(const struct prover_verdict *verdict, struct buffer *out)
{
	json_write_open(out, NULL);
	write_flag(out, "accepted", verdict->accepted);
	if (!verdict->accepted)
		json_write_member(out, "refused_at",
				  text_of(prover_gate_name(verdict->refused_at)));
	json_write_member(out, "sentence", text_of(verdict->sentence));
	json_write_member(out, "digest", text_of(verdict->digest));
	write_gates(verdict, out);
	write_jail(verdict, out);
	json_write_count(out, "events", verdict->events);
	json_write_count(out, "judged_events", verdict->judged_events);
	json_write_count(out, "damaged", verdict->damaged);
	write_time(out, "first", verdict->first_ns);
	write_time(out, "last", verdict->last_ns);
	json_write_count(out, "tests", verdict->tests);
	json_write_count(out, "tests_failed", verdict->tests_failed);
	json_write_count(out, "rules_new", verdict->rules_new);
	json_write_count(out, "rules_gone", verdict->rules_gone);
	write_novel(verdict, out);
	json_write_count(out, "peak_size", verdict->peak_size);
	json_write_count(out, "total_us", verdict->total_us);
	write_figures("running", &verdict->before, out);
	write_figures("candidate", &verdict->now, out);
	write_rules(verdict, out);
	json_write_close(out);
}
