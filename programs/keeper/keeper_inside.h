/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of windhover-keeper share: one process, one loop, one writer of the ledger. */
#pragma once

#include "keeper.h"
#include "update/slot/probation.h"
#include "update/slot/store.h"

#define KEEPER_CLIENTS_MAX 8
#define KEEPER_SENTENCE    256

struct keeper_client {
	int fd; /* -1: free */
	char who[32];
	bool waits; /* for the end of an install or a rollback */
};

struct keeper {
	struct store store;
	struct ledger before; /* to go back to where a step could not be written */
	struct role_keep asked;
	int listen, prover_program;
	struct keeper_client clients[KEEPER_CLIENTS_MAX];

	/* The run that windhoverd was asked for last. */
	uint32_t serial;
	bool is_running; /* and has said to be ready */
	uint32_t took_us;

	/* What the packs that passed here use; whether the candidate uses more. */
	struct features known;
	bool has_known, is_novel;

	struct probation_budget budget;
	struct probation probation;

	/* A proof: asked for, then started. */
	bool waits_for_past;
	int64_t past_due_ns; /* by CLOCK_MONOTONIC; later, it does not come any more */
	struct prover *proof;
	uint32_t proof_flags; /* enum keeper_flag */
	int candidate, tests; /* descriptors during it */
	char candidate_who[32];

	struct prover_verdict verdict; /* of the last proof; large */
	struct keeper_answer answer;   /* being made; large */

	struct role_report state;  /* the newest ROLE_STATE */
	struct role_report sample; /* the newest ROLE_SAMPLE */
	bool ends;
};

/* Seconds since 1970, by the machine's clock: for people only. */
int64_t keeper_time(void);

/* keeper_slots.c: the ledger, and what windhoverd is to run */

/*
 * keeper_tell(keeper, event, digest, who, reason, sentence):
 * Let the slot machine take the event: write down the answer, then act on it.  ${digest} as for
 * slot_next.  KEEPER_DONE; or, with why in ${sentence}, KEEPER_REFUSED and KEEPER_TROUBLE: then
 * all is as it was.  What leads to safety is done even where it can't be written.
 */
enum keeper_outcome keeper_tell(struct keeper *keeper, enum slot_event event,
				const struct slot_digest *digest, const char *who,
				const char *reason, char sentence[KEEPER_SENTENCE]);

/* Write what an operator wished (a change of the ledger that is no step of the machine). */
enum keeper_outcome keeper_save(struct keeper *keeper, char sentence[KEEPER_SENTENCE]);

/* Remember the ledger, for keeper_save to go back to. */
void keeper_remember(struct keeper *keeper);

/* A report of windhoverd's. */
void keeper_hear(struct keeper *keeper, const struct role_report *report);

/* Once a while: a ledger that could not be written is tried again, as a new file. */
void keeper_catch_up(struct keeper *keeper);

/* keeper_proof.c */

/* Ask windhoverd for the recorder's past; the proof begins with its answer. */
enum keeper_outcome keeper_prove(struct keeper *keeper, char sentence[KEEPER_SENTENCE]);
void keeper_past(struct keeper *keeper, const int *segments, unsigned count);
void keeper_watch_proof(struct keeper *keeper);
void keeper_end_proof(struct keeper *keeper);

/* keeper_novelty.c: what was never used on this host, and what it costs (F06) */

/* Learn what the packs that passed here use. */
void keeper_know(struct keeper *keeper);

/* Whether the candidate uses more than that, to be seen anew after a restart. */
bool keeper_is_novel(struct keeper *keeper);

/* A probation begins: a novel pack is watched for longer. */
void keeper_begin_probation(struct keeper *keeper);

/* keeper_clients.c */
void keeper_accept(struct keeper *keeper);
void keeper_serve(struct keeper *keeper, struct keeper_client *client);

/* To whoever waits: a step, a verdict, the end. */
void keeper_answer(struct keeper *keeper, const struct keeper_answer *answer);
void keeper_say(struct keeper *keeper, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void keeper_finish(struct keeper *keeper, enum keeper_outcome outcome,
		   const char *sentence);
