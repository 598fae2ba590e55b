// SPDX-License-Identifier: Apache-2.0
// The slot machine: which pack runs on this host.  A const table and a pure function.
#include "update/slot/slot.h"

/* A row holds where its condition does, looked at once the pack that is to go is gone. */
enum when {
	ALWAYS,
	GOOD_LEFT, /* another known good pack is there */
	NONE_LEFT,
};

static const char *const when_names[] = {
	[ALWAYS] = "",
	[GOOD_LEFT] = "a good one is left",
	[NONE_LEFT] = "none is left",
};

#define BLAME  (SLOT_DO_MARK_BAD | SLOT_DO_RUN)
#define RETURN (SLOT_DO_DROP | SLOT_DO_RUN)
#define LEAVE  (BLAME | SLOT_DO_DROP)

static const struct row {
	uint8_t state, event, when, next, actions;
} rows[] = {
	/* clang-format off */
	{ SLOT_SAFE,      SLOT_OFFERED, ALWAYS,    SLOT_PROVING,   SLOT_DO_PROVE },
	{ SLOT_SAFE,      SLOT_STARTED, ALWAYS,    SLOT_SAFE,      SLOT_DO_RUN },
	{ SLOT_SAFE,      SLOT_CRASHED, ALWAYS,    SLOT_SAFE,      SLOT_DO_RUN },

	{ SLOT_STEADY,    SLOT_OFFERED, ALWAYS,    SLOT_PROVING,   SLOT_DO_PROVE },
	{ SLOT_STEADY,    SLOT_FAILED,  GOOD_LEFT, SLOT_STEADY,    BLAME },
	{ SLOT_STEADY,    SLOT_FAILED,  NONE_LEFT, SLOT_SAFE,      BLAME },
	{ SLOT_STEADY,    SLOT_BACK,    GOOD_LEFT, SLOT_STEADY,    SLOT_DO_RUN },
	{ SLOT_STEADY,    SLOT_STARTED, ALWAYS,    SLOT_STEADY,    SLOT_DO_RUN },
	{ SLOT_STEADY,    SLOT_CRASHED, ALWAYS,    SLOT_STEADY,    SLOT_DO_RUN },

	{ SLOT_PROVING,   SLOT_PROVEN,  ALWAYS,    SLOT_PROBATION, SLOT_DO_RUN },
	{ SLOT_PROVING,   SLOT_REFUSED, GOOD_LEFT, SLOT_STEADY,    SLOT_DO_DROP },
	{ SLOT_PROVING,   SLOT_REFUSED, NONE_LEFT, SLOT_SAFE,      SLOT_DO_DROP },
	{ SLOT_PROVING,   SLOT_FAILED,  ALWAYS,    SLOT_PROVING,   BLAME },
	{ SLOT_PROVING,   SLOT_BACK,    GOOD_LEFT, SLOT_STEADY,    RETURN },
	{ SLOT_PROVING,   SLOT_STARTED, GOOD_LEFT, SLOT_STEADY,    RETURN },
	{ SLOT_PROVING,   SLOT_STARTED, NONE_LEFT, SLOT_SAFE,      RETURN },
	{ SLOT_PROVING,   SLOT_CRASHED, GOOD_LEFT, SLOT_STEADY,    RETURN },
	{ SLOT_PROVING,   SLOT_CRASHED, NONE_LEFT, SLOT_SAFE,      RETURN },

	{ SLOT_PROBATION, SLOT_PASSED,  ALWAYS,    SLOT_STEADY,    SLOT_DO_ADOPT },
	{ SLOT_PROBATION, SLOT_FAILED,  GOOD_LEFT, SLOT_STEADY,    LEAVE },
	{ SLOT_PROBATION, SLOT_FAILED,  NONE_LEFT, SLOT_SAFE,      LEAVE },
	{ SLOT_PROBATION, SLOT_BACK,    GOOD_LEFT, SLOT_STEADY,    LEAVE },
	{ SLOT_PROBATION, SLOT_BACK,    NONE_LEFT, SLOT_SAFE,      LEAVE },
	{ SLOT_PROBATION, SLOT_STARTED, ALWAYS,    SLOT_PROBATION, SLOT_DO_RUN },
	{ SLOT_PROBATION, SLOT_CRASHED, GOOD_LEFT, SLOT_STEADY,    LEAVE },
	{ SLOT_PROBATION, SLOT_CRASHED, NONE_LEFT, SLOT_SAFE,      LEAVE },
	/* clang-format on */
};

#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static const struct slot_digest none;

bool slot_digest_read(struct text text, struct slot_digest *out)
{
	struct slot_digest digest = { 0 };

	if (text.size != sizeof(digest.hex) - 1)
		return false;
	for (size_t i = 0; i < text.size; i++)
		if (!(text.at[i] >= '0' && text.at[i] <= '9') &&
		    !(text.at[i] >= 'a' && text.at[i] <= 'f'))
			return false;
	memcpy(digest.hex, text.at, text.size);
	*out = digest;
	return true;
}

static unsigned find_good(const struct slot *slot, const struct slot_digest *digest)
{
	unsigned at = 0;

	while (at < slot->good_count && !slot_is(&slot->goods[at], digest))
		at++;
	return at;
}

static void remove_good(struct slot *slot, unsigned at)
{
	if (at >= slot->good_count)
		return;
	memmove(&slot->goods[at], &slot->goods[at + 1],
		(slot->good_count - at - 1) * sizeof(slot->goods[0]));
	slot->goods[--slot->good_count] = none;
}

/* Put ${digest} before all others; the oldest goes where there is no room. */
static void prefer(struct slot *slot, struct slot_digest digest)
{
	remove_good(slot, find_good(slot, &digest));
	if (slot->good_count == SLOT_GOODS)
		remove_good(slot, SLOT_GOODS - 1);
	memmove(&slot->goods[1], &slot->goods[0],
		slot->good_count * sizeof(slot->goods[0]));
	slot->goods[0] = digest;
	slot->good_count++;
}

/* Reasons why a pack is not even tried, the most lasting first. */
static enum slot_answer may_offer(const struct slot *slot,
				  const struct slot_digest *digest,
				  const struct slot_facts *facts)
{
	if (facts->is_bad)
		return SLOT_E_BAD;
	if (slot_is(digest, &slot->run))
		return SLOT_E_SAME;
	/* So a candidate is never among the goods, and its failure can't be theirs. */
	if (find_good(slot, digest) < slot->good_count)
		return SLOT_E_KEPT;
	if (facts->is_paused)
		return SLOT_E_PAUSED;
	if (facts->pin.hex[0] && !slot_is(digest, &facts->pin))
		return SLOT_E_PINNED;
	if (slot->state == SLOT_PROVING || slot->state == SLOT_PROBATION)
		return SLOT_E_BUSY;
	return facts->is_full ? SLOT_E_FULL : SLOT_DONE;
}

/* Where an operator wants to go: a place in the goods, or SLOT_GOODS. */
static unsigned back_to(const struct slot *slot, const struct slot_digest *digest)
{
	unsigned at;

	if (digest->hex[0])
		at = find_good(slot, digest);
	else /* the way back from a candidate is the last known good itself */
		at = slot->state == SLOT_STEADY ? 1 : 0;
	return at < slot->good_count ? at : SLOT_GOODS;
}

static enum slot_answer may_go_back(const struct slot *slot,
				    const struct slot_digest *digest)
{
	unsigned at = back_to(slot, digest);

	if (at == SLOT_GOODS)
		/* What is on probation can always be left, if need be for nothing. */
		return slot->state == SLOT_PROBATION && !digest->hex[0] ? SLOT_DONE
									: SLOT_E_NONE;
	return slot_is(&slot->goods[at], &slot->run) && slot->state == SLOT_STEADY
		       ? SLOT_E_SAME
		       : SLOT_DONE;
}

static enum slot_answer answer_to(const struct slot *slot, enum slot_event event,
				  const struct slot_digest *digest,
				  const struct slot_facts *facts)
{
	if (event == SLOT_OFFERED)
		return may_offer(slot, digest, facts);
	return event == SLOT_BACK ? may_go_back(slot, digest) : SLOT_DONE;
}

static const struct row *find_row(enum slot_state state, enum slot_event event,
				  bool good_left)
{
	for (size_t i = 0; i < ROW_COUNT; i++)
		if (rows[i].state == state && rows[i].event == event &&
		    (rows[i].when == ALWAYS || (rows[i].when == GOOD_LEFT) == good_left))
			return &rows[i];
	return NULL;
}

static void act(struct slot_step *step, const struct row *row, enum slot_event event,
		const struct slot_digest *digest)
{
	struct slot *slot = &step->after;

	if (event == SLOT_OFFERED)
		slot->candidate = *digest;
	if (row->actions & SLOT_DO_ADOPT)
		prefer(slot, slot->candidate);
	if (row->actions & (SLOT_DO_ADOPT | SLOT_DO_DROP))
		slot->candidate = none;
	if (event == SLOT_BACK && back_to(slot, digest) < SLOT_GOODS)
		prefer(slot, slot->goods[back_to(slot, digest)]);
	slot->state = row->next;
	if (row->actions & SLOT_DO_RUN)
		slot->run =
			row->next == SLOT_PROBATION ? slot->candidate : slot->goods[0];
	step->actions = row->actions;
}

struct slot_step slot_next(const struct slot *before, enum slot_event event,
			   const struct slot_digest *digest,
			   const struct slot_facts *facts)
{
	struct slot_step step = { .after = *before };
	const struct row *row;

	step.answer = answer_to(before, event, digest, facts);
	if (step.answer != SLOT_DONE)
		return step;
	if (event == SLOT_FAILED)
		remove_good(&step.after, find_good(&step.after, &before->run));
	row = find_row(before->state, event, step.after.good_count > 0);
	/* Nothing runs that could have failed. */
	if (!row || (event == SLOT_FAILED && !before->run.hex[0])) {
		step = (struct slot_step){ .answer = SLOT_NOTHING, .after = *before };
		return step;
	}
	if (row->actions & SLOT_DO_MARK_BAD)
		step.blamed = before->run;
	act(&step, row, event, digest);
	return step;
}

static bool is_digest(const struct slot_digest *digest)
{
	struct slot_digest same;

	return slot_digest_read(
		(struct text){ .at = digest->hex,
			       .size = strnlen(digest->hex, sizeof(digest->hex)) },
		&same);
}

bool slot_is_sound(const struct slot *slot)
{
	bool has_candidate = slot->state == SLOT_PROVING || slot->state == SLOT_PROBATION;
	const struct slot_digest *runs =
		slot->state == SLOT_PROBATION ? &slot->candidate : &slot->goods[0];

	if (slot->state >= SLOT_STATES || slot->good_count > SLOT_GOODS)
		return false;
	for (unsigned i = 0; i < SLOT_GOODS; i++) {
		if (i >= slot->good_count ? slot->goods[i].hex[0] != '\0'
					  : !is_digest(&slot->goods[i]))
			return false;
		for (unsigned other = 0; other < i && i < slot->good_count; other++)
			if (slot_is(&slot->goods[i], &slot->goods[other]))
				return false;
	}
	if (has_candidate ? !is_digest(&slot->candidate) : slot->candidate.hex[0] != '\0')
		return false;
	if (has_candidate && find_good(slot, &slot->candidate) < slot->good_count)
		return false;
	if (slot->state == SLOT_STEADY && slot->good_count == 0)
		return false;
	if (slot->state == SLOT_SAFE && slot->good_count > 0)
		return false;
	return slot_is(&slot->run, runs);
}

const char *slot_state_name(enum slot_state state)
{
	static const char *const names[SLOT_STATES] = {
		[SLOT_SAFE] = "safe",
		[SLOT_STEADY] = "steady",
		[SLOT_PROVING] = "proving",
		[SLOT_PROBATION] = "probation",
	};

	return names[state];
}

const char *slot_event_name(enum slot_event event)
{
	static const char *const names[SLOT_EVENTS] = {
		[SLOT_OFFERED] = "offered", [SLOT_PROVEN] = "proven",
		[SLOT_REFUSED] = "refused", [SLOT_FAILED] = "failed",
		[SLOT_PASSED] = "passed",   [SLOT_BACK] = "back",
		[SLOT_STARTED] = "started", [SLOT_CRASHED] = "crashed",
	};

	return names[event];
}

const char *slot_answer_name(enum slot_answer answer)
{
	static const char *const names[] = {
		[SLOT_DONE] = "done",
		[SLOT_NOTHING] = "nothing to do",
		[SLOT_E_BUSY] = "another pack is being proven or is on probation",
		[SLOT_E_BAD] = "this pack failed here before and is marked bad",
		[SLOT_E_FULL] =
			"the list of bad packs is full: forgive one of them first",
		[SLOT_E_SAME] = "this pack runs already",
		[SLOT_E_KEPT] = "this pack is kept as a known good one: roll back to it",
		[SLOT_E_PAUSED] = "changes of content are paused",
		[SLOT_E_PINNED] = "another pack is pinned",
		[SLOT_E_NONE] = "there is no such known good pack to go back to",
	};

	return names[answer];
}

bool slot_row(unsigned number, struct slot_row *out)
{
	if (number >= ROW_COUNT)
		return false;
	*out = (struct slot_row){ .state = rows[number].state,
				  .next = rows[number].next,
				  .event = rows[number].event,
				  .when = when_names[rows[number].when],
				  .actions = rows[number].actions };
	return true;
}
