/* SPDX-License-Identifier: Apache-2.0 */
/* What the keeper writes down: slots, bad packs, wishes of operators, and what happened. */
#pragma once

#include "base/buffer.h"
#include "base/why.h"
#include "update/slot/slot.h"

#define LEDGER_BAD_MAX                                                                   \
	256 /* a full list refuses new packs: none is forgotten by itself */
#define LEDGER_HISTORY_MAX 200 /* entries; the oldest goes first */
#define LEDGER_AUDIT_MAX   64  /* rules of one pack that are in audit-only */
#define LEDGER_TEXT_SIZE   160
#define LEDGER_SIZE_MAX    (256u << 10) /* bytes, written */

struct ledger_bad {
	struct slot_digest digest;
	int64_t time_s; /* since 1970, by a clock that may be wrong: for people only */
	char reason[LEDGER_TEXT_SIZE];
};

struct ledger_entry {
	int64_t time_s;
	char action[16]; /* "offered", "refused", "switched", "passed", "failed", ... */
	struct slot_digest digest;     /* empty: of no pack */
	char who[32];                  /* "uid 0", "keeper" */
	char reason[LEDGER_TEXT_SIZE]; /* a sentence; may be empty */
};

/* The rules of a kept pack that its proof put in audit-only. */
struct ledger_audit {
	struct slot_digest digest; /* empty: free */
	uint32_t count;
	uint32_t rules[LEDGER_AUDIT_MAX];
};

struct ledger {
	struct slot slot;
	bool is_paused;
	struct slot_digest pin;
	uint32_t bad_count, history_count;
	struct ledger_bad bads[LEDGER_BAD_MAX];
	struct ledger_entry history[LEDGER_HISTORY_MAX]; /* the oldest first */
	struct ledger_audit audits[SLOT_GOODS + 1];
};

/* What the slot machine asks about ${digest}. */
struct slot_facts ledger_facts(const struct ledger *ledger,
			       const struct slot_digest *digest);

/* The entry of a bad pack, or NULL. */
const struct ledger_bad *ledger_bad(const struct ledger *ledger,
				    const struct slot_digest *digest);

/*
 * ledger_mark_bad(ledger, digest, time_s, reason):
 * A pack that is on the list already keeps its first reason.  False where the list is full,
 * which slot_next keeps from happening by refusing packs before.
 */
bool ledger_mark_bad(struct ledger *ledger, const struct slot_digest *digest,
		     int64_t time_s, const char *reason);

/* Take ${digest} off the list; false where it is not on it. */
bool ledger_forgive(struct ledger *ledger, const struct slot_digest *digest);

/* Add to the history; control characters in the texts become blanks. */
void ledger_note(struct ledger *ledger, int64_t time_s, const char *action,
		 const struct slot_digest *digest, const char *who, const char *reason);

/* The list of ${digest}, NULL: it has none.  Setting it forgets those of packs not kept. */
const struct ledger_audit *ledger_audit(const struct ledger *ledger,
					const struct slot_digest *digest);
void ledger_set_audit(struct ledger *ledger, const struct slot_digest *digest,
		      const uint32_t *rules, uint32_t count);

/* Whether some slot names ${digest}: then its pack is kept. */
bool ledger_names(const struct ledger *ledger, const struct slot_digest *digest);

/*
 * ledger_write(ledger, generation, out):
 * Append the ledger as text, one fact a line, with a checksum as the last one.
 * docs/formats/ledger.md says what stands where.
 */
void ledger_write(const struct ledger *ledger, uint64_t generation, struct buffer *out);

/*
 * ledger_read(bytes, ledger, generation, why):
 * The same back.  0; -EINVAL with the reason where anything is not as ledger_write writes it;
 * ${ledger} is then as it was.
 */
int ledger_read(struct text bytes, struct ledger *ledger, uint64_t *generation,
		struct why *why) MUST_USE;
