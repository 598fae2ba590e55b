// SPDX-License-Identifier: Apache-2.0
// windhover-keeper: the proof of a candidate, from the order to the verdict.
#include "keeper_inside.h"

#include <errno.h>
#include <stdio.h>
#include <time.h>

#include "base/message.h"

/* What windhoverd has to do for it takes milliseconds, even on a slow disk. */
#define PAST_PATIENCE_NS (INT64_C(10) * 1000000000)

static const char self[] = "keeper";

static int64_t now_ns(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void refuse(struct keeper *keeper, enum keeper_outcome outcome,
		   const char *sentence)
{
	char unused[KEEPER_SENTENCE];

	(void)keeper_tell(keeper, SLOT_REFUSED, NULL, self, sentence, unused);
	keeper_finish(keeper, outcome, sentence);
	keeper_end_proof(keeper);
}

enum keeper_outcome keeper_prove(struct keeper *keeper, char sentence[KEEPER_SENTENCE])
{
	const struct role_run past = { .kind = ROLE_PAST };

	if (keeper->prover_program < 0) {
		(void)snprintf(
			sentence, KEEPER_SENTENCE,
			"windhover-prover is not installed: nothing can be proven");
		return KEEPER_TROUBLE;
	}
	if (message_send(ROLE_SOCKET, &past, sizeof(past), NULL, 0) < 0) {
		(void)snprintf(sentence, KEEPER_SENTENCE, "windhoverd does not answer");
		return KEEPER_TROUBLE;
	}
	keeper->waits_for_past = true;
	keeper->past_due_ns = now_ns() + PAST_PATIENCE_NS;
	return KEEPER_DONE;
}

static void fill_request(struct keeper *keeper, struct prover_request *request,
			 int running, const int *segments, unsigned count)
{
	prover_request_init(request);
	request->program = keeper->prover_program;
	request->candidate = keeper->candidate;
	request->tests = keeper->tests;
	request->running = running;
	request->recording = segments;
	request->recording_count = count;
	request->policy.known = keeper->known;
	request->policy.has_known = keeper->has_known;
	request->policy.refuse_novel = keeper->asked.flags & ROLE_KEEP_ASK_NOVEL &&
				       !(keeper->proof_flags & KEEPER_ACCEPT_NOVEL);
	if (keeper->proof_flags & KEEPER_FORCE_SHRINK)
		request->policy.shrink_percent = 100;
	/* In the jail, which is thrown away, what test rules do hurts nobody. */
	if (keeper->proof_flags & KEEPER_DRILL)
		request->flags |= PROVER_TEST_HOOK;
	if (keeper->asked.flags & ROLE_KEEP_MAY_TRY) {
		request->flags |= PROVER_TEST_HOOK;
		request->disarmed = keeper->asked.disarmed;
	}
}

void keeper_past(struct keeper *keeper, const int *segments, unsigned count)
{
	const struct slot *slot = &keeper->store.ledger.slot;
	struct prover_request request;
	AUTO(close) int running = -1;
	char sentence[KEEPER_SENTENCE];
	struct why why = { 0 };
	int r = -ESTALE;

	if (!keeper->waits_for_past || slot->state != SLOT_PROVING)
		return;
	keeper->waits_for_past = false;
	/* Without it there is nothing to compare with: the proof says so. */
	if (slot->run.hex[0] && store_get(&keeper->store, &slot->run, &running, &why) < 0)
		running = -1;
	why.reason[0] = '\0';
	r = store_get(&keeper->store, &slot->candidate, &keeper->candidate, &why);
	if (r == 0) {
		keeper_know(keeper);
		fill_request(keeper, &request, running, segments, count);
		r = prover_start(&request, &keeper->proof, &why);
	}
	if (r == 0)
		return;
	(void)snprintf(sentence, sizeof(sentence), "it could not be proven: %.200s",
		       why.reason[0] ? why.reason : strerror(-r));
	refuse(keeper, KEEPER_TROUBLE, sentence);
}

static void send_verdict(struct keeper *keeper, const struct prover_verdict *verdict)
{
	struct keeper_answer *answer = &keeper->answer;

	answer->kind = KEEPER_VERDICT;
	answer->is.verdict = *verdict;
	answer->is.verdict.rules = NULL;
	keeper_answer(keeper, answer);
	for (uint32_t i = 0; i < verdict->rule_count; i++) {
		answer->kind = KEEPER_RULE;
		answer->is.rule = verdict->rules[i];
		keeper_answer(keeper, answer);
	}
}

static void judge(struct keeper *keeper, const struct prover_verdict *verdict)
{
	struct ledger *ledger = &keeper->store.ledger;
	char sentence[KEEPER_SENTENCE];
	enum keeper_outcome outcome;

	send_verdict(keeper, verdict);
	if (!verdict->accepted) {
		refuse(keeper, KEEPER_REFUSED, verdict->sentence);
		return;
	}
	if (keeper->proof_flags & KEEPER_DRILL) {
		refuse(keeper, KEEPER_REFUSED,
		       "accepted, but never switched to: it was a drill");
		return;
	}
	keeper->is_novel = verdict->novel_count > 0;
	ledger_set_audit(ledger, &ledger->slot.candidate, verdict->audit,
			 verdict->audit_count);
	outcome = keeper_tell(keeper, SLOT_PROVEN, NULL, keeper->candidate_who,
			      verdict->sentence, sentence);
	if (outcome != KEEPER_DONE) {
		refuse(keeper, outcome, sentence);
		return;
	}
	/* The end is told when it runs. */
	keeper_end_proof(keeper);
}

void keeper_watch_proof(struct keeper *keeper)
{
	char sentence[KEEPER_SENTENCE];
	struct why why = { 0 };
	int r;

	if (keeper->waits_for_past && now_ns() > keeper->past_due_ns) {
		refuse(keeper, KEEPER_TROUBLE,
		       "it could not be proven: windhoverd does not tell of the past");
		return;
	}
	if (!keeper->proof)
		return;
	/* An operator went back in the meantime. */
	if (keeper->store.ledger.slot.state != SLOT_PROVING) {
		keeper_end_proof(keeper);
		return;
	}
	r = prover_finish(keeper->proof, &keeper->verdict, &why);
	if (r == PROVER_E_RUNNING)
		return;
	if (r) {
		(void)snprintf(sentence, sizeof(sentence),
			       "it could not be proven: %.200s",
			       why.reason[0] ? why.reason : strerror(r < 0 ? -r : r));
		refuse(keeper, KEEPER_TROUBLE, sentence);
		return;
	}
	judge(keeper, &keeper->verdict);
	prover_verdict_done(&keeper->verdict);
}

void keeper_end_proof(struct keeper *keeper)
{
	prover_free(keeper->proof);
	keeper->proof = NULL;
	keeper->waits_for_past = false;
	if (keeper->candidate >= 0)
		(void)close(keeper->candidate);
	if (keeper->tests >= 0)
		(void)close(keeper->tests);
	keeper->candidate = keeper->tests = -1;
}
