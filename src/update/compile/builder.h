/* SPDX-License-Identifier: Apache-2.0 */
/* A pack under construction: its sections, and what they share.  For this folder's compiler. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "base/table.h"
#include "model/pack_format.h"
#include "update/compile/rarity.h"
#include "update/rule/rule.h"

struct builder {
	struct arena *arena; /* for everything that lives until the end */
	struct buffer sections[PACK_SECTIONS];
	struct table texts;           /* text -> its span, in text_spans */
	struct table fields, regexes; /* name, flags + pattern -> number */
	struct buffer text_spans;     /* struct pack_span */
	struct table traces;          /* sorted grams -> number in trace_tables */
	struct buffer trace_tables;   /* struct pack_gram_table */
	struct rarity *rarity;
	struct why *why;
};

int builder_init(struct builder *builder, struct why *why) MUST_USE;
void builder_done(struct builder *builder);

/* Append ${count} elements of ${size} bytes; gives the number of the first. */
int builder_add(struct builder *builder, enum pack_section_id section,
		const void *elements, uint32_t count, size_t size,
		uint32_t *first) MUST_USE;

/* How many elements of ${size} bytes a section has so far. */
uint32_t builder_count(const struct builder *builder, enum pack_section_id section,
		       size_t size);

/* A list in NUMBERS. */
int builder_list(struct builder *builder, const uint32_t *numbers, uint32_t count,
		 struct pack_span *out) MUST_USE;

/* A string in TEXT; the same string is stored once. */
int builder_text(struct builder *builder, struct text text,
		 struct pack_span *out) MUST_USE;

/* The number of a field, new or known. */
int builder_field(struct builder *builder, struct text name, uint32_t *out) MUST_USE;

/* The number of a regex, new or known; errors as regex_compile. */
int builder_regex(struct builder *builder, struct text pattern, unsigned flags,
		  uint32_t *out) MUST_USE;

/* Write header and sections to ${out}, one after the other. */
int builder_finish(struct builder *builder, struct buffer *out) MUST_USE;

/* A hash table over ${count} names: slots of number + 1, a power of two, half of them free. */
int builder_slots(struct builder *builder, enum pack_section_id section,
		  const struct text *names, uint32_t count) MUST_USE;
