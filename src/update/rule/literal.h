/* SPDX-License-Identifier: Apache-2.0 */
/* A value's text -> a literal and the kind of its comparison. */
#pragma once

#include "base/buffer.h"
#include "update/rule/rule.h"

#define WINDASH_MAX 5 /* dashes of one value: 5 to the 5th are 3,125 combinations */

/* Where a literal has to stand in the field's text. */
enum literal_place {
	LITERAL_WHOLE,
	LITERAL_START,
	LITERAL_END,
	LITERAL_INSIDE,
};

/*
 * literal_parse(text, arena, out):
 * Take the escapes off ${text} (docs/sigma.md S2) and put the glob bytes of rule.h for its
 * wildcards; stars in a row become one.  0 or -ENOMEM.
 */
int literal_parse(struct text text, struct arena *arena, struct text *out) MUST_USE;

bool literal_has_wildcards(struct text glob);

/*
 * literal_place(glob, place, arena, value):
 * Set kind and literal of ${value}: stars at the edges, and ${place}, become PREFIX, SUFFIX,
 * CONTAINS or ANY; wildcards inside make it a GLOB.  0 or -ENOMEM.
 */
int literal_place(struct text glob, enum literal_place place, struct arena *arena,
		  struct rule_value *value) MUST_USE;

/* The dashes of a text that "windash" replaces. */
struct windash {
	struct text glob;
	uint32_t count;        /* dashes */
	uint32_t combinations; /* 5 to the count-th */
	struct {
		size_t at, size;
	} dashes[WINDASH_MAX];
};

/*
 * literal_windash(glob, out):
 * Find the dashes at the beginning of words (S15).  0, or -E2BIG beyond WINDASH_MAX.
 */
int literal_windash(struct text glob, struct windash *out) MUST_USE;

/*
 * literal_windash_make(windash, number, arena, out):
 * The text with its dashes as combination ${number} of the five dashes.  0 or -ENOMEM.
 */
int literal_windash_make(const struct windash *windash, uint32_t number,
			 struct arena *arena, struct text *out) MUST_USE;
