// SPDX-License-Identifier: Apache-2.0
// Wildcard patterns as the pack carries them.
#include "detect/engine/glob.h"

#include "base/fold.h"

#define ANY_RUN '\xff'
#define ANY_ONE '\xfe'

/* Take one piece of a glob, which has no runs, off the front of ${value}: how many bytes it
   takes, or SIZE_MAX where it does not fit. */
static size_t piece_at(struct text piece, struct text value)
{
	size_t v = 0;
	uint32_t point;

	for (size_t g = 0; g < piece.size; g++) {
		if (v >= value.size)
			return SIZE_MAX;
		if (piece.at[g] == ANY_ONE)
			v += utf8_read(value.at + v, value.size - v, &point);
		else if (piece.at[g] == value.at[v])
			v++;
		else
			return SIZE_MAX;
	}
	return v;
}

/* The next place from ${at} on where a piece could stand: where its first byte does. */
static size_t piece_could(struct text piece, struct text value, size_t at)
{
	const char *found;

	if (piece.at[0] == ANY_ONE)
		return at;
	found = memchr(value.at + at, piece.at[0], value.size - at);
	return found ? (size_t)(found - value.at) : value.size;
}

/* Find a piece in ${value}: where it ends, or SIZE_MAX. */
static size_t piece_find(struct text piece, bool literal, struct text value,
			 uint64_t *steps)
{
	uint32_t point;

	if (literal) {
		const char *found =
			value.size < piece.size
				? NULL
				: memmem(value.at, value.size, piece.at, piece.size);

		*steps -= *steps < value.size ? *steps : value.size;
		return found ? (size_t)(found - value.at) + piece.size : SIZE_MAX;
	}
	for (size_t at = 0; at < value.size;
	     at += utf8_read(value.at + at, value.size - at, &point)) {
		size_t size;

		at = piece_could(piece, value, at);
		if (at == value.size)
			break;
		size = piece_at(piece, text_part(value, at, SIZE_MAX));
		if (*steps < piece.size)
			break;
		*steps -= piece.size;
		if (size != SIZE_MAX)
			return at + size;
	}
	*steps -= *steps < piece.size ? *steps : 0;
	return SIZE_MAX;
}

/* Whether the value ends with a piece: only literal ones have a known size. */
static bool piece_ends(struct text piece, bool literal, struct text value,
		       uint64_t *steps)
{
	uint32_t point;

	if (literal)
		return text_ends(value, piece);
	for (size_t at = 0; at <= value.size && *steps >= piece.size;
	     at +=
	     at < value.size ? utf8_read(value.at + at, value.size - at, &point) : 1) {
		struct text rest = text_part(value, at, SIZE_MAX);

		*steps -= piece.size;
		if (piece_at(piece, rest) == rest.size)
			return true;
	}
	return false;
}

static struct text next_piece(struct text glob, size_t *at, bool *literal)
{
	size_t from = *at;

	*literal = true;
	for (; *at < glob.size && glob.at[*at] != ANY_RUN; ++*at)
		*literal &= glob.at[*at] != ANY_ONE;
	return text_part(glob, from, *at - from);
}

/*
 * The piece before the first run stands at the beginning, the one behind the last at the end,
 * and each between them may as well stand as early as it can: nothing is ever tried again.
 */
bool glob_match(struct text glob, struct text value, uint64_t *steps)
{
	bool literal;
	size_t at = 0, end;
	struct text piece = next_piece(glob, &at, &literal);

	if (*steps == 0)
		return false;
	--*steps;
	end = piece_at(piece, value);
	if (end == SIZE_MAX || at == glob.size)
		return end == value.size;
	value = text_part(value, end, SIZE_MAX);
	for (;;) {
		at++;
		piece = next_piece(glob, &at, &literal);
		if (at == glob.size)
			return piece_ends(piece, literal, value, steps);
		end = piece.size ? piece_find(piece, literal, value, steps) : 0;
		if (end == SIZE_MAX)
			return false;
		value = text_part(value, end, SIZE_MAX);
	}
}
