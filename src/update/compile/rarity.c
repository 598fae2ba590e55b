// SPDX-License-Identifier: Apache-2.0
// How rare a literal is likely to be in what machines log.
//
// Only speed depends on these estimates: they choose which bytes of a literal the filters look
// for, and which atoms make a rule a candidate.
#include "update/compile/rarity.h"

#include "update/rule/rule.h"

static const struct text common[] = {
#define COMMON(line) TEXT(line),
#include "update/compile/common.def"
#undef COMMON
};

#define COMMON_COUNT (sizeof(common) / sizeof(common[0]))

struct text rarity_run(struct text glob)
{
	struct text best = { 0 };
	size_t from = 0;

	for (size_t i = 0; i <= glob.size; i++) {
		if (i < glob.size && glob.at[i] != GLOB_ANY_RUN &&
		    glob.at[i] != GLOB_ANY_ONE)
			continue;
		if (i - from > best.size)
			best = text_part(glob, from, i - from);
		from = i + 1;
	}
	return best;
}

static bool found_in(enum pack_pattern_kind kind, struct text text, struct text line)
{
	switch (kind) {
	case PATTERN_EXACT:
		return text_is(line, text);
	case PATTERN_PREFIX:
		return text_starts(line, text);
	case PATTERN_SUFFIX:
		return text_ends(line, text);
	default:
		return text.size <= line.size &&
		       memmem(line.at, line.size, text.at, text.size) != NULL;
	}
}

double rarity_pattern(enum pack_pattern_kind kind, struct text text)
{
	/* What a literal of so many bytes is found in by chance, when nothing is known of it. */
	static const double by_size[] = { 0.9,   0.5,   0.25,  0.12,  0.06,  0.03, 0.02,
					  0.012, 0.008, 0.006, 0.004, 0.003, 0.002 };
	size_t most = sizeof(by_size) / sizeof(by_size[0]) - 1;
	uint32_t hits = 0;
	double share;

	if (kind == PATTERN_GLOB)
		text = rarity_run(text);
	if (text.size == 0)
		return 0.9;
	for (size_t i = 0; i < COMMON_COUNT; i++)
		hits += found_in(kind, text, common[i]);
	share = by_size[text.size < most ? text.size : most];
	/* Anchored patterns are found in less than floating ones of the same size. */
	if (kind <= PATTERN_SUFFIX)
		share /= 2;
	share += 0.05 * hits;
	return share < 0.99 ? share : 0.99;
}

#define GRAM_COUNTS 65536u

struct rarity {
	uint32_t counts
		[GRAM_COUNTS]; /* by a hash of width and bytes: a guess is good enough */
};

static uint32_t gram_place(const char *at, unsigned width)
{
	uint32_t gram = 0;

	memcpy(&gram, at, width);
	return (gram * 0x9e3779b1u ^ width * 0x85ebca6bu) % GRAM_COUNTS;
}

struct rarity *rarity_create(struct arena *arena)
{
	struct rarity *rarity = arena_alloc(arena, sizeof(*rarity));

	if (!rarity)
		return NULL;
	for (size_t i = 0; i < COMMON_COUNT; i++)
		for (unsigned width = 1; width <= 4; width *= 2)
			for (size_t n = 0; n + width <= common[i].size; n++)
				rarity->counts[gram_place(common[i].at + n, width)]++;
	return rarity;
}

/*
 * Of a thousand bytes of folded logs, about how many are this one: English and names of files for
 * letters, guesses for the rest.
 */
static const uint8_t share_of[128] = {
	[' '] = 40, ['-'] = 15, ['.'] = 25, ['/'] = 15, ['\\'] = 40, [':'] = 12,
	['_'] = 10, ['0'] = 30, ['1'] = 20, ['2'] = 15, ['3'] = 12,  ['4'] = 10,
	['5'] = 10, ['6'] = 10, ['7'] = 8,  ['8'] = 8,  ['9'] = 8,   ['a'] = 50,
	['b'] = 12, ['c'] = 35, ['d'] = 30, ['e'] = 75, ['f'] = 15,  ['g'] = 14,
	['h'] = 15, ['i'] = 50, ['j'] = 2,  ['k'] = 8,  ['l'] = 30,  ['m'] = 25,
	['n'] = 45, ['o'] = 45, ['p'] = 22, ['q'] = 2,  ['r'] = 50,  ['s'] = 55,
	['t'] = 50, ['u'] = 18, ['v'] = 10, ['w'] = 12, ['x'] = 8,   ['y'] = 10,
	['z'] = 2,
};

double rarity_gram(const struct rarity *rarity, const char *at, unsigned width)
{
	double chance = 1;

	for (unsigned i = 0; i < width; i++) {
		unsigned char c = (unsigned char)at[i];

		chance *= ((c < 128 ? share_of[c] : 0) + 1) / 1000.0;
		/* Signs hardly ever stand twice. */
		if (i && c == (unsigned char)at[i - 1] && (c < 'a' || c > 'z'))
			chance /= 10;
	}
	return rarity->counts[gram_place(at, width)] + chance;
}
