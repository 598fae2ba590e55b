// SPDX-License-Identifier: Apache-2.0
// A regex's tree -> instructions (Thompson's automaton).
#include <errno.h>

#include "update/rule/regex_code.h"

/* Each fragment is a run of instructions that is left at its end, and nowhere else. */
struct builder {
	struct regex_step *at;
	uint32_t count;
	uint32_t *starts; /* where each fragment begins that no node has taken yet */
	uint32_t depth;
	struct why *why;
};

static int refuse_size(const struct builder *builder, const struct regex_node *node)
{
	why_set(builder->why, 0, node->column, "a regex has at most %u states, and this has more",
		REGEX_STATES_MAX);
	return -EINVAL;
}

static struct regex_step *append(struct builder *builder, enum regex_op op, uint32_t arg)
{
	struct regex_step *step = &builder->at[builder->count++];

	*step = (struct regex_step){ .op = (uint8_t)op, .arg = arg };
	return step;
}

/* Whether ${more} instructions fit beside the final one. */
static bool fits(const struct builder *builder, uint64_t more)
{
	return builder->count + more < REGEX_STATES_MAX;
}

static void move(struct builder *builder, uint32_t from, uint32_t to, uint32_t count)
{
	memmove(builder->at + to, builder->at + from, count * sizeof(*builder->at));
}

/* e1 | e2 | e3:  split e1 jump-end split e2 jump-end e3 */
static int build_alternatives(struct builder *builder, const struct regex_node *node)
{
	const uint32_t last = node->arg - 1, more = 2 * last;
	uint32_t *starts = builder->starts + builder->depth - node->arg;
	uint32_t end = builder->count;

	if (!fits(builder, more))
		return refuse_size(builder, node);
	builder->count += more;
	/* From the back, so that nothing is overwritten before it has moved. */
	for (uint32_t i = node->arg; i-- > 0;) {
		uint32_t from = starts[i], size = end - from;
		uint32_t to = from + 2 * i + (i < last);

		move(builder, from, to, size);
		end = from;
		if (i == last)
			continue;
		builder->at[to - 1] = (struct regex_step){ .op = REGEX_OP_SPLIT,
							   .jump = (int32_t)size + 2 };
		builder->at[to + size] =
			(struct regex_step){ .op = REGEX_OP_JUMP,
					     .jump = (int32_t)(builder->count - to - size) };
	}
	builder->depth -= last;
	return 0;
}

/* The instructions from ${from} on are a round of a repeat: kin to those ${back} before them. */
static void mark_kin(struct builder *builder, uint32_t from, uint32_t count, uint32_t back,
		     uint32_t rank)
{
	for (uint32_t i = from; i < from + count; i++) {
		struct regex_step *step = &builder->at[i];

		/* A repeat inside has its own families, one for each round of this one. */
		if (step->has_kin)
			continue;
		step->has_kin = true;
		step->kin = back;
		step->rank = (uint16_t)rank;
	}
}

/* Append a copy of ${size} instructions at ${from}. */
static void copy(struct builder *builder, uint32_t from, uint32_t size)
{
	memcpy(builder->at + builder->count, builder->at + from, size * sizeof(*builder->at));
	builder->count += size;
}

/* x*:  split x jump-back */
static void build_star(struct builder *builder, uint32_t from, uint32_t size)
{
	move(builder, from, from + 1, size);
	builder->count++;
	builder->at[from] =
		(struct regex_step){ .op = REGEX_OP_SPLIT, .jump = (int32_t)size + 2 };
	append(builder, REGEX_OP_JUMP, 0)->jump = -(int32_t)size - 1;
}

/*
 * x{n,}:  x ... x split-back.  A later round needs fewer to come, so it can match whatever an
 * earlier one can.
 */
static void build_endless(struct builder *builder, uint32_t from, uint32_t size, uint32_t min)
{
	for (uint32_t round = 1; round < min; round++)
		copy(builder, from, size);
	for (uint32_t round = 0; round < min && min > 1; round++)
		mark_kin(builder, from + round * size, size, round * size, min - round);
	/* Either back to the last round, or on: a split's own way on is the next instruction. */
	append(builder, REGEX_OP_SPLIT, 0)->jump = -(int32_t)size;
}

/*
 * x{n,m}:  x ... x split-end x split-end x.  From the n-th round on, an earlier one may be
 * followed by more, so it can match whatever a later one can.
 */
static void build_bounded(struct builder *builder, uint32_t from, uint32_t size, uint32_t min,
			  uint32_t max)
{
	const uint32_t lasting = min ? from + (min - 1) * size : from + 1;
	uint32_t end;

	if (!min) {
		move(builder, from, from + 1, size);
		builder->count++;
		builder->at[from] = (struct regex_step){ .op = REGEX_OP_SPLIT };
	}
	for (uint32_t round = 1; round < min; round++)
		copy(builder, from, size);
	for (uint32_t round = min ? min : 1; round < max; round++) {
		append(builder, REGEX_OP_SPLIT, 0);
		copy(builder, lasting, size);
	}
	end = builder->count;
	for (uint32_t round = min ? min : 1; round < max; round++) {
		uint32_t at = lasting + (round - (min ? min : 1) + 1) * (size + 1);

		builder->at[at - 1].jump = (int32_t)(end - at + 1);
		mark_kin(builder, at, size, at - lasting, round);
	}
	if (!min)
		builder->at[from].jump = (int32_t)(end - from);
	if (max > (min ? min : 1))
		mark_kin(builder, lasting, size, 0, 0);
}

static int build_repeat(struct builder *builder, const struct regex_node *node)
{
	const uint32_t from = builder->starts[builder->depth - 1];
	const uint32_t size = builder->count - from;
	const bool endless = node->max == REGEX_ENDLESS;
	const uint32_t rounds = endless ? node->min : node->max;

	/* Nothing, however often, is nothing. */
	if (!size)
		return 0;
	if (!rounds && !endless) {
		builder->count = from;
		return 0;
	}
	if (!fits(builder, (uint64_t)rounds * (size + 1) + 2))
		return refuse_size(builder, node);
	if (!endless)
		build_bounded(builder, from, size, node->min, node->max);
	else if (node->min)
		build_endless(builder, from, size, node->min);
	else
		build_star(builder, from, size);
	return 0;
}

static int build_node(struct builder *builder, const struct regex_node *node)
{
	switch (node->kind) {
	case REGEX_NODE_CONCAT:
		/* What stands one after another is already one run. */
		builder->depth -= node->arg;
		if (!node->arg)
			builder->starts[builder->depth] = builder->count;
		builder->depth++;
		return 0;
	case REGEX_NODE_ALT:
		return build_alternatives(builder, node);
	case REGEX_NODE_REPEAT:
		return build_repeat(builder, node);
	}
	if (!fits(builder, 1))
		return refuse_size(builder, node);
	builder->starts[builder->depth++] = builder->count;
	append(builder, node->kind == REGEX_NODE_SET ? REGEX_OP_SET : REGEX_OP_ASSERT, node->arg);
	return 0;
}

int regex_steps(const struct regex_tree *tree, struct regex_steps *out, struct why *why)
{
	struct builder builder = { .why = why };
	int r = 0;

	builder.at = arena_array(tree->arena, REGEX_STATES_MAX, sizeof(*builder.at));
	builder.starts = arena_array(tree->arena, tree->count, sizeof(*builder.starts));
	if (!builder.at || !builder.starts)
		return -ENOMEM;
	for (uint32_t i = 0; i < tree->count && !r; i++)
		r = build_node(&builder, &tree->nodes[i]);
	if (r < 0)
		return r;
	append(&builder, REGEX_OP_MATCH, 0);
	*out = (struct regex_steps){ builder.at, builder.count };
	return 0;
}
