// SPDX-License-Identifier: Apache-2.0
// "did you mean": Levenshtein distance over short names, upper and lower case alike.
#include "update/rule/suggest.h"

#include <stdio.h>

#define NAME_SIZE_MAX 64 /* longer names are not compared */

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

static unsigned least(unsigned a, unsigned b, unsigned c)
{
	unsigned ab = a < b ? a : b;

	return ab < c ? ab : c;
}

static unsigned distance(struct text a, struct text b)
{
	unsigned row[NAME_SIZE_MAX + 1];

	for (unsigned i = 0; i <= b.size; i++)
		row[i] = i;
	for (unsigned i = 1; i <= a.size; i++) {
		unsigned diagonal = row[0];

		row[0] = i;
		for (unsigned k = 1; k <= b.size; k++) {
			unsigned above = row[k];
			bool same = lower(a.at[i - 1]) == lower(b.at[k - 1]);

			row[k] = least(above + 1, row[k - 1] + 1, diagonal + !same);
			diagonal = above;
		}
	}
	return row[b.size];
}

void suggest_begin(struct suggest *suggest, struct text wanted)
{
	/* A third of its characters may be wrong; two, for a pair that changed places. */
	unsigned allowed = wanted.size < 4   ? 1
			   : wanted.size < 9 ? 2
					     : (unsigned)wanted.size / 3;

	*suggest = (struct suggest){ .wanted = wanted, .distance = allowed + 1 };
}

void suggest_try(struct suggest *suggest, struct text candidate)
{
	unsigned far;

	if (!candidate.size || candidate.size > NAME_SIZE_MAX || !suggest->wanted.size ||
	    suggest->wanted.size > NAME_SIZE_MAX)
		return;
	far = distance(suggest->wanted, candidate);
	if (far < suggest->distance) {
		suggest->distance = far;
		suggest->best = candidate;
	}
}

const char *suggest_phrase(const struct suggest *suggest, char out[SUGGEST_PHRASE_SIZE])
{
	out[0] = 0;
	if (suggest->best.size)
		(void)snprintf(out, SUGGEST_PHRASE_SIZE, " (did you mean '%.*s'?)",
			       (int)suggest->best.size, suggest->best.at);
	return out;
}
