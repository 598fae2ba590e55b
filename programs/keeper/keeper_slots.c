// SPDX-License-Identifier: Apache-2.0
// windhover-keeper: the ledger first, and then what windhoverd is to run.
#include "keeper_inside.h"

#include <errno.h>
#include <stdio.h>

#include "base/message.h"
#include "model/audit.h"

static const char self[] = "keeper";

/* Steps that may wait: better not taken than taken without a note. */
static bool can_wait(enum slot_event event)
{
	return event == SLOT_OFFERED || event == SLOT_PROVEN || event == SLOT_PASSED;
}

static const char *word_for(enum slot_event event)
{
	switch (event) {
	case SLOT_PROVEN:
		return "switch";
	case SLOT_BACK:
		return "rollback";
	case SLOT_PASSED:
		return "passed";
	default:
		return slot_event_name(event);
	}
}

static int audit_list(const struct keeper *keeper, const struct slot_digest *digest)
{
	const struct ledger_audit *audit = ledger_audit(&keeper->store.ledger, digest);
	int fd = -1;

	if (!audit || audit_write(text_of(digest->hex), audit->rules, audit->count, &fd))
		return -1;
	return fd;
}

/* 0; -errno where the pack can't be had from the disk, with ${why}. */
static int send_run(struct keeper *keeper, struct why *why)
{
	const struct slot *slot = &keeper->store.ledger.slot;
	struct role_run run = { .kind = ROLE_RUN, .serial = keeper->serial + 1 };
	AUTO(close) int pack = -1;
	AUTO(close) int audit = -1;
	int fds[2];
	unsigned count = 0;
	int r;

	if (slot->run.hex[0]) {
		r = store_get(&keeper->store, &slot->run, &pack, why);
		if (r)
			return r;
		fds[count++] = pack;
		run.flags |= ROLE_RUN_HAS_PACK;
		audit = audit_list(keeper, &slot->run);
		if (audit >= 0) {
			fds[count++] = audit;
			run.flags |= ROLE_RUN_HAS_AUDIT;
		}
	}
	if (slot->state == SLOT_PROBATION)
		run.flags |= ROLE_RUN_WATCHED;
	memcpy(run.digest, slot->run.hex, sizeof(slot->run.hex));
	keeper->serial++;
	keeper->is_running = false;
	r = message_send(ROLE_SOCKET, &run, sizeof(run), fds, count);
	/* Without windhoverd there is nobody to keep content for. */
	if (r == -EPIPE)
		keeper->ends = true;
	return 0;
}

static void take_step(struct ledger *ledger, const struct slot_step *step,
		      enum slot_event event, const char *who, const char *reason)
{
	const struct slot_digest *about = step->actions & SLOT_DO_MARK_BAD ? &step->blamed
					  : step->after.candidate.hex[0]
						  ? &step->after.candidate
						  : &step->after.run;
	bool quiet = event == SLOT_STARTED && step->after.state == ledger->slot.state;

	if (event == SLOT_REFUSED)
		about = &ledger->slot.candidate;
	if (!quiet)
		ledger_note(ledger, keeper_time(), word_for(event), about, who, reason);
	ledger->slot = step->after;
	if (step->actions & SLOT_DO_MARK_BAD)
		(void)ledger_mark_bad(ledger, &step->blamed, keeper_time(), reason);
	if (event == SLOT_BACK && step->actions & SLOT_DO_RUN)
		ledger_note(ledger, keeper_time(), "running", &step->after.run, who, "");
}

/* A kept pack that its file does not hold any more: no fault of the pack itself. */
static void drop_damaged(struct keeper *keeper, const struct why *why)
{
	struct ledger *ledger = &keeper->store.ledger;
	struct slot_step step =
		slot_next(&ledger->slot, SLOT_FAILED, NULL, &(struct slot_facts){ 0 });

	ledger_note(ledger, keeper_time(), "damaged", &ledger->slot.run, self,
		    why->reason[0] ? why->reason : "the pack's file can't be read");
	ledger->slot = step.after;
	(void)store_save(&keeper->store);
}

static void run_what_is_said(struct keeper *keeper)
{
	struct why why = { 0 };

	for (unsigned i = 0; i <= SLOT_GOODS + 1; i++) {
		if (send_run(keeper, &why) == 0)
			return;
		drop_damaged(keeper, &why);
	}
}

void keeper_remember(struct keeper *keeper)
{
	keeper->before = keeper->store.ledger;
}

enum keeper_outcome keeper_save(struct keeper *keeper, char sentence[KEEPER_SENTENCE])
{
	if (store_save(&keeper->store) == 0)
		return KEEPER_DONE;
	(void)snprintf(sentence, KEEPER_SENTENCE, "nothing was changed: %s",
		       keeper->store.trouble);
	keeper->store.ledger = keeper->before;
	keeper->store.is_unsaved = false;
	return KEEPER_TROUBLE;
}

enum keeper_outcome keeper_tell(struct keeper *keeper, enum slot_event event,
				const struct slot_digest *digest, const char *who,
				const char *reason, char sentence[KEEPER_SENTENCE])
{
	struct ledger *ledger = &keeper->store.ledger;
	const struct slot_digest *asked = digest ? digest : &ledger->slot.run;
	const struct slot_facts facts = ledger_facts(ledger, asked);
	struct slot_step step = slot_next(&ledger->slot, event, digest, &facts);
	const struct ledger_bad *bad = ledger_bad(ledger, asked);

	if (step.answer != SLOT_DONE) {
		(void)snprintf(sentence, KEEPER_SENTENCE, "%s%s%s",
			       slot_answer_name(step.answer),
			       step.answer == SLOT_E_BAD ? ": " : "",
			       step.answer == SLOT_E_BAD && bad ? bad->reason : "");
		return KEEPER_REFUSED;
	}
	keeper_remember(keeper);
	take_step(ledger, &step, event, who, reason);
	if (can_wait(event)) {
		if (keeper_save(keeper, sentence) != KEEPER_DONE)
			return KEEPER_TROUBLE;
	} else {
		(void)store_save(&keeper->store);
	}
	if (step.actions & SLOT_DO_RUN) {
		if (ledger->slot.state == SLOT_PROBATION)
			keeper_begin_probation(keeper);
		run_what_is_said(keeper);
	} else if (step.actions & SLOT_DO_ADOPT) {
		/* The same pack, not watched any more. */
		run_what_is_said(keeper);
	}
	if (step.actions & (SLOT_DO_DROP | SLOT_DO_ADOPT))
		store_sweep(&keeper->store);
	return KEEPER_DONE;
}

void keeper_catch_up(struct keeper *keeper)
{
	if (keeper->store.is_unsaved)
		(void)store_save(&keeper->store);
}

/* What windhoverd reports */

static void hear_runs(struct keeper *keeper, const struct role_report *report)
{
	struct ledger *ledger = &keeper->store.ledger;
	const struct slot *slot = &ledger->slot;
	char sentence[KEEPER_SENTENCE];

	keeper->is_running = true;
	keeper->took_us = (uint32_t)report->took_us;
	(void)snprintf(sentence, sizeof(sentence), "%s%s",
		       slot->run.hex[0] ? "running " : "running without rules",
		       slot->run.hex);
	keeper_finish(keeper, KEEPER_DONE, sentence);
}

static void hear_failed(struct keeper *keeper, const struct role_report *report)
{
	char sentence[KEEPER_SENTENCE], told[KEEPER_SENTENCE];

	(void)snprintf(told, sizeof(told), "%s", report->sentence);
	if (keeper_tell(keeper, SLOT_FAILED, NULL, self, told, sentence) != KEEPER_DONE)
		return;
	keeper_say(keeper, "failed after the switch: %s", told);
	(void)snprintf(sentence, sizeof(sentence),
		       "refused: it failed after the switch: %.200s", told);
	keeper_finish(keeper, KEEPER_REFUSED, sentence);
}

static void hear_sample(struct keeper *keeper, const struct role_report *report)
{
	const struct probation_sample sample = {
		.now_ns = report->now_ns,
		.cpu_ns = report->cpu_ns,
		.memory_size = report->memory_size,
		.events = report->events,
		.lost = report->lost,
		.detections = report->alerts,
	};
	char reason[128], sentence[KEEPER_SENTENCE];

	keeper->sample = *report;
	if (keeper->store.ledger.slot.state != SLOT_PROBATION || !keeper->is_running)
		return;
	switch (probation_sample(&keeper->probation, &keeper->budget, &sample, reason)) {
	case PROBATION_PASSED:
		(void)keeper_tell(keeper, SLOT_PASSED, NULL, self,
				  "the probation is over", sentence);
		return;
	case PROBATION_FAILED:
		if (!keeper->asked.disarmed_probation)
			(void)keeper_tell(keeper, SLOT_FAILED, NULL, self, reason,
					  sentence);
		return;
	case PROBATION_GOES_ON:
		return;
	}
}

void keeper_hear(struct keeper *keeper, const struct role_report *report)
{
	if (report->what == ROLE_STATE) {
		keeper->state = *report;
		return;
	}
	/* What is about an earlier run came late. */
	if (report->serial != keeper->serial)
		return;
	if (report->what == ROLE_RUNS)
		hear_runs(keeper, report);
	else if (report->what == ROLE_FAILED)
		hear_failed(keeper, report);
	else if (report->what == ROLE_SAMPLE)
		hear_sample(keeper, report);
}
