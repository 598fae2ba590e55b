// SPDX-License-Identifier: Apache-2.0
// Running a compiled regex over a text: finding its parts, and the transition table.
#include "model/regex_format.h"

#include "base/fold.h"

#define NEEDED_BYTES_PER_STEP 16 /* memchr looks at many at once */

/* The counts' limits: what follows from them then fits into 64 bits by far. */
static bool head_is_sane(const struct regex_head *head)
{
	if (head->magic != REGEX_MAGIC || head->class_count < 1 ||
	    head->class_count > REGEX_CLASSES_MAX || head->range_count < 1 ||
	    head->range_count > REGEX_RANGES_MAX || head->skip_count > REGEX_SKIPS_MAX)
		return false;
	if (head->kind == REGEX_DFA)
		return head->row_count <=
		       REGEX_CELLS_MAX / (head->class_count + REGEX_COLUMNS);
	return head->kind == REGEX_NFA && head->row_count >= 1 &&
	       head->row_count <= REGEX_STATES_MAX && head->skip_count <= 1 &&
	       head->extra <= REGEX_STATES_MAX;
}

/* The part of ${size} bytes at ${*at}, which moves past it. */
static const char *part(const char **at, size_t size)
{
	const char *here = *at;

	*at += regex_padded(size);
	return here;
}

bool regex_view(struct text program, struct regex_view *out)
{
	const struct regex_head *head = (const void *)program.at;
	const char *at = program.at;
	size_t size;
	bool dfa;

	if (program.size < sizeof(*head) || program.size > REGEX_SIZE_MAX ||
	    (uintptr_t)program.at % 8 || head->size != program.size ||
	    !head_is_sane(head))
		return false;
	dfa = head->kind == REGEX_DFA;
	*out = (struct regex_view){ .head = head };
	out->stride =
		dfa ? head->class_count + REGEX_COLUMNS : (head->class_count + 63) / 64;
	size = sizeof(*head) + regex_padded((size_t)head->range_count * 4) +
	       regex_padded((size_t)head->range_count * 2) +
	       head->skip_count * sizeof(struct regex_skip);
	if (dfa)
		size += regex_padded((size_t)head->row_count * out->stride * 2);
	else
		size += regex_padded(head->class_count) +
			(size_t)head->extra * out->stride * 8 +
			head->row_count * sizeof(struct regex_op_code);
	if (size != program.size)
		return false;
	(void)part(&at, sizeof(*head));
	out->range_first = (const void *)part(&at, (size_t)head->range_count * 4);
	out->range_class = (const void *)part(&at, (size_t)head->range_count * 2);
	out->skips =
		(const void *)part(&at, head->skip_count * sizeof(struct regex_skip));
	if (dfa) {
		out->cells = (const void *)at;
		return true;
	}
	out->near = (const void *)part(&at, head->class_count);
	out->sets = (const void *)part(&at, (size_t)head->extra * out->stride * 8);
	out->code = (const void *)at;
	return true;
}

/* Whether a byte below 0x80 leads to a column that every row has. */
static bool ascii_is_sane(const struct regex_head *head)
{
	uint8_t highest = 0;

	for (unsigned i = 0; i < sizeof(head->ascii); i++)
		highest = head->ascii[i] > highest ? head->ascii[i] : highest;
	return highest < head->class_count;
}

/* The class of the character from 0x80 on at ${*at}, which moves past it. */
static uint32_t wide_class(const struct regex_view *view, const uint8_t **at,
			   const uint8_t *end)
{
	uint32_t point, class;

	*at += utf8_read((const char *)*at, (size_t)(end - *at), &point);
	class = regex_class(view, point);
	return class < view->head->class_count ? class : 0;
}

/* Where a run is: it reads up to ${stop}, and characters whole up to ${end}. */
struct place {
	const uint8_t *at, *stop, *end;
};

/*
 * The state at place->stop, or the first one that decides.  A state below head->extra is plain:
 * one comparison finds the others, those that decide as well as those that skip.
 */
static uint32_t dfa_run(const struct regex_view *view, struct place *place)
{
	const struct regex_head *head = view->head;
	const uint32_t last_row = (head->row_count - 1) * view->stride;
	const uint32_t plain = head->extra <= last_row ? head->extra : last_row + 1;
	const uint8_t *at = place->at, *stop = place->stop;
	const uint16_t *cells = view->cells;
	uint32_t state = head->start, skip;

	for (;;) {
		/* The last character may reach beyond the place to stop at. */
		if (state > last_row || at >= stop)
			break;
		if (state >= plain) {
			skip = cells[state + head->class_count + REGEX_SKIP];
			if (skip - 1 < head->skip_count)
				at = regex_skip_run(&view->skips[skip - 1], at, stop);
		}
		if (at >= stop)
			break;
		do {
			uint32_t class = *at < 0x80 ? head->ascii[*at++]
						    : wide_class(view, &at, place->end);

			state = cells[state + class];
		} while (state < plain && at < stop);
	}
	place->at = at;
	return state;
}

static int dfa_search(const struct regex_view *view, struct text text, uint64_t *steps)
{
	const struct regex_head *head = view->head;
	const bool newline = text.size && text.at[text.size - 1] == '\n';
	const uint8_t *start = (const uint8_t *)text.at;
	struct place place = { start, start + text.size - newline,
			       start + text.size - newline };
	const bool cut = text.size > *steps;
	uint64_t spent;
	uint32_t state;

	if (!head->row_count || !ascii_is_sane(head))
		return head->start == REGEX_MATCH;
	if (cut && *steps < text.size - newline)
		place.stop = start + *steps;
	state = dfa_run(view, &place);
	spent = (uint64_t)(place.at - start);
	*steps -= spent < *steps ? spent : *steps;
	if (state <= (head->row_count - 1) * view->stride) {
		if (cut)
			return -1;
		state = view->cells[state + head->class_count +
				    (newline ? REGEX_LAST_NEWLINE : REGEX_END)];
	}
	return state == REGEX_MATCH;
}

/* Whether the one byte is there that every match needs; -1 where that takes too many steps. */
static int find_needed(const struct regex_head *head, struct text text, uint64_t *steps)
{
	const uint64_t cost = text.size / NEEDED_BYTES_PER_STEP;

	if (!head->needed || !text.size)
		return 1;
	if (cost > *steps) {
		*steps = 0;
		return -1;
	}
	*steps -= cost;
	return memchr(text.at, (int)head->needed, text.size) != NULL;
}

int regex_search(struct text program, struct text text, struct regex_scratch *scratch,
		 uint64_t *steps)
{
	struct regex_view view;
	int needed;

	if (!regex_view(program, &view) || text.size < view.head->least)
		return 0;
	needed = find_needed(view.head, text, steps);
	if (needed != 1)
		return needed;
	if (view.head->kind == REGEX_DFA)
		return dfa_search(&view, text, steps);
	return regex_search_nfa(&view, text, scratch, steps);
}
