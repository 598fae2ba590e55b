/* SPDX-License-Identifier: Apache-2.0 */
/* How rare a literal is likely to be in what machines log. */
#pragma once

#include "base/arena.h"
#include "model/pack_format.h"

/*
 * rarity_pattern(kind, text):
 * An estimate, 0 to 1, of the share of events in which a pattern (folded; kind and wildcards as
 * in the pack) is found: from its length, and from how often it is found in common.def.
 */
double rarity_pattern(enum pack_pattern_kind kind, struct text text);

/* The longest run of a glob without wildcards: bytes that are in every value it matches. */
struct text rarity_run(struct text glob);

/* How often each gram stands in common.def. */
struct rarity;

/* Count the grams of common.def; NULL where memory is out.  Lives in the arena. */
struct rarity *rarity_create(struct arena *arena) MUST_USE;

/* About how often the ${width} (1, 2 or 4) bytes at ${at} stand in common.def; of those that stand
   in it as often, the one whose bytes are common comes to a little more. */
double rarity_gram(const struct rarity *rarity, const char *at, unsigned width);
