// SPDX-License-Identifier: Apache-2.0
// A regex's tree -> instructions (Thompson's automaton).
#include <errno.h>

#include "update/regex/regex_code.h"

/* Each fragment is a run of instructions that is left at its end, and nowhere else. */
struct builder {
	struct regex_step *at;
	uint32_t count;
	uint32_t *starts; /* where each fragment begins that no node has taken yet */
	uint32_t depth;
};

/* How many instructions ${node} is, whose fragments have ${size} in all. */
static uint64_t node_size(const struct regex_node *node, uint64_t size)
{
	const uint64_t first = node->min ? node->min : 1;

	switch (node->kind) {
	case REGEX_NODE_CONCAT:
		return size;
	case REGEX_NODE_ALT:
		return size + 2 * (uint64_t)(node->arg - 1);
	case REGEX_NODE_REPEAT:
		/* Nothing, however often, is nothing. */
		if (!size || !node->max)
			return 0;
		if (node->max == REGEX_ENDLESS)
			return first * size + (node->min ? 1 : 2);
		return node->max * size + (node->max - first) + (node->min ? 0 : 1);
	}
	return 1;
}

/* How many fragments ${node} is made of. */
static uint32_t node_parts(const struct regex_node *node)
{
	switch (node->kind) {
	case REGEX_NODE_CONCAT:
	case REGEX_NODE_ALT:
		return node->arg;
	case REGEX_NODE_REPEAT:
		return 1;
	}
	return 0;
}

/*
 * How many instructions there are at most at any time, before making any (x{0} takes back those
 * of x); ${sizes} has room for all nodes.
 */
static int count_steps(const struct regex_tree *tree, uint32_t *sizes, uint32_t *out,
		       struct why *why)
{
	uint64_t total = 0, most = 0;
	uint32_t depth = 0;

	for (uint32_t i = 0; i < tree->count; i++) {
		const struct regex_node *node = &tree->nodes[i];
		uint64_t size = 0;

		for (uint32_t parts = node_parts(node); parts; parts--)
			size += sizes[--depth];
		total -= size;
		size = node_size(node, size);
		total += size;
		/* One more will be for the match. */
		if (total >= REGEX_STATES_MAX) {
			why_set(why, 0, node->column,
				"a regex has at most %u states, and this has more",
				REGEX_STATES_MAX);
			return -EINVAL;
		}
		most = total > most ? total : most;
		sizes[depth++] = (uint32_t)size;
	}
	*out = (uint32_t)most + 1;
	return 0;
}

static struct regex_step *append(struct builder *builder, enum regex_op op, uint32_t arg)
{
	struct regex_step *step = &builder->at[builder->count++];

	*step = (struct regex_step){ .op = (uint8_t)op, .arg = arg };
	return step;
}

static void move(struct builder *builder, uint32_t from, uint32_t to, uint32_t count)
{
	memmove(builder->at + to, builder->at + from, count * sizeof(*builder->at));
}

/* e1 | e2 | e3:  split e1 jump-end split e2 jump-end e3 */
static void build_alternatives(struct builder *builder, const struct regex_node *node)
{
	const uint32_t last = node->arg - 1;
	uint32_t *starts = builder->starts + builder->depth - node->arg;
	uint32_t end = builder->count;

	builder->count += 2 * last;
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
		builder->at[to + size] = (struct regex_step){
			.op = REGEX_OP_JUMP, .jump = (int32_t)(builder->count - to - size)
		};
	}
	builder->depth -= last;
}

/* The instructions from ${from} on are a round of a repeat: kin to those ${back} before them. */
static void mark_kin(struct builder *builder, uint32_t from, uint32_t count,
		     uint32_t back, uint32_t rank)
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
	memcpy(builder->at + builder->count, builder->at + from,
	       size * sizeof(*builder->at));
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
static void build_endless(struct builder *builder, uint32_t from, uint32_t size,
			  uint32_t min)
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
static void build_bounded(struct builder *builder, uint32_t from, uint32_t size,
			  uint32_t min, uint32_t max)
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

static void build_repeat(struct builder *builder, const struct regex_node *node)
{
	const uint32_t from = builder->starts[builder->depth - 1];
	const uint32_t size = builder->count - from;

	if (!size || !node->max)
		builder->count = from;
	else if (node->max != REGEX_ENDLESS)
		build_bounded(builder, from, size, node->min, node->max);
	else if (node->min)
		build_endless(builder, from, size, node->min);
	else
		build_star(builder, from, size);
}

static void build_node(struct builder *builder, const struct regex_node *node)
{
	switch (node->kind) {
	case REGEX_NODE_CONCAT:
		/* What stands one after another is already one run. */
		builder->depth -= node->arg;
		if (!node->arg)
			builder->starts[builder->depth] = builder->count;
		builder->depth++;
		break;
	case REGEX_NODE_ALT:
		build_alternatives(builder, node);
		break;
	case REGEX_NODE_REPEAT:
		build_repeat(builder, node);
		break;
	default:
		builder->starts[builder->depth++] = builder->count;
		(void)append(builder,
			     node->kind == REGEX_NODE_SET ? REGEX_OP_SET
							  : REGEX_OP_ASSERT,
			     node->arg);
	}
}

int regex_steps(const struct regex_tree *tree, struct regex_steps *out, struct why *why)
{
	struct builder builder = { 0 };
	uint32_t count;
	int r;

	builder.starts = arena_array(tree->arena, tree->count, sizeof(*builder.starts));
	if (!builder.starts)
		return -ENOMEM;
	r = count_steps(tree, builder.starts, &count, why);
	if (r < 0)
		return r;
	builder.at = arena_array(tree->arena, count, sizeof(*builder.at));
	if (!builder.at)
		return -ENOMEM;
	for (uint32_t i = 0; i < tree->count; i++)
		build_node(&builder, &tree->nodes[i]);
	(void)append(&builder, REGEX_OP_MATCH, 0);
	*out = (struct regex_steps){ builder.at, builder.count };
	return 0;
}
