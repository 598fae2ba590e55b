// SPDX-License-Identifier: Apache-2.0
// What the keeper answers, for people and as one JSON object.
#include "content_show.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/moment.h"
#include "command.h"
#include "detect/sink/json_write.h"
#include "proof_show.h"
#include "update/slot/guard.h"

#define SIZE_MAX_SHOWN (8u << 20)

struct content_show {
	bool json, has_entries, is_proof_shown;
	enum keeper_verb verb;
	struct prover_verdict verdict; /* its rules are ours */
	bool has_verdict;
	struct buffer out;
	bool broken; /* something could not be shown: it has been said */
};

struct content_show *content_show_create(bool json, enum keeper_verb verb)
{
	struct content_show *show = calloc(1, sizeof(*show));

	if (!show)
		return NULL;
	show->json = json;
	show->verb = verb;
	buffer_init(&show->out, SIZE_MAX_SHOWN);
	if (json)
		json_write_open(&show->out, NULL);
	return show;
}

void content_show_free(struct content_show *show)
{
	if (!show)
		return;
	buffer_done(&show->out);
	free(show->verdict.rules);
	free(show);
}

/* Seconds, as people read them, in UTC; by the host's own clock, right or not. */
static const char *when(int64_t time_s, char out[MOMENT_SIZE])
{
	moment_format(time_s * 1000000000, out);
	out[16] = '\0';
	out[10] = ' ';
	return out;
}

static void flush(struct content_show *show)
{
	show->broken |= command_print(&show->out) != EXIT_NOTHING;
	(void)fflush(stdout);
	buffer_clear(&show->out);
}

/* A bare value within an array; the writer takes care of commas for names only. */
static void next_entry(struct content_show *show)
{
	if (show->has_entries)
		buffer_char(&show->out, ',');
	else {
		json_write_name(&show->out, TEXT("entries"));
		buffer_char(&show->out, '[');
	}
	show->has_entries = true;
}

static void show_entry(struct content_show *show, const struct ledger_entry *entry)
{
	struct buffer *out = &show->out;
	char time[MOMENT_SIZE];

	if (!show->json) {
		buffer_format(
			out, "%s  %-9s %-32s  %s%s%s%s\n", when(entry->time_s, time),
			show->verb == KEEPER_BAD ? "bad" : entry->action,
			entry->digest.hex, entry->reason, entry->who[0] ? "  (" : "",
			entry->who, entry->who[0] ? ")" : "");
		flush(show);
		return;
	}
	next_entry(show);
	buffer_char(out, '{');
	moment_format(entry->time_s * 1000000000, time);
	json_write_member(out, "time", text_of(time));
	json_write_member(out, "action", text_of(entry->action));
	json_write_member(out, "digest", text_of(entry->digest.hex));
	json_write_member(out, "who", text_of(entry->who));
	json_write_member(out, "reason", text_of(entry->reason));
	buffer_char(out, '}');
}

static const char *digest_or(const struct slot_digest *digest, const char *other)
{
	return digest->hex[0] ? digest->hex : other;
}

static void show_status_json(struct buffer *out, const struct keeper_status *is)
{
	char time[MOMENT_SIZE];

	json_write_member(out, "state", text_of(slot_state_name(is->slot.state)));
	json_write_member(out, "run", text_of(is->slot.run.hex));
	json_write_member(out, "candidate", text_of(is->slot.candidate.hex));
	json_write_name(out, TEXT("goods"));
	buffer_char(out, '[');
	for (unsigned i = 0; i < is->slot.good_count && i < SLOT_GOODS; i++) {
		buffer_string(out, i ? "," : "");
		json_write_text(out, text_of(is->slot.goods[i].hex));
	}
	buffer_char(out, ']');
	json_write_name(out, TEXT("running"));
	buffer_string(out, is->is_running ? "true" : "false");
	json_write_name(out, TEXT("paused"));
	buffer_string(out, is->is_paused ? "true" : "false");
	json_write_member(out, "pin", text_of(is->pin.hex));
	json_write_count(out, "bad", is->bad_count);
	json_write_member(out, "trouble", text_of(is->trouble));
	json_write_open(out, "guard");
	json_write_member(
		out, "rung",
		text_of(guard_rung_name(is->rung < GUARD_RUNGS ? is->rung : GUARD_OFF)));
	json_write_member(out, "sentence", text_of(is->sensor));
	json_write_close(out);
	if (is->slot.state == SLOT_PROBATION) {
		json_write_open(out, "probation");
		moment_format(is->probation_end_s * 1000000000, time);
		json_write_member(out, "until", text_of(time));
		json_write_count(out, "events", is->probation_events);
		json_write_count(out, "events_needed", is->probation_events_needed);
		json_write_close(out);
	}
	json_write_open(out, "sensor");
	json_write_count(out, "events", is->events);
	json_write_count(out, "alerts", is->alerts);
	json_write_count(out, "lost", is->lost);
	json_write_count(out, "memory_size", is->memory_size);
	json_write_close(out);
	if (is->last_failed.hex[0]) {
		json_write_open(out, "last_failure");
		moment_format(is->last_failure_s * 1000000000, time);
		json_write_member(out, "time", text_of(time));
		json_write_member(out, "digest", text_of(is->last_failed.hex));
		json_write_member(out, "reason", text_of(is->last_failure));
		json_write_close(out);
	}
}

static void show_status_people(struct buffer *out, const struct keeper_status *is)
{
	char time[MOMENT_SIZE];

	buffer_format(out, "state        %s\n", slot_state_name(is->slot.state));
	buffer_format(out, "runs         %s%s\n",
		      digest_or(&is->slot.run, "no pack: the sensor runs without rules"),
		      is->is_running ? "" : "  (not ready yet)");
	if (is->slot.state == SLOT_PROBATION)
		buffer_format(out,
			      "probation    until %s UTC at least; %llu of %llu events "
			      "seen\n",
			      when(is->probation_end_s, time),
			      (unsigned long long)is->probation_events,
			      (unsigned long long)is->probation_events_needed);
	else if (is->slot.candidate.hex[0])
		buffer_format(out, "being proven %s\n", is->slot.candidate.hex);
	for (unsigned i = 0; i < is->slot.good_count && i < SLOT_GOODS; i++)
		buffer_format(out, "%-12s %s\n", i ? "" : "known good",
			      is->slot.goods[i].hex);
	if (is->pin.hex[0])
		buffer_format(out, "pinned       %s\n", is->pin.hex);
	if (is->is_paused)
		buffer_string(out, "paused       nothing is installed\n");
	buffer_format(out, "marked bad   %u\n", is->bad_count);
	buffer_format(out, "boot guard   %s: %s\n",
		      guard_rung_name(is->rung < GUARD_RUNGS ? is->rung : GUARD_OFF),
		      is->sensor[0] ? is->sensor : "nothing said yet");
	if (is->last_failed.hex[0])
		buffer_format(out, "last failure %s UTC: %s, %s\n",
			      when(is->last_failure_s, time), is->last_failed.hex,
			      is->last_failure);
	if (is->trouble[0])
		buffer_format(out, "trouble      %s\n", is->trouble);
}

/* The verdict's rules come after it, one by one. */
static void add_rule(struct content_show *show, const struct prover_rule *rule)
{
	struct prover_verdict *verdict = &show->verdict;
	struct prover_rule *rules;

	if (verdict->rule_count == PROVER_RULES_MAX)
		return;
	rules = realloc(verdict->rules, (verdict->rule_count + 1) * sizeof(*rules));
	if (!rules)
		return;
	rules[verdict->rule_count++] = *rule;
	verdict->rules = rules;
}

static void show_proof(struct content_show *show)
{
	if (!show->has_verdict || show->is_proof_shown)
		return;
	show->is_proof_shown = true;
	if (show->json) {
		json_write_name(&show->out, TEXT("proof"));
		proof_show_json(&show->verdict, &show->out);
		return;
	}
	proof_show(&show->verdict, &show->out);
	flush(show);
}

void content_show_answer(void *user, const struct keeper_answer *answer)
{
	struct content_show *show = user;

	if (answer->kind != KEEPER_RULE)
		show_proof(show);
	switch (answer->kind) {
	case KEEPER_STEP:
		if (!show->json)
			buffer_format(&show->out, "%s\n", answer->is.sentence);
		break;
	case KEEPER_VERDICT:
		show->verdict = answer->is.verdict;
		show->verdict.rules = NULL;
		show->verdict.rule_count = 0;
		show->has_verdict = true;
		break;
	case KEEPER_RULE:
		add_rule(show, &answer->is.rule);
		break;
	case KEEPER_ENTRY:
		show_entry(show, &answer->is.entry);
		break;
	case KEEPER_IS:
		if (show->json)
			show_status_json(&show->out, &answer->is.status);
		else
			show_status_people(&show->out, &answer->is.status);
		break;
	default:
		break;
	}
	if (!show->json)
		flush(show);
}

static void end_people(struct content_show *show, const struct keeper_end *end)
{
	char time[MOMENT_SIZE];

	if (end->outcome == KEEPER_DONE && end->took_us &&
	    (show->verb == KEEPER_INSTALL || show->verb == KEEPER_ROLLBACK))
		buffer_format(&show->out, "switched in %u ms\n", end->took_us / 1000);
	if (end->sentence[0] && show->verb != KEEPER_INSTALL)
		buffer_format(&show->out, "%s\n", end->sentence);
	else if (end->outcome != KEEPER_DONE)
		buffer_format(&show->out, "%s\n", end->sentence);
	else if (show->verb == KEEPER_INSTALL && end->probation_end_s)
		buffer_format(&show->out, "%s: on probation until %s UTC\n", end->digest,
			      when(end->probation_end_s, time));
}

int content_show_end(struct content_show *show, const struct keeper_end *end)
{
	static const char *const outcomes[] = { "done", "refused", "trouble" };
	struct buffer *out = &show->out;
	char time[MOMENT_SIZE];

	show_proof(show);
	if (!show->json) {
		end_people(show, end);
		flush(show);
		return show->broken ? -ENOMEM : 0;
	}
	if (show->has_entries)
		buffer_char(out, ']');
	else if (show->verb == KEEPER_HISTORY || show->verb == KEEPER_LOG ||
		 show->verb == KEEPER_BAD) {
		json_write_name(out, TEXT("entries"));
		buffer_string(out, "[]");
	}
	json_write_member(
		out, "outcome",
		text_of(outcomes[end->outcome <= KEEPER_TROUBLE ? end->outcome
								: KEEPER_TROUBLE]));
	json_write_member(out, "sentence", text_of(end->sentence));
	json_write_member(out, "digest", text_of(end->digest));
	if (end->took_us)
		json_write_count(out, "took_us", end->took_us);
	if (end->probation_end_s) {
		moment_format(end->probation_end_s * 1000000000, time);
		json_write_member(out, "probation_until", text_of(time));
	}
	json_write_close(out);
	buffer_char(out, '\n');
	flush(show);
	return show->broken ? -ENOMEM : 0;
}
