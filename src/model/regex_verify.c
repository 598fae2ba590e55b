// SPDX-License-Identifier: Apache-2.0
// Proving that bytes are a compiled regex, in one pass, before anything runs it.
#include <errno.h>

#include "model/regex_format.h"

/* Bytes that only pad: they are zero, so that one regex has one form. */
static bool padding_is_zero(const void *part, size_t size)
{
	const uint8_t *bytes = part;

	for (size_t i = size; i < regex_padded(size); i++)
		if (bytes[i])
			return false;
	return true;
}

static bool classes_are_good(const struct regex_view *view)
{
	const struct regex_head *head = view->head;

	for (unsigned i = 0; i < sizeof(head->ascii); i++)
		if (head->ascii[i] >= head->class_count)
			return false;
	if (view->range_first[0] != 0x80)
		return false;
	for (uint32_t i = 0; i < head->range_count; i++)
		if (view->range_class[i] >= head->class_count ||
		    (i && view->range_first[i] <= view->range_first[i - 1]) ||
		    view->range_first[i] > 0x10ffff)
			return false;
	return padding_is_zero(view->range_first, (size_t)head->range_count * 4) &&
	       padding_is_zero(view->range_class, (size_t)head->range_count * 2);
}

static bool state_is_good(const struct regex_view *view, uint32_t state)
{
	return state >= REGEX_DEAD || (state / view->stride < view->head->row_count &&
				       state % view->stride == 0);
}

/* The state after ${class}; with a wide class too, where a skip knows no single one. */
static bool returns(const struct regex_view *view, uint32_t from, uint32_t class,
		    uint32_t home)
{
	return from < REGEX_DEAD && view->cells[from + class] == home;
}

/* Whether all bytes that may follow a first one of ${class} lead back. */
static bool pair_is_good(const struct regex_view *view, const struct regex_skip *skip,
			 uint32_t state, uint32_t class)
{
	const struct regex_head *head = view->head;
	const uint32_t between = view->cells[state + class];

	for (unsigned byte = 0; byte < sizeof(head->ascii); byte++)
		if (!regex_skip_has(skip->follow, byte) &&
		    !returns(view, between, head->ascii[byte], state))
			return false;
	for (uint32_t i = 0; i < head->range_count && !skip->wide_follow; i++)
		if (!returns(view, between, view->range_class[i], state))
			return false;
	return true;
}

/*
 * A state may pass over bytes only if the table says that nothing happens there.  Where wide
 * characters leave, so must all of their bytes.
 */
static bool skip_is_good(const struct regex_view *view, const struct regex_skip *skip,
			 uint32_t state)
{
	const struct regex_head *head = view->head;
	const uint16_t *row = view->cells + state;

	for (unsigned byte = 0; byte < sizeof(head->ascii); byte++) {
		const uint32_t class = head->ascii[byte];

		if (!regex_skip_has(skip->leave, byte)) {
			if (row[class] != state)
				return false;
		} else if (!regex_skip_has(skip->follow, byte) ||
			   !pair_is_good(view, skip, state, class)) {
			return false;
		}
	}
	for (uint32_t i = 0; i < head->range_count; i++) {
		const uint32_t class = view->range_class[i];

		if (skip->wide ? !skip->wide_follow ||
					 !pair_is_good(view, skip, state, class)
			       : row[class] != state)
			return false;
	}
	return true;
}

static bool row_is_good(const struct regex_view *view, uint32_t state)
{
	const struct regex_head *head = view->head;
	const uint16_t *row = view->cells + state, *columns = row + head->class_count;
	uint32_t skip = columns[REGEX_SKIP];

	for (uint32_t i = 0; i < head->class_count; i++)
		if (!state_is_good(view, row[i]))
			return false;
	if (columns[REGEX_LAST_NEWLINE] < REGEX_DEAD || columns[REGEX_END] < REGEX_DEAD)
		return false;
	/* The plain rows come first, then those that skip. */
	if (state < head->extra)
		return skip == 0;
	return skip >= 1 && skip <= head->skip_count &&
	       skip_is_good(view, &view->skips[skip - 1], state);
}

static bool dfa_is_good(const struct regex_view *view)
{
	const struct regex_head *head = view->head;
	uint32_t cell_count = head->row_count * view->stride;

	if (!state_is_good(view, head->start) || head->extra > cell_count ||
	    head->extra % view->stride || cell_count > REGEX_DEAD)
		return false;
	for (uint32_t state = 0; state < cell_count; state += view->stride)
		if (!row_is_good(view, state))
			return false;
	return padding_is_zero(view->cells, (size_t)cell_count * 2);
}

static bool code_is_good(const struct regex_view *view, uint32_t at)
{
	const struct regex_op_code *code = &view->code[at];
	bool last = at + 1 == view->head->row_count;

	switch (code->op) {
	case REGEX_OP_CLASS:
		return !last && code->arg < view->head->class_count && !code->target;
	case REGEX_OP_SET:
		return !last && code->arg < view->head->extra && !code->target;
	case REGEX_OP_SPLIT:
		return !last && !code->arg && code->target < view->head->row_count;
	case REGEX_OP_JUMP:
		return !code->arg && code->target < view->head->row_count;
	case REGEX_OP_ASSERT:
		return !last && code->arg < REGEX_ASSERTS && !code->target;
	case REGEX_OP_MATCH:
		return !code->arg && !code->target;
	}
	return false;
}

static bool nfa_is_good(const struct regex_view *view)
{
	const struct regex_head *head = view->head;

	if (head->start || !padding_is_zero(view->near, head->class_count))
		return false;
	for (uint32_t i = 0; i < head->class_count; i++)
		if (view->near[i] > REGEX_NEAR_NEWLINE)
			return false;
	for (uint32_t i = 0; i < head->row_count; i++)
		if (!code_is_good(view, i))
			return false;
	return true;
}

int regex_verify(struct text program)
{
	struct regex_view view;

	if (!regex_view(program, &view) || view.head->needed > 0x7f ||
	    !classes_are_good(&view))
		return -EINVAL;
	for (uint32_t i = 0; i < view.head->skip_count; i++)
		if (view.skips[i].wide > 1 || view.skips[i].wide_follow > 1)
			return -EINVAL;
	if (view.head->kind == REGEX_DFA ? !dfa_is_good(&view) : !nfa_is_good(&view))
		return -EINVAL;
	return 0;
}
