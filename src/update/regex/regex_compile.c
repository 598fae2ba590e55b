// SPDX-License-Identifier: Apache-2.0
// A Sigma regex's text -> the program of model/regex.h.
#include "update/regex/regex_compile.h"

#include <errno.h>

#include "update/regex/regex_dfa.h"
#include "update/regex/regex_needs.h"

#define MEMORY_MAX (256u << 20) /* bytes for one compilation */

/* What there is to write about. */
struct writer {
	struct arena *arena;
	const struct regex_tree *tree;
	const struct regex_classes *classes;
	const struct regex_steps *steps;
	struct buffer *out;
	struct regex_needs needs;
	size_t size; /* of all that was put, whether it did fit or not */
};

/* Append ${size} bytes, padded to a multiple of 8. */
static void put(struct writer *writer, const void *bytes, size_t size)
{
	static const char zeroes[8];

	buffer_add(writer->out, bytes, size);
	buffer_add(writer->out, zeroes, regex_padded(size) - size);
	writer->size += regex_padded(size);
}

/* Append the head, and the ranges from 0x80 on. */
static int put_classes(struct writer *writer, struct regex_head *head)
{
	const struct regex_classes *classes = writer->classes;
	uint32_t *first = arena_array(writer->arena, classes->run_count, sizeof(*first));
	uint16_t *class = arena_array(writer->arena, classes->run_count, sizeof(*class));
	uint32_t count = 0;

	if (!first || !class)
		return -ENOMEM;
	for (uint32_t run = 0; run < classes->run_count; run++) {
		/* Neighbours of one class were cut for another set. */
		if (classes->run_first[run] < 0x80 ||
		    (count && class[count - 1] == classes->run_class[run]))
			continue;
		first[count] = classes->run_first[run];
		class[count++] = classes->run_class[run];
	}
	head->magic = REGEX_MAGIC;
	head->least = writer->needs.least;
	head->needed = writer->needs.byte;
	head->class_count = classes->count;
	head->range_count = count;
	memcpy(head->ascii, classes->ascii, sizeof(head->ascii));
	put(writer, head, sizeof(*head));
	put(writer, first, count * sizeof(*first));
	put(writer, class, count * sizeof(*class));
	return 0;
}

static int put_dfa(struct writer *writer, const struct regex_dfa *dfa)
{
	struct regex_head head = { .kind = REGEX_DFA,
				   .start = dfa->start,
				   .skip_count = dfa->skip_count,
				   .row_count = dfa->row_count,
				   .extra = dfa->plain };
	int r = put_classes(writer, &head);

	if (r < 0)
		return r;
	put(writer, dfa->skips, dfa->skip_count * sizeof(*dfa->skips));
	put(writer, dfa->cells,
	    (size_t)dfa->row_count * dfa->stride * sizeof(*dfa->cells));
	return 0;
}

static bool has_class(const uint64_t *members, uint32_t class)
{
	return members[class / 64] >> class % 64 & 1;
}

/* A step that takes these characters may be the first one. */
static void add_leaving(const struct regex_classes *classes, const uint64_t *members,
			struct regex_skip *out)
{
	for (unsigned byte = 0; byte < 128; byte++)
		if (has_class(members, classes->ascii[byte]))
			out->leave[byte & 15] |= (uint8_t)(1 << (byte >> 4));
	for (uint32_t run = 0; run < classes->run_count; run++)
		if (classes->run_first[run] >= 0x80 &&
		    has_class(members, classes->run_class[run]))
			out->wide = 1;
}

/*
 * What a search passes over while nothing has begun to match: the bytes that no step at the
 * beginning takes.  1; 0 where the empty text may match; -ENOMEM.
 */
static int find_start_skip(const struct writer *writer, struct regex_skip *out)
{
	const struct regex_steps *steps = writer->steps;
	bool *seen = arena_array(writer->arena, steps->count, sizeof(*seen));
	uint32_t *stack =
		arena_array(writer->arena, 2 * (size_t)steps->count, sizeof(*stack));
	uint32_t depth = 0;

	if (!seen || !stack)
		return -ENOMEM;
	/* What may follow is not looked at. */
	memset(out->follow, 0xff, sizeof(out->follow));
	out->wide_follow = 1;
	stack[depth++] = 0;
	while (depth) {
		uint32_t at = stack[--depth];
		const struct regex_step *step = &steps->at[at];

		if (seen[at])
			continue;
		seen[at] = true;
		if (step->op == REGEX_OP_MATCH)
			return 0;
		if (step->op == REGEX_OP_SET)
			add_leaving(writer->classes, writer->classes->members[step->arg],
				    out);
		if (step->op == REGEX_OP_SPLIT || step->op == REGEX_OP_JUMP)
			stack[depth++] = (uint32_t)((int32_t)at + step->jump);
		if (step->op == REGEX_OP_SPLIT || step->op == REGEX_OP_ASSERT)
			stack[depth++] = at + 1;
	}
	return 1;
}

/* How a set of the tree is written: as the one class that it has, or as a set. */
struct operand {
	enum regex_op op;
	uint16_t arg;
};

static struct operand find_operand(const struct regex_classes *classes,
				   const uint64_t *members, uint32_t *set_count)
{
	const uint32_t words = (classes->count + 63) / 64;
	uint32_t count = 0, class = 0;

	for (uint32_t i = 0; i < words; i++) {
		if (!members[i])
			continue;
		count += (uint32_t)__builtin_popcountll(members[i]);
		class = 64 * i + (uint32_t)__builtin_ctzll(members[i]);
	}
	if (count == 1)
		return (struct operand){ REGEX_OP_CLASS, (uint16_t) class };
	return (struct operand){ REGEX_OP_SET, (uint16_t)(*set_count)++ };
}

/* For each set of the tree; NULL where memory is out. */
static struct operand *find_operands(const struct writer *writer, uint32_t *set_count)
{
	const uint32_t count = writer->tree->set_count;
	struct operand *operands = arena_array(writer->arena, count, sizeof(*operands));

	*set_count = 0;
	for (uint32_t i = 0; operands && i < count; i++)
		operands[i] = find_operand(writer->classes, writer->classes->members[i],
					   set_count);
	return operands;
}

static void put_code(struct writer *writer, const struct operand *operands)
{
	for (uint32_t at = 0; at < writer->steps->count; at++) {
		const struct regex_step *step = &writer->steps->at[at];
		struct regex_op_code code = { .op = step->op };

		if (step->op == REGEX_OP_SET) {
			code.op = (uint16_t)operands[step->arg].op;
			code.arg = operands[step->arg].arg;
		} else if (step->op == REGEX_OP_ASSERT) {
			code.arg = (uint16_t)step->arg;
		} else if (step->op != REGEX_OP_MATCH) {
			code.target = (uint32_t)((int32_t)at + step->jump);
		}
		put(writer, &code, sizeof(code));
	}
}

static int put_nfa(struct writer *writer)
{
	const struct regex_classes *classes = writer->classes;
	const size_t set_size = (classes->count + 63) / 64 * sizeof(uint64_t);
	struct regex_head head = { .kind = REGEX_NFA, .row_count = writer->steps->count };
	struct regex_skip skip = { 0 };
	struct operand *operands = find_operands(writer, &head.extra);
	int r = find_start_skip(writer, &skip);

	if (r < 0 || !operands)
		return -ENOMEM;
	head.skip_count = (uint32_t)r;
	r = put_classes(writer, &head);
	if (r < 0)
		return r;
	put(writer, &skip, head.skip_count * sizeof(skip));
	put(writer, classes->near, classes->count);
	for (uint32_t i = 0; i < writer->tree->set_count; i++)
		if (operands[i].op == REGEX_OP_SET)
			put(writer, classes->members[i], set_size);
	put_code(writer, operands);
	return 0;
}

static int compile(struct text pattern, unsigned flags, bool table, struct arena *arena,
		   struct buffer *out, struct why *why)
{
	struct regex_tree tree;
	struct regex_classes classes;
	struct regex_steps steps;
	struct regex_dfa dfa;
	struct writer writer = { arena, &tree, &classes, &steps, out, { 0 }, 0 };
	int r = regex_parse(pattern, flags, arena, &tree, why);

	if (!r)
		r = regex_steps(&tree, &steps, why);
	if (!r)
		r = regex_classes(&tree, &classes, why);
	if (!r)
		r = regex_needs(&tree, &writer.needs);
	if (r < 0)
		return r;
	r = table ? regex_dfa(&tree, &classes, &steps, &dfa) : REGEX_DFA_E_BIG;
	if (r < 0)
		return r;
	r = r == REGEX_DFA_E_BIG ? put_nfa(&writer) : put_dfa(&writer, &dfa);
	if (!r && writer.size > REGEX_SIZE_MAX) {
		why_set(why, 0, 1, "compiled, a regex has at most %u bytes",
			REGEX_SIZE_MAX);
		return -EINVAL;
	}
	return r ? r : out->failed ? -ENOMEM : 0;
}

static int compile_as(bool table, struct text pattern, unsigned flags, struct buffer *out,
		      struct why *why)
{
	AUTO(arena) struct arena *arena = arena_create(MEMORY_MAX);
	AUTO(buffer) struct buffer program = { .limit = REGEX_SIZE_MAX };
	const bool failed = out->failed;
	uint32_t size;
	int r;

	if (!arena)
		return -ENOMEM;
	r = compile(pattern, flags, table, arena, &program, why);
	if (r < 0)
		return r;
	size = (uint32_t)program.size;
	memcpy(program.at + offsetof(struct regex_head, size), &size, sizeof(size));
	if (buffer_need(out, program.size) < 0) {
		out->failed = failed;
		return -ENOMEM;
	}
	buffer_add(out, program.at, program.size);
	return 0;
}

int regex_compile(struct text pattern, unsigned flags, struct buffer *out,
		  struct why *why)
{
	return compile_as(true, pattern, flags, out, why);
}

int regex_compile_nfa(struct text pattern, unsigned flags, struct buffer *out,
		      struct why *why)
{
	return compile_as(false, pattern, flags, out, why);
}
