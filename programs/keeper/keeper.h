/* SPDX-License-Identifier: Apache-2.0 */
/* What operators (the command line, as root) and windhover-keeper say to each other. */
#pragma once

#include "roles.h"
#include "update/prover/prover.h"
#include "update/slot/ledger.h"

/* A SOCK_SEQPACKET socket; one request, then answers until KEEPER_END. */
#define KEEPER_SOCKET "/run/windhover/keeper.sock"

enum keeper_verb {
	KEEPER_INSTALL =
		1, /* with the pack's descriptor, or those of pack and its tests */
	KEEPER_STATUS,
	KEEPER_HISTORY, /* what ran */
	KEEPER_LOG,     /* all that was asked and done */
	KEEPER_BAD,     /* the list of bad packs */
	KEEPER_PIN,     /* ${digest}; empty: what runs now */
	KEEPER_UNPIN,
	KEEPER_PAUSE,
	KEEPER_RESUME,
	KEEPER_ROLLBACK, /* to ${digest}; empty: the one before */
	KEEPER_FORGIVE, /* ${digest} is bad no more; empty: the boot guard's blame goes */
	KEEPER_VERBS
};

enum keeper_flag {
	KEEPER_FORCE_SHRINK = 1, /* let the pack have far fewer rules */
	KEEPER_ACCEPT_NOVEL = 4, /* let it use what no good pack here used */
	KEEPER_DRILL =
		2, /* judge it, with the proof's test rules on, and never switch to it */
};

struct keeper_request {
	uint32_t verb;  /* enum keeper_verb */
	uint32_t flags; /* enum keeper_flag */
	char digest[ROLE_DIGEST_SIZE];
	char reason[LEDGER_TEXT_SIZE]; /* why the operator wants it; may be empty */
};

enum keeper_answer_kind {
	KEEPER_STEP = 1, /* sentence: what is being done */
	KEEPER_VERDICT,  /* struct prover_verdict; its rules follow, one by one */
	KEEPER_RULE,     /* struct prover_rule */
	KEEPER_ENTRY,    /* struct ledger_entry; of KEEPER_BAD, without action and who */
	KEEPER_IS,       /* struct keeper_status */
	KEEPER_END,      /* struct keeper_end */
};

enum keeper_outcome {
	KEEPER_DONE,
	KEEPER_REFUSED, /* the pack, or the wish, was judged and refused */
	KEEPER_TROUBLE, /* it could not be judged or done */
};

struct keeper_end {
	uint32_t outcome;        /* enum keeper_outcome */
	uint32_t took_us;        /* the switch, where there was one */
	int64_t probation_end_s; /* since 1970; 0: none */
	char digest[ROLE_DIGEST_SIZE];
	char sentence[256];
};

struct keeper_status {
	struct slot slot;
	uint32_t is_paused, bad_count, is_unsaved, is_running;
	struct slot_digest pin;
	char trouble[96]; /* why the ledger is not on disk */
	uint32_t rung;    /* enum guard_rung */
	uint32_t zero;
	char sensor[160];        /* how the sensor is, by windhoverd */
	int64_t probation_end_s; /* since 1970, if events suffice */
	uint64_t probation_events, probation_events_needed;
	uint64_t events, alerts, lost, memory_size;
	int64_t last_failure_s; /* 0: none known */
	char last_failure[LEDGER_TEXT_SIZE];
	struct slot_digest last_failed;
};

struct keeper_answer {
	uint32_t kind; /* enum keeper_answer_kind */
	uint32_t zero;
	union {
		char sentence[256];
		struct prover_verdict verdict; /* its pointers mean nothing */
		struct prover_rule rule;
		struct ledger_entry entry;
		struct keeper_status status;
		struct keeper_end end;
	} is;
};

/* Bytes of a message with this kind of answer; 0: there is no such kind. */
static inline size_t keeper_answer_size(uint32_t kind)
{
	size_t head = offsetof(struct keeper_answer, is);

	switch (kind) {
	case KEEPER_STEP:
		return head + sizeof(((struct keeper_answer *)0)->is.sentence);
	case KEEPER_VERDICT:
		return head + sizeof(struct prover_verdict);
	case KEEPER_RULE:
		return head + sizeof(struct prover_rule);
	case KEEPER_ENTRY:
		return head + sizeof(struct ledger_entry);
	case KEEPER_IS:
		return head + sizeof(struct keeper_status);
	case KEEPER_END:
		return head + sizeof(struct keeper_end);
	default:
		return 0;
	}
}
