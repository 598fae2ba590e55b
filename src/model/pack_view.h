/* SPDX-License-Identifier: Apache-2.0 */
/* A pack's sections as typed arrays: for the verifier, reader, engine and features only. */
#pragma once

#include "model/pack.h"
#include "model/pack_format.h"

struct pack {
	const char *base;
	size_t size;
	bool mapped; /* ours to unmap */
	char digest[33];
	const struct pack_header *header;
	const char *text;
	const uint32_t *numbers;
	const struct pack_field_entry *fields;
	const uint32_t *field_slots;
	const struct pack_source *sources;
	const uint32_t *source_slots;
	const struct pack_class *classes;
	const uint16_t *field_matchers;
	const struct pack_matcher *matchers;
	const struct pack_pattern *patterns;
	const struct pack_end_slot *end_slots;
	const struct pack_gram *grams;
	const uint32_t *gram_slots;
	const uint64_t *gram_bits;
	const struct pack_atom *atoms;
	const struct pack_instance *instances;
	const struct pack_test *tests;
	const struct pack_span *regexes;
	const char *regex_bytes;
	const struct pack_rule_entry *rules;
	const struct pack_correlation *correlations;
	const struct pack_part *parts;
	const struct pack_bound *bounds;
	uint32_t count[PACK_SECTIONS]; /* elements of each */
};

static inline struct text pack_text(const struct pack *pack, struct pack_span span)
{
	return (struct text){ .at = pack->text + span.first, .size = span.count };
}

/*
 * pack_may_hold_keyword(pack, class, whole):
 * False where no keyword of the class can stand in an event whose whole (struct event) is
 * ${whole}.
 */
bool pack_may_hold_keyword(const struct pack *pack, const struct pack_class *class,
			   struct text whole);

/*
 * pack_verify(pack, why):
 * Prove in one pass over the sections, whose places are already known to be inside the file,
 * that every span, index, count and program is in bounds and within the limits of
 * pack_format.h.  0, or -EINVAL with the reason.
 */
int pack_verify(const struct pack *pack, struct why *why) MUST_USE;

/*
 * Hashes of the tables in a pack: part of the format.
 *
 * All are taken over bytes whose case bit (0x20) is set.  In ASCII that makes capitals small, and
 * some other bytes alike, which a comparison behind the table tells apart.  So a value is
 * folded only where something is found.
 */
#define PACK_CASE_BITS 0x2020202020202020u

/* The ${width} (2 or 4, a constant) bytes at ${at}. */
static inline uint32_t pack_gram_of(const char *at, unsigned width)
{
	uint32_t gram = 0;

	memcpy(&gram, at, width);
	return gram | (width == 4 ? 0x20202020u : 0x2020u);
}

static inline uint32_t pack_gram_hash(uint32_t gram)
{
	return gram * 0x9e3779b1u;
}

/* ${size} < 8 bytes as the low ones of a word; nothing else is read. */
static inline uint64_t pack_part_word(const char *at, size_t size)
{
	uint32_t low = 0, high = 0;
	uint16_t pair;

	if (size >= 4) {
		memcpy(&low, at, 4);
		memcpy(&high, at + size - 4, 4);
		return low | (uint64_t)high << 8 * (size - 4);
	}
	if (size >= 2) {
		memcpy(&pair, at, 2);
		return pair | (uint64_t)(uint8_t)at[size - 1] << 8 * (size - 1);
	}
	return size ? (uint8_t)at[0] : 0;
}

static inline uint64_t pack_word(const char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof(word));
	return word;
}

/* What is left of a word's bytes when only the lowest ${size} (1 to 8) of them count. */
static inline uint64_t pack_word_low(uint64_t word, uint32_t size)
{
	return word & UINT64_MAX >> (64 - 8 * size);
}

static inline uint64_t pack_hash_word(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0xff51afd7ed558ccdu;
	return hash ^ hash >> 32;
}

/*
 * A beginning or end of 1 to 7 bytes is hashed whole; of a longer one the first or last 8, 16, 24
 * or PACK_END_BYTES, a word at a time from the outside in.
 */
#define PACK_END_BYTES 32u
static inline uint32_t pack_end_bytes(size_t size)
{
	return size < 8                ? (uint32_t)size
	       : size < PACK_END_BYTES ? (uint32_t)size & ~7u
				       : PACK_END_BYTES;
}

/* Where a beginning or end of ${size} hashed bytes is in a table. */
static inline uint32_t pack_end_hash(uint64_t hash, uint32_t size)
{
	return (uint32_t)hash ^ size * 0x9e3779b1u;
}

static inline uint32_t pack_end_slot_of(uint32_t hash)
{
	return hash ^ hash >> 15;
}

/* Whole values, eight bytes at a time. */
static inline uint32_t pack_whole_hash(struct text text)
{
	uint64_t hash = text.size * 0x9e3779b97f4a7c15u;
	size_t at = 0;

	for (; text.size - at >= 8; at += 8)
		hash = pack_hash_word(hash, pack_word(text.at + at) | PACK_CASE_BITS);
	if (at < text.size)
		hash = pack_hash_word(hash, pack_part_word(text.at + at, text.size - at) |
						    PACK_CASE_BITS);
	return (uint32_t)hash;
}
