// SPDX-License-Identifier: Apache-2.0
// The ledger as text for the disk, and back: docs/formats/ledger.md.
#include "update/slot/ledger.h"

#include <errno.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static const char first_line[] = "windhover ledger 1\n";
static const char last_word[] = "checksum ";

#define CHECKSUM_SIZE 16

static const char *digest_or_dash(const struct slot_digest *digest)
{
	return digest->hex[0] ? digest->hex : "-";
}

void ledger_write(const struct ledger *ledger, uint64_t generation, struct buffer *out)
{
	const struct slot *slot = &ledger->slot;
	size_t from = out->size;
	uint64_t sum;

	buffer_string(out, first_line);
	buffer_format(out, "generation %llu\n", (unsigned long long)generation);
	buffer_format(out, "state %s\n", slot_state_name(slot->state));
	buffer_format(out, "run %s\n", digest_or_dash(&slot->run));
	buffer_format(out, "candidate %s\n", digest_or_dash(&slot->candidate));
	for (unsigned i = 0; i < slot->good_count; i++)
		buffer_format(out, "good %s\n", slot->goods[i].hex);
	buffer_format(out, "paused %d\n", ledger->is_paused);
	buffer_format(out, "pin %s\n", digest_or_dash(&ledger->pin));
	for (size_t i = 0; i < SLOT_GOODS + 1; i++) {
		const struct ledger_audit *audit = &ledger->audits[i];

		if (!audit->count)
			continue;
		buffer_format(out, "audit %s", audit->digest.hex);
		for (uint32_t rule = 0; rule < audit->count; rule++)
			buffer_format(out, " %u", audit->rules[rule]);
		buffer_char(out, '\n');
	}
	for (uint32_t i = 0; i < ledger->bad_count; i++)
		buffer_format(out, "bad %s %lld %s\n", ledger->bads[i].digest.hex,
			      (long long)ledger->bads[i].time_s, ledger->bads[i].reason);
	for (uint32_t i = 0; i < ledger->history_count; i++) {
		const struct ledger_entry *entry = &ledger->history[i];

		buffer_format(out, "was %lld %s %s %s\t%s\n", (long long)entry->time_s,
			      entry->action, digest_or_dash(&entry->digest), entry->who,
			      entry->reason);
	}
	if (out->failed)
		return;
	sum = XXH3_64bits(out->at + from, out->size - from);
	buffer_format(out, "%s%016llx\n", last_word, (unsigned long long)sum);
}

/* Reading */

struct reading {
	struct text rest;
	unsigned line;
	struct ledger *ledger;
	uint64_t generation;
};

/* The text up to ${end}, which is taken with it; false where ${end} is not there. */
static bool take_until(struct text *from, char end, struct text *out)
{
	const char *at = from->size ? memchr(from->at, end, from->size) : NULL;
	size_t size = at ? (size_t)(at - from->at) : 0;

	if (!at)
		return false;
	*out = text_part(*from, 0, size);
	*from = text_part(*from, size + 1, SIZE_MAX);
	return true;
}

/* A whole decimal number of at most 18 digits, so that it can't overflow. */
static bool read_number(struct text text, int64_t *out)
{
	bool negative = text.size > 1 && text.at[0] == '-';
	int64_t number = 0;

	text = text_part(text, negative, SIZE_MAX);
	if (text.size == 0 || text.size > 18)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		if (text.at[i] < '0' || text.at[i] > '9')
			return false;
		number = number * 10 + (text.at[i] - '0');
	}
	*out = negative ? -number : number;
	return true;
}

static bool read_digest(struct text text, struct slot_digest *out)
{
	if (!text_is(text, TEXT("-")))
		return slot_digest_read(text, out);
	*out = (struct slot_digest){ 0 };
	return true;
}

static bool read_copy(struct text text, char *to, size_t size)
{
	if (text.size >= size)
		return false;
	for (size_t i = 0; i < text.size; i++)
		if ((unsigned char)text.at[i] < ' ' || text.at[i] == 0x7f)
			return false;
	if (text.size)
		memcpy(to, text.at, text.size);
	memset(to + text.size, 0, size - text.size);
	return true;
}

static bool read_state(struct text text, enum slot_state *out)
{
	for (enum slot_state state = 0; state < SLOT_STATES; state++)
		if (text_is(text, text_of(slot_state_name(state)))) {
			*out = state;
			return true;
		}
	return false;
}

static bool read_bad(struct ledger *ledger, struct text rest)
{
	struct ledger_bad *bad = &ledger->bads[ledger->bad_count];
	struct text digest, time;

	if (ledger->bad_count == LEDGER_BAD_MAX || !take_until(&rest, ' ', &digest) ||
	    !take_until(&rest, ' ', &time))
		return false;
	ledger->bad_count++;
	return slot_digest_read(digest, &bad->digest) &&
	       read_number(time, &bad->time_s) &&
	       read_copy(rest, bad->reason, sizeof(bad->reason));
}

static bool read_entry(struct ledger *ledger, struct text rest)
{
	struct ledger_entry *entry = &ledger->history[ledger->history_count];
	struct text time, action, digest, who;

	if (ledger->history_count == LEDGER_HISTORY_MAX ||
	    !take_until(&rest, ' ', &time) || !take_until(&rest, ' ', &action) ||
	    !take_until(&rest, ' ', &digest) || !take_until(&rest, '\t', &who))
		return false;
	ledger->history_count++;
	return read_number(time, &entry->time_s) && read_digest(digest, &entry->digest) &&
	       read_copy(action, entry->action, sizeof(entry->action)) &&
	       read_copy(who, entry->who, sizeof(entry->who)) &&
	       read_copy(rest, entry->reason, sizeof(entry->reason));
}

static bool read_audit(struct ledger *ledger, struct text rest)
{
	struct ledger_audit *audit = ledger->audits;
	struct text word;

	while (audit->count)
		if (++audit == ledger->audits + SLOT_GOODS + 1)
			return false;
	if (!take_until(&rest, ' ', &word) || !slot_digest_read(word, &audit->digest))
		return false;
	while (rest.size) {
		int64_t rule;

		if (!take_until(&rest, ' ', &word)) {
			word = rest;
			rest.size = 0;
		}
		if (audit->count == LEDGER_AUDIT_MAX || !read_number(word, &rule) ||
		    rule < 0 || rule > UINT32_MAX)
			return false;
		audit->rules[audit->count++] = (uint32_t)rule;
	}
	return audit->count > 0;
}

static bool read_good(struct slot *slot, struct text rest)
{
	return slot->good_count < SLOT_GOODS &&
	       slot_digest_read(rest, &slot->goods[slot->good_count++]);
}

static bool read_fact(struct reading *reading, struct text key, struct text rest)
{
	struct ledger *ledger = reading->ledger;
	int64_t number = 0;

	if (text_is(key, TEXT("generation"))) {
		if (!read_number(rest, &number) || number < 0)
			return false;
		reading->generation = (uint64_t)number;
		return true;
	}
	if (text_is(key, TEXT("paused"))) {
		if (!read_number(rest, &number) || number < 0 || number > 1)
			return false;
		ledger->is_paused = number;
		return true;
	}
	if (text_is(key, TEXT("state")))
		return read_state(rest, &ledger->slot.state);
	if (text_is(key, TEXT("run")))
		return read_digest(rest, &ledger->slot.run);
	if (text_is(key, TEXT("candidate")))
		return read_digest(rest, &ledger->slot.candidate);
	if (text_is(key, TEXT("pin")))
		return read_digest(rest, &ledger->pin);
	if (text_is(key, TEXT("good")))
		return read_good(&ledger->slot, rest);
	if (text_is(key, TEXT("audit")))
		return read_audit(ledger, rest);
	if (text_is(key, TEXT("bad")))
		return read_bad(ledger, rest);
	return text_is(key, TEXT("was")) && read_entry(ledger, rest);
}

/* All but the last line, if that is the checksum of it. */
static bool check_sum(struct text bytes, struct text *body)
{
	size_t tail = sizeof(last_word) - 1 + CHECKSUM_SIZE + 1;
	char wanted[sizeof(last_word) + CHECKSUM_SIZE + 1];

	if (bytes.size < tail)
		return false;
	*body = text_part(bytes, 0, bytes.size - tail);
	(void)snprintf(wanted, sizeof(wanted), "%s%016llx\n", last_word,
		       (unsigned long long)XXH3_64bits(body->at, body->size));
	return memcmp(bytes.at + body->size, wanted, tail) == 0;
}

int ledger_read(struct text bytes, struct ledger *ledger, uint64_t *generation,
		struct why *why)
{
	AUTO(free) struct ledger *fresh = calloc(1, sizeof(*fresh));
	struct reading reading = { .ledger = fresh };
	struct text line, key;

	if (!fresh)
		return -ENOMEM;
	if (!check_sum(bytes, &reading.rest)) {
		why_set(why, 0, 0, "the ledger is torn: its checksum is wrong");
		return -EINVAL;
	}
	if (!text_starts(reading.rest, text_of(first_line))) {
		why_set(why, 1, 0, "not a ledger of this version");
		return -EINVAL;
	}
	reading.rest = text_part(reading.rest, sizeof(first_line) - 1, SIZE_MAX);
	reading.line = 1;
	while (take_until(&reading.rest, '\n', &line)) {
		reading.line++;
		if (!take_until(&line, ' ', &key) || !read_fact(&reading, key, line)) {
			why_set(why, reading.line, 0, "this line of the ledger is wrong");
			return -EINVAL;
		}
	}
	if (reading.rest.size || !slot_is_sound(&fresh->slot)) {
		why_set(why, 0, 0, "the ledger's slots contradict one another");
		return -EINVAL;
	}
	*ledger = *fresh;
	*generation = reading.generation;
	return 0;
}
