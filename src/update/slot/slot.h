/* SPDX-License-Identifier: Apache-2.0 */
/* The slot machine: which pack runs on this host.  A const table and a pure function. */
#pragma once

#include "base/text.h"

#define SLOT_GOODS 4 /* packs that passed probation here and are kept; the newest first */

/* A pack's digest in hex, or empty: no pack. */
struct slot_digest {
	char hex[33];
};

static inline bool slot_is(const struct slot_digest *a, const struct slot_digest *b)
{
	return memcmp(a->hex, b->hex, sizeof(a->hex)) == 0;
}

/* False where ${text} is no digest: 32 lower-case hex digits. */
bool slot_digest_read(struct text text, struct slot_digest *out);

enum slot_state {
	SLOT_SAFE,      /* no pack that can be trusted: the sensor runs without rules */
	SLOT_STEADY,    /* the last known good runs */
	SLOT_PROVING,   /* a candidate is being proven; what ran before still runs */
	SLOT_PROBATION, /* the candidate runs, and is watched */
	SLOT_STATES
};

enum slot_event {
	SLOT_OFFERED, /* a sound pack is stored: ${digest} */
	SLOT_PROVEN,  /* the proof went well */
	SLOT_REFUSED, /* it did not, or was broken off */
	SLOT_FAILED,  /* what runs crashed, hung, or spent more than it may */
	SLOT_PASSED,  /* the probation is over */
	SLOT_BACK, /* an operator wants ${digest} of the goods, or (empty) the one before */
	SLOT_STARTED, /* this process begins; the last one of this content ended well */
	SLOT_CRASHED, /* this process begins, and the machine went down with what ran */
	SLOT_EVENTS
};

/* What is to be done once the new state is on disk, and not before. */
enum slot_action {
	SLOT_DO_PROVE = 1, /* have the candidate proven */
	SLOT_DO_RUN = 2,   /* run what ${run} names now; nothing where it is empty */
	SLOT_DO_MARK_BAD =
		4, /* ${blamed} is on the list of bad packs: with the same write */
	SLOT_DO_ADOPT = 8, /* the candidate is the last known good now */
	SLOT_DO_DROP = 16, /* the candidate is none any more */
};

struct slot {
	enum slot_state state;
	struct slot_digest run;               /* empty: no pack */
	struct slot_digest candidate;         /* while proving and on probation */
	struct slot_digest goods[SLOT_GOODS]; /* [0]: the last known good */
	unsigned good_count;
};

/* What the machine has to know and does not hold itself. */
struct slot_facts {
	bool is_bad;            /* ${digest} is on the list of bad packs */
	bool is_full;           /* that list has no room: nothing new may be tried */
	bool is_paused;         /* an operator wants no change */
	struct slot_digest pin; /* not empty: only this pack may be installed */
};

enum slot_answer {
	SLOT_DONE,
	SLOT_NOTHING,  /* the event says nothing in this state: it came late, or twice */
	SLOT_E_BUSY,   /* another candidate is being proven or watched */
	SLOT_E_BAD,    /* the pack is on the list of bad ones */
	SLOT_E_FULL,   /* the list of bad packs is full */
	SLOT_E_SAME,   /* that pack is the one that runs */
	SLOT_E_KEPT,   /* that pack is one of the goods: there is SLOT_BACK for it */
	SLOT_E_PAUSED, /* changes are paused */
	SLOT_E_PINNED, /* another pack is pinned */
	SLOT_E_NONE,   /* there is no such pack to go back to */
};

struct slot_step {
	enum slot_answer answer;
	unsigned actions; /* enum slot_action */
	struct slot after;
	struct slot_digest blamed; /* with SLOT_DO_MARK_BAD */
};

/*
 * slot_next(before, event, digest, facts):
 * What becomes of ${before} when ${event} comes.  ${digest} is for SLOT_OFFERED and SLOT_BACK,
 * else NULL.  Where the answer is not SLOT_DONE nothing changes and nothing is to be done.
 */
struct slot_step slot_next(const struct slot *before, enum slot_event event,
			   const struct slot_digest *digest,
			   const struct slot_facts *facts);

/* Whether ${slot} is one that slot_next could have made: for what comes from a disk. */
bool slot_is_sound(const struct slot *slot);

/* "steady"; "failed". */
const char *slot_state_name(enum slot_state state);
const char *slot_event_name(enum slot_event event);
const char *slot_answer_name(enum slot_answer answer); /* a sentence's end */

/* One row of the machine, for drawing it; false beyond the last. */
struct slot_row {
	enum slot_state state, next;
	enum slot_event event;
	const char *when; /* a condition in words; empty: always */
	unsigned actions;
};
bool slot_row(unsigned number, struct slot_row *out);
