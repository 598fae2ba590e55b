/* SPDX-License-Identifier: Apache-2.0 */
/* What is known while one event is evaluated: shared by the files of this folder only. */
#pragma once

#include "base/fold.h"
#include "detect/engine/engine.h"
#include "model/event.h"
#include "model/pack_view.h"
#include "model/regex.h"

#define EVALUATION_TRIED 16u

enum mark { MARK_UNKNOWN, MARK_TRUE, MARK_FALSE };

struct evaluation {
	const struct pack *pack;
	const struct pack_class *class;
	const struct event *event;
	const struct pack_atom *atoms; /* of the class */
	struct regex_scratch *regex;
	uint8_t *marks;   /* enum mark of every atom of the class */
	uint32_t *marked; /* the atoms whose mark is not MARK_UNKNOWN */
	uint32_t marked_count;
	uint64_t *candidates; /* a bit for each instance of the class */
	uint64_t steps;       /* what is left of the event's budget */
	uint64_t tried
		[EVALUATION_TRIED]; /* globs tried: value's number << 32 | pattern + 1 */
	uint32_t scans;        /* values scanned so far: the number of the one at hand */
	char *folded;          /* FOLD_SIZE(EVENT_VALUE_SIZE_MAX) bytes: of ... */
	struct text folded_of; /* ... this value of the event; NULL: of none */
	size_t folded_size;
	char *other_folded; /* FOLD_SIZE(EVENT_VALUE_SIZE_MAX) bytes */
};

/* A value of the event, folded; until another one is. */
static inline struct text evaluation_fold(struct evaluation *evaluation,
					  struct text value)
{
	if (evaluation->folded_of.at != value.at ||
	    evaluation->folded_of.size != value.size) {
		evaluation->folded_of = value;
		evaluation->folded_size =
			fold_text(value.at, value.size, evaluation->folded);
	}
	return (struct text){ .at = evaluation->folded, .size = evaluation->folded_size };
}

static inline void evaluation_mark(struct evaluation *evaluation, uint32_t atom,
				   enum mark mark)
{
	evaluation->marks[atom] = (uint8_t)mark;
	evaluation->marked[evaluation->marked_count++] = atom;
}

/* Lower the budget by ${steps}; false where it is used up. */
static inline bool evaluation_spend(struct evaluation *evaluation, uint64_t steps)
{
	if (steps > evaluation->steps) {
		evaluation->steps = 0;
		return false;
	}
	evaluation->steps -= steps;
	return true;
}

/*
 * A value of the event in the forms that matching wants.  It is folded only where something is
 * found: in ASCII, setting the case bits does for probing.
 */
struct subject {
	struct text raw;    /* as the event has it */
	struct text probed; /* raw where that is ASCII, else folded */
};

/* Make ${value} (at most EVENT_VALUE_SIZE_MAX bytes) the subject. */
static inline void subject_set(struct subject *subject, struct evaluation *evaluation,
			       struct text value)
{
	subject->probed = subject->raw = value;
	if (!text_is_ascii(value))
		subject->probed = evaluation_fold(evaluation, value);
}

/*
 * matcher_run(evaluation, matcher, subject):
 * Find all patterns of ${matcher} in the value; mark their atoms true and the instances that
 * these are witnesses of candidates.
 */
void matcher_run(struct evaluation *evaluation, const struct pack_matcher *matcher,
		 struct subject *subject);

/*
 * atom_ask(evaluation, atom):
 * Whether the atom (below the class's count) holds for the event; asked once, then marked.
 */
bool atom_ask(struct evaluation *evaluation, uint32_t atom);

/*
 * evaluation_matched(evaluation, rule, fields, room):
 * What engine_matched says, of a rule that has just been found to match the event.
 */
uint32_t evaluation_matched(const struct evaluation *evaluation, uint32_t rule,
			    uint16_t *fields, uint32_t room);
