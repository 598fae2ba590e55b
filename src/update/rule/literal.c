// SPDX-License-Identifier: Apache-2.0
// A value's text -> a literal and the kind of its comparison.
#include "update/rule/literal.h"

#include <errno.h>

#include "base/fold.h"

int literal_parse(struct text text, struct arena *arena, struct text *out)
{
	char *bytes = arena_alloc(arena, text.size + 1);
	size_t size = 0;

	if (!bytes)
		return -ENOMEM;
	for (size_t i = 0; i < text.size; i++) {
		char c = text.at[i], next = i + 1 < text.size ? text.at[i + 1] : 0;

		if (c == '\\' && (next == '*' || next == '?' || next == '\\')) {
			bytes[size++] = next;
			i++;
		} else if (c == '*') {
			if (!size || bytes[size - 1] != GLOB_ANY_RUN)
				bytes[size++] = GLOB_ANY_RUN;
		} else {
			bytes[size++] = c == '?' ? GLOB_ANY_ONE : c;
		}
	}
	*out = (struct text){ .at = bytes, .size = size };
	return 0;
}

static bool is_wildcard(char c)
{
	return c == GLOB_ANY_RUN || c == GLOB_ANY_ONE;
}

bool literal_has_wildcards(struct text glob)
{
	for (size_t i = 0; i < glob.size; i++)
		if (is_wildcard(glob.at[i]))
			return true;
	return false;
}

/* The glob itself, anchored at both ends, with the runs at its edges put back. */
static int place_glob(struct text inner, bool run_before, bool run_after,
		      struct arena *arena, struct rule_value *value)
{
	char *bytes = arena_alloc(arena, inner.size + 2);
	size_t size = 0;

	if (!bytes)
		return -ENOMEM;
	if (run_before)
		bytes[size++] = GLOB_ANY_RUN;
	memcpy(bytes + size, inner.at, inner.size);
	size += inner.size;
	if (run_after)
		bytes[size++] = GLOB_ANY_RUN;
	value->kind = MATCH_GLOB;
	value->literal = (struct text){ .at = bytes, .size = size };
	return 0;
}

int literal_place(struct text glob, enum literal_place place, struct arena *arena,
		  struct rule_value *value)
{
	bool before = place == LITERAL_END || place == LITERAL_INSIDE;
	bool after = place == LITERAL_START || place == LITERAL_INSIDE;
	struct text inner = glob;

	if (inner.size && inner.at[0] == GLOB_ANY_RUN) {
		before = true;
		inner = text_part(inner, 1, inner.size);
	}
	if (inner.size && inner.at[inner.size - 1] == GLOB_ANY_RUN) {
		after = true;
		inner.size--;
	}
	if (!inner.size && (before || after)) {
		value->kind = MATCH_ANY;
		value->literal = (struct text){ 0 };
		return 0;
	}
	if (literal_has_wildcards(inner))
		return place_glob(inner, before, after, arena, value);
	if (before)
		value->kind = after ? MATCH_CONTAINS : MATCH_SUFFIX;
	else
		value->kind = after ? MATCH_PREFIX : MATCH_EXACT;
	value->literal = inner;
	return 0;
}

/* Letters, digits and '_'; beyond ASCII all but the blocks of punctuation are letters. */
static bool is_word(uint32_t point)
{
	if (point < 0x80)
		return (point >= '0' && point <= '9') || (point >= 'a' && point <= 'z') ||
		       (point >= 'A' && point <= 'Z') || point == '_';
	if (point >= 0xdc80 && point <= 0xdcff) /* a byte that is no UTF-8: a wildcard */
		return false;
	/* Latin-1's signs among its letters, and letters among its signs. */
	if (point < 0x100)
		return (point >= 0xc0 && point != 0xd7 && point != 0xf7) ||
		       point == 0xaa || point == 0xb5 || point == 0xba;
	return !(point >= 0x2000 && point <= 0x206f);
}

static bool is_dash(uint32_t point)
{
	return point == '-' || point == '/' || point == 0x2013 || point == 0x2014 ||
	       point == 0x2015;
}

int literal_windash(struct text glob, struct windash *out)
{
	uint32_t point = 0, next = 0, before = 0;
	size_t size;

	*out = (struct windash){ .glob = glob, .combinations = 1 };
	for (size_t at = 0; at < glob.size; at += size, before = point) {
		size = utf8_read(glob.at + at, glob.size - at, &point);
		if (!is_dash(point) || is_word(before) || at + size == glob.size)
			continue;
		(void)utf8_read(glob.at + at + size, glob.size - at - size, &next);
		if (!is_word(next))
			continue;
		if (out->count == WINDASH_MAX)
			return -E2BIG;
		out->dashes[out->count].at = at;
		out->dashes[out->count].size = size;
		out->count++;
		out->combinations *= 5;
	}
	return 0;
}

int literal_windash_make(const struct windash *windash, uint32_t number,
			 struct arena *arena, struct text *out)
{
	static const char *const all[] = { "-", "/", "\xe2\x80\x93", "\xe2\x80\x94",
					   "\xe2\x80\x95" };
	struct text glob = windash->glob;
	char *bytes = arena_alloc(arena, glob.size + (size_t)windash->count * 3 + 1);
	size_t size = 0, from = 0;

	if (!bytes)
		return -ENOMEM;
	/* Each dash is a digit of the number, counted in fives. */
	for (uint32_t i = 0; i < windash->count; i++, number /= 5) {
		struct text dash = text_of(all[number % 5]);
		size_t at = windash->dashes[i].at;

		memcpy(bytes + size, glob.at + from, at - from);
		size += at - from;
		memcpy(bytes + size, dash.at, dash.size);
		size += dash.size;
		from = at + windash->dashes[i].size;
	}
	memcpy(bytes + size, glob.at + from, glob.size - from);
	*out = (struct text){ .at = bytes, .size = size + glob.size - from };
	return 0;
}
