// SPDX-License-Identifier: Apache-2.0
// Instructions -> a table of transitions, by the subset construction.
#include <errno.h>
#include <stdlib.h>

#include "update/regex/regex_dfa.h"

#include "base/table.h"

#define WORK_MAX 20000000u /* instructions entered while making one table */
#define POOL_MAX 4000000u  /* instructions in all states together */

#define AHEAD_UNKNOWN 0xffu

/*
 * A state is the set of instructions that wait for the next character: those that take one, and
 * assertions that depend on it.  Such assertions also look behind, so they keep what is there.
 */
struct state {
	const uint16_t *steps;
	uint32_t count;
	unsigned behind; /* enum regex_near; OTHER where no assertion waits */
	bool waits;      /* an assertion is among the steps */
};

struct list {
	uint16_t *at;
	uint32_t count;
};

struct maker {
	struct arena *arena;
	const struct regex_classes *classes;
	const struct regex_steps *steps;
	struct table numbers; /* what a state is made of -> its number */
	struct state *states;
	uint32_t state_count, state_room, state_max;
	uint16_t *cells;
	uint32_t row_room, stride;
	uint32_t *marks, mark;
	uint16_t *stack;
	uint16_t *best;      /* for each family: the lowest rank seen */
	struct list entries; /* where the next state begins */
	struct list ready;   /* a state's steps, with its assertions decided */
	struct list closed;  /* the next state's steps */
	uint64_t work, pool;
};

static int maker_init(struct maker *maker)
{
	const uint32_t count = maker->steps->count;
	struct arena *arena = maker->arena;

	maker->stride = maker->classes->count + REGEX_COLUMNS;
	maker->state_max = (REGEX_DEAD - 1) / maker->stride;
	maker->marks = arena_array(arena, count, sizeof(*maker->marks));
	maker->stack = arena_array(arena, count, sizeof(*maker->stack));
	maker->best = arena_array(arena, count, sizeof(*maker->best));
	maker->entries.at =
		arena_array(arena, (size_t)count + 1, sizeof(*maker->entries.at));
	maker->ready.at = arena_array(arena, count, sizeof(*maker->ready.at));
	/* One element more in front: what makes a state's key. */
	maker->closed.at =
		arena_array(arena, (size_t)count + 1, sizeof(*maker->closed.at));
	if (!maker->marks || !maker->stack || !maker->best || !maker->entries.at ||
	    !maker->ready.at || !maker->closed.at)
		return -ENOMEM;
	maker->closed.at++;
	return 0;
}

/* Whether an assertion needs to know what is ahead. */
static bool depends_on_ahead(unsigned assert, unsigned behind)
{
	if (assert == REGEX_TEXT_START)
		return false;
	return assert != REGEX_LINE_START || behind == REGEX_NEAR_NEWLINE;
}

static void enter(struct maker *maker, uint32_t at, uint32_t *depth)
{
	if (maker->marks[at] == maker->mark)
		return;
	maker->marks[at] = maker->mark;
	maker->stack[(*depth)++] = (uint16_t)at;
	maker->work++;
}

/*
 * Follow ${from} to the steps that wait for a character, into ${out}; with ${ahead} unknown,
 * assertions that depend on it wait as well.  True where something matched.
 */
static bool follow(struct maker *maker, const uint16_t *from, uint32_t count,
		   unsigned behind, unsigned ahead, struct list *out)
{
	uint32_t depth = 0;

	maker->mark++;
	out->count = 0;
	for (uint32_t i = 0; i < count; i++)
		enter(maker, from[i], &depth);
	while (depth) {
		uint32_t at = maker->stack[--depth];
		const struct regex_step *step = &maker->steps->at[at];

		switch (step->op) {
		case REGEX_OP_SET:
			out->at[out->count++] = (uint16_t)at;
			break;
		case REGEX_OP_SPLIT:
			enter(maker, at + 1, &depth);
			enter(maker, (uint32_t)((int32_t)at + step->jump), &depth);
			break;
		case REGEX_OP_JUMP:
			enter(maker, (uint32_t)((int32_t)at + step->jump), &depth);
			break;
		case REGEX_OP_ASSERT:
			if (ahead == AHEAD_UNKNOWN && depends_on_ahead(step->arg, behind))
				out->at[out->count++] = (uint16_t)at;
			else if (regex_holds(step->arg, behind, ahead))
				enter(maker, at + 1, &depth);
			break;
		case REGEX_OP_MATCH:
			return true;
		}
	}
	return false;
}

/* Of each family keep the step that can match all that the others can. */
static void keep_best(struct maker *maker, struct list *list)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < list->count; i++)
		maker->best[list->at[i] - maker->steps->at[list->at[i]].kin] = UINT16_MAX;
	for (uint32_t i = 0; i < list->count; i++) {
		const struct regex_step *step = &maker->steps->at[list->at[i]];
		uint16_t *best = &maker->best[list->at[i] - step->kin];

		if (step->rank < *best)
			*best = step->rank;
	}
	for (uint32_t i = 0; i < list->count; i++) {
		const struct regex_step *step = &maker->steps->at[list->at[i]];

		if (step->rank == maker->best[list->at[i] - step->kin])
			list->at[kept++] = list->at[i];
	}
	list->count = kept;
}

static int by_number(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

static void sort(struct list *list)
{
	if (list->count > 64) {
		qsort(list->at, list->count, sizeof(*list->at), by_number);
		return;
	}
	/* Short ones, which nearly all are, come nearly in order. */
	for (uint32_t i = 1; i < list->count; i++) {
		uint16_t step = list->at[i];
		uint32_t to = i;

		for (; to && list->at[to - 1] > step; to--)
			list->at[to] = list->at[to - 1];
		list->at[to] = step;
	}
}

/* The number of the state that maker->closed describes, which may be new. */
static int number_state(struct maker *maker, unsigned behind, uint32_t *out)
{
	struct list *list = &maker->closed;
	bool waits = false;
	struct text key;
	uint16_t *copy;
	int r;

	for (uint32_t i = 0; i < list->count; i++)
		waits |= maker->steps->at[list->at[i]].op == REGEX_OP_ASSERT;
	list->at[-1] = (uint16_t)(waits ? behind : REGEX_NEAR_OTHER);
	key = (struct text){ (const char *)(list->at - 1),
			     (list->count + 1) * sizeof(*copy) };
	*out = table_get(&maker->numbers, key);
	if (*out != TABLE_NONE)
		return 0;
	maker->pool += list->count;
	if (maker->state_count == maker->state_max || maker->pool > POOL_MAX)
		return REGEX_DFA_E_BIG;
	r = regex_grow(maker->arena, &maker->states, &maker->state_room,
		       maker->state_count, sizeof(*maker->states));
	copy = arena_array(maker->arena, list->count + 1, sizeof(*copy));
	if (r < 0 || !copy)
		return -ENOMEM;
	memcpy(copy, list->at - 1, key.size);
	key.at = (const char *)copy;
	*out = maker->state_count;
	maker->states[maker->state_count++] =
		(struct state){ copy + 1, list->count, copy[0], waits };
	return table_put(&maker->numbers, key, *out);
}

/*
 * The state that maker->entries lead to.  One without steps is a state as well: where something
 * can begin only at the start of a line, the next line will come.
 */
static int enter_state(struct maker *maker, unsigned behind, uint32_t *out)
{
	*out = REGEX_MATCH;
	if (follow(maker, maker->entries.at, maker->entries.count, behind, AHEAD_UNKNOWN,
		   &maker->closed))
		return 0;
	keep_best(maker, &maker->closed);
	sort(&maker->closed);
	return number_state(maker, behind, out);
}

/* Decide the state's assertions, into maker->ready; true where something matched. */
static bool decide(struct maker *maker, const struct state *state, unsigned ahead)
{
	return follow(maker, state->steps, state->count, state->behind, ahead,
		      &maker->ready);
}

/* Where the steps that are ready lead over ${class}; a search also begins anew there. */
static void take(struct maker *maker, uint32_t class)
{
	const struct list *ready = &maker->ready;

	maker->entries.count = 0;
	for (uint32_t i = 0; i < ready->count; i++) {
		const uint64_t *members =
			maker->classes->members[maker->steps->at[ready->at[i]].arg];

		if (members[class / 64] >> class % 64 & 1)
			maker->entries.at[maker->entries.count++] =
				(uint16_t)(ready->at[i] + 1);
	}
	maker->entries.at[maker->entries.count++] = 0;
	maker->work += ready->count;
}

static uint16_t verdict(bool match)
{
	return match ? REGEX_MATCH : REGEX_DEAD;
}

/* The cells for the end of the text, and for a newline before it. */
static void fill_ends(struct maker *maker, const struct state *state, uint16_t *columns)
{
	bool match;

	columns[REGEX_END] = verdict(decide(maker, state, REGEX_NEAR_NOTHING));
	match = decide(maker, state, REGEX_NEAR_LAST_NEWLINE);
	if (!match) {
		take(maker, maker->classes->ascii['\n']);
		match = follow(maker, maker->entries.at, maker->entries.count,
			       REGEX_NEAR_NEWLINE, REGEX_NEAR_NOTHING, &maker->closed);
	}
	columns[REGEX_LAST_NEWLINE] = verdict(match);
}

static int fill_row(struct maker *maker, uint32_t number)
{
	const struct regex_classes *classes = maker->classes;
	const struct state state = maker->states[number];
	unsigned ready_for = AHEAD_UNKNOWN;
	bool match = false;
	uint16_t *row;
	int r = regex_grow(maker->arena, &maker->cells, &maker->row_room, number,
			   maker->stride * sizeof(*maker->cells));

	if (r < 0)
		return r;
	row = maker->cells + (size_t)number * maker->stride;
	fill_ends(maker, &state, row + classes->count);
	for (uint32_t class = 0; class < classes->count; class ++) {
		uint32_t next = REGEX_MATCH;

		/* Without assertions all characters find the same steps ready. */
		if (ready_for == AHEAD_UNKNOWN ||
		    (state.waits && ready_for != classes->near[class])) {
			ready_for = classes->near[class];
			match = decide(maker, &state, ready_for);
		}
		if (!match) {
			take(maker, class);
			r = enter_state(maker, classes->near[class], &next);
			if (r)
				return r;
		}
		row[class] = (uint16_t)next;
	}
	return maker->work > WORK_MAX ? REGEX_DFA_E_BIG : 0;
}

static int make_table(struct maker *maker, struct regex_dfa *out)
{
	uint32_t start;
	int r;

	maker->entries.at[0] = 0;
	maker->entries.count = 1;
	r = enter_state(maker, REGEX_NEAR_NOTHING, &start);
	for (uint32_t i = 0; i < maker->state_count && !r; i++)
		r = fill_row(maker, i);
	if (r)
		return r;
	*out = (struct regex_dfa){ .cells = maker->cells,
				   .row_count = maker->state_count,
				   .stride = maker->stride,
				   .start = (uint16_t)start };
	return regex_dfa_reduce(maker->arena, maker->classes, out);
}

int regex_dfa(const struct regex_tree *tree, const struct regex_classes *classes,
	      const struct regex_steps *steps, struct regex_dfa *out)
{
	struct maker maker = { .arena = tree->arena, .classes = classes, .steps = steps };
	int r = maker_init(&maker);

	if (!r)
		r = make_table(&maker, out);
	table_done(&maker.numbers);
	return r;
}
