// SPDX-License-Identifier: Apache-2.0
// What the keeper knows of packs, changed one fact at a time.
#include "update/slot/ledger.h"

#include <stdio.h>

struct slot_facts ledger_facts(const struct ledger *ledger,
			       const struct slot_digest *digest)
{
	return (struct slot_facts){
		.is_bad = ledger_bad(ledger, digest) != NULL,
		/* What runs can still fail: room for all that is kept, and the new one. */
		.is_full = ledger->bad_count + SLOT_GOODS + 1 > LEDGER_BAD_MAX,
		.is_paused = ledger->is_paused,
		.pin = ledger->pin,
	};
}

const struct ledger_bad *ledger_bad(const struct ledger *ledger,
				    const struct slot_digest *digest)
{
	for (uint32_t i = 0; i < ledger->bad_count; i++)
		if (slot_is(&ledger->bads[i].digest, digest))
			return &ledger->bads[i];
	return NULL;
}

/* One line, printable: it is written as a line of its own. */
static void copy_line(char *to, size_t size, const char *from)
{
	size_t at = 0;

	for (; from[at] && at + 1 < size; at++)
		to[at] = (unsigned char)from[at] < ' ' || from[at] == 0x7f ? ' '
									   : from[at];
	memset(to + at, 0, size - at);
}

bool ledger_mark_bad(struct ledger *ledger, const struct slot_digest *digest,
		     int64_t time_s, const char *reason)
{
	struct ledger_bad *bad;

	if (ledger_bad(ledger, digest))
		return true;
	if (ledger->bad_count == LEDGER_BAD_MAX)
		return false;
	bad = &ledger->bads[ledger->bad_count++];
	*bad = (struct ledger_bad){ .digest = *digest, .time_s = time_s };
	copy_line(bad->reason, sizeof(bad->reason), reason);
	return true;
}

bool ledger_forgive(struct ledger *ledger, const struct slot_digest *digest)
{
	for (uint32_t i = 0; i < ledger->bad_count; i++) {
		if (!slot_is(&ledger->bads[i].digest, digest))
			continue;
		ledger->bad_count--;
		memmove(&ledger->bads[i], &ledger->bads[i + 1],
			(ledger->bad_count - i) * sizeof(ledger->bads[0]));
		return true;
	}
	return false;
}

void ledger_note(struct ledger *ledger, int64_t time_s, const char *action,
		 const struct slot_digest *digest, const char *who, const char *reason)
{
	struct ledger_entry *entry;

	if (ledger->history_count == LEDGER_HISTORY_MAX)
		memmove(&ledger->history[0], &ledger->history[1],
			--ledger->history_count * sizeof(ledger->history[0]));
	entry = &ledger->history[ledger->history_count++];
	*entry = (struct ledger_entry){ .time_s = time_s };
	if (digest)
		entry->digest = *digest;
	copy_line(entry->action, sizeof(entry->action), action);
	copy_line(entry->who, sizeof(entry->who), who);
	copy_line(entry->reason, sizeof(entry->reason), reason);
}

bool ledger_names(const struct ledger *ledger, const struct slot_digest *digest)
{
	const struct slot *slot = &ledger->slot;

	if (slot_is(&slot->run, digest) || slot_is(&slot->candidate, digest))
		return true;
	for (unsigned i = 0; i < slot->good_count; i++)
		if (slot_is(&slot->goods[i], digest))
			return true;
	return false;
}

const struct ledger_audit *ledger_audit(const struct ledger *ledger,
					const struct slot_digest *digest)
{
	for (size_t i = 0; i < SLOT_GOODS + 1; i++)
		if (ledger->audits[i].count && slot_is(&ledger->audits[i].digest, digest))
			return &ledger->audits[i];
	return NULL;
}

void ledger_set_audit(struct ledger *ledger, const struct slot_digest *digest,
		      const uint32_t *rules, uint32_t count)
{
	struct ledger_audit *free_one = NULL;

	for (size_t i = 0; i < SLOT_GOODS + 1; i++) {
		struct ledger_audit *audit = &ledger->audits[i];

		if (slot_is(&audit->digest, digest) ||
		    !ledger_names(ledger, &audit->digest))
			*audit = (struct ledger_audit){ 0 };
		if (!audit->count)
			free_one = audit;
	}
	/* As many places as packs can be named. */
	if (!free_one || count == 0)
		return;
	if (count > LEDGER_AUDIT_MAX)
		count = LEDGER_AUDIT_MAX;
	free_one->digest = *digest;
	free_one->count = count;
	memcpy(free_one->rules, rules, count * sizeof(*rules));
}
