// SPDX-License-Identifier: Apache-2.0
// Running a compiled regex that is too big for a table: all its states at once.
#include "model/regex_format.h"

#include <stdlib.h>

#include "base/fold.h"

/*
 * An instruction is entered at most once for each position in the text, so a position costs at
 * most the number of instructions, whatever the regex is.
 */
struct regex_scratch {
	uint32_t mark;                    /* of this position */
	uint32_t marks[REGEX_STATES_MAX]; /* the position at which it was last entered */
	uint16_t stack[REGEX_STATES_MAX]; /* entered, and still to be followed */
	uint16_t lists[2]
		      [REGEX_STATES_MAX]; /* where this position and the next one begin */
};

_Static_assert(REGEX_STATES_MAX <= UINT16_MAX, "instructions are numbered in 16 bits");

struct run {
	const struct regex_view *view;
	struct regex_scratch *scratch;
	uint32_t depth; /* used of the stack */
	uint32_t next_count;
	uint16_t *next;
	uint32_t class;         /* of the next character; class_count at the end */
	unsigned behind, ahead; /* enum regex_near */
	uint64_t cost;
};

struct regex_scratch *regex_scratch_create(void)
{
	return calloc(1, sizeof(struct regex_scratch));
}

void regex_scratch_free(struct regex_scratch *scratch)
{
	free(scratch);
}

static inline void enter(struct run *run, uint32_t at)
{
	struct regex_scratch *scratch = run->scratch;

	/* The first comparison is for programs that nobody verified. */
	if (at >= run->view->head->row_count || scratch->marks[at] == scratch->mark)
		return;
	scratch->marks[at] = scratch->mark;
	scratch->stack[run->depth++] = (uint16_t)at;
}

static inline bool set_has(const struct regex_view *view, uint32_t set, uint32_t class)
{
	if (set >= view->head->extra || class >= view->head->class_count)
		return false;
	return view->sets[(size_t)set * view->stride + class / 64] >> (class % 64) & 1;
}

/* Follow what was entered, to the characters it takes; true where something matched. */
static bool follow(struct run *run)
{
	const struct regex_view *view = run->view;

	while (run->depth) {
		uint32_t at = run->scratch->stack[--run->depth];
		const struct regex_op_code *code = &view->code[at];

		run->cost++;
		switch (code->op) {
		case REGEX_OP_CLASS:
			if (code->arg == run->class)
				run->next[run->next_count++] = (uint16_t)(at + 1);
			break;
		case REGEX_OP_SET:
			if (set_has(view, code->arg, run->class))
				run->next[run->next_count++] = (uint16_t)(at + 1);
			break;
		case REGEX_OP_SPLIT:
			enter(run, code->target);
			enter(run, at + 1);
			break;
		case REGEX_OP_JUMP:
			enter(run, code->target);
			break;
		case REGEX_OP_ASSERT:
			if (regex_holds(code->arg, run->behind, run->ahead))
				enter(run, at + 1);
			break;
		case REGEX_OP_MATCH:
			return true;
		}
	}
	return false;
}

static void scratch_turn(struct regex_scratch *scratch)
{
	if (++scratch->mark)
		return;
	memset(scratch->marks, 0, sizeof(scratch->marks));
	scratch->mark = 1;
}

/* Read the next character's class and what assertions see of it; returns its size. */
static size_t look_ahead(struct run *run, const char *at, size_t size)
{
	const struct regex_view *view = run->view;
	uint32_t point;
	size_t length;

	if (!size) {
		run->class = view->head->class_count;
		run->ahead = REGEX_NEAR_NOTHING;
		return 0;
	}
	length = utf8_read(at, size, &point);
	run->class = point < 0x80 ? view->head->ascii[point] : regex_class(view, point);
	run->ahead = run->class < view->head->class_count ? view->near[run->class] : 0;
	if (size == 1 && point == '\n')
		run->ahead = REGEX_NEAR_LAST_NEWLINE;
	return length;
}

/* What assertions saw ahead is behind them one character later. */
static unsigned near_passed(unsigned ahead)
{
	return ahead == REGEX_NEAR_LAST_NEWLINE ? REGEX_NEAR_NEWLINE : ahead;
}

/* Where a search without any state can go on, at or after ${at}. */
static size_t next_start(struct run *run, struct text text, size_t at)
{
	const struct regex_view *view = run->view;
	const uint8_t *bytes = (const uint8_t *)text.at;
	size_t place, before;
	uint32_t point;

	if (!view->head->skip_count)
		return at;
	place = (size_t)(regex_skip_run(view->skips, bytes + at, bytes + text.size) -
			 bytes);
	if (place == at)
		return at;
	/* Only a byte below 0x80 can be a neighbour that assertions tell from others. */
	before = place - 1;
	point = bytes[before];
	run->behind = point < 0x80 && view->head->ascii[point] < view->head->class_count
			      ? view->near[view->head->ascii[point]]
			      : REGEX_NEAR_OTHER;
	run->cost += place - at;
	return place;
}

int regex_search_nfa(const struct regex_view *view, struct text text,
		     struct regex_scratch *scratch, uint64_t *steps)
{
	struct run run = { .view = view,
			   .scratch = scratch,
			   .behind = REGEX_NEAR_NOTHING };
	uint32_t count = 0;
	unsigned turn = 0;
	size_t at = 0;
	bool found = false;

	for (;;) {
		const uint16_t *list = scratch->lists[turn];
		size_t length;

		if (!count)
			at = next_start(&run, text, at);
		length = look_ahead(&run, text.at + at, text.size - at);
		scratch_turn(scratch);
		run.next = scratch->lists[turn ^= 1];
		run.next_count = 0;
		enter(&run, 0);
		for (uint32_t i = 0; i < count; i++)
			enter(&run, list[i]);
		found = follow(&run);
		if (found || !length || run.cost > *steps)
			break;
		at += length;
		run.behind = near_passed(run.ahead);
		count = run.next_count;
	}
	if (run.cost > *steps) {
		*steps = 0;
		return -1;
	}
	*steps -= run.cost;
	return found;
}
