/* SPDX-License-Identifier: Apache-2.0 */
/* A pack's sections as typed arrays: for the verifier, the reader and the engine only. */
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
 * pack_class_of(pack, source, id):
 * The class for events of this source and id, or PACK_NONE where no rule is for them.
 */
uint32_t pack_class_of(const struct pack *pack, struct text source, uint32_t id);

/*
 * pack_verify(pack, why):
 * Prove in one pass over the sections, whose places are already known to be inside the file,
 * that every span, index, count and program is in bounds and within the limits of
 * pack_format.h.  0, or -EINVAL with the reason.
 */
int pack_verify(const struct pack *pack, struct why *why) MUST_USE;

/* Hashes of the tables in a pack: part of the format. */
static inline uint32_t pack_gram_hash(uint32_t gram)
{
	return gram * 0x9e3779b1u;
}

/* Beginnings and ends: a byte more gives the next hash, so one walk finds every size. */
#define PACK_END_HASH_START 0x811c9dc5u
static inline uint32_t pack_end_hash(uint32_t hash, uint8_t byte)
{
	return (hash ^ byte) * 0x01000193u;
}

/* Where the walk over at most 64 bytes ends up in a table. */
static inline uint32_t pack_end_slot_of(uint32_t hash, uint32_t size)
{
	hash ^= size * 0x9e3779b1u;
	return hash ^ hash >> 15;
}

#define PACK_END_BYTES 64u /* bytes of a longer pattern that are hashed */

/* Whole values, eight bytes at a time. */
static inline uint32_t pack_whole_hash(struct text text)
{
	uint64_t hash = text.size * 0x9e3779b97f4a7c15u, word;
	size_t at = 0;

	for (; text.size - at >= 8; at += 8) {
		memcpy(&word, text.at + at, 8);
		hash = (hash ^ word) * 0xff51afd7ed558ccdu;
		hash ^= hash >> 32;
	}
	if (at < text.size) {
		word = 0;
		memcpy(&word, text.at + at, text.size - at);
		hash = (hash ^ word) * 0xff51afd7ed558ccdu;
	}
	return (uint32_t)(hash ^ hash >> 32);
}
