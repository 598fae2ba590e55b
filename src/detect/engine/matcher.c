// SPDX-License-Identifier: Apache-2.0
// All patterns of one field against one value, in time that hardly knows how many there are.
#include "base/fold.h"
#include "detect/engine/evaluation.h"
#include "detect/engine/glob.h"
#include "model/gram_scan.h"

static void pattern_found(struct evaluation *evaluation,
			  const struct pack_pattern *pattern)
{
	const struct pack *pack = evaluation->pack;
	const uint32_t *atoms = pack->numbers + pattern->atoms.first;

	for (uint32_t i = 0; i < pattern->atoms.count; i++) {
		const struct pack_atom *atom;
		const uint32_t *instances;

		if (atoms[i] >= evaluation->class->atoms.count ||
		    evaluation->marks[atoms[i]] != MARK_UNKNOWN)
			continue;
		evaluation_mark(evaluation, atoms[i], MARK_TRUE);
		atom = &evaluation->atoms[atoms[i]];
		instances = pack->numbers + atom->witnesses.first;
		for (uint32_t n = 0; n < atom->witnesses.count; n++)
			evaluation->candidates[instances[n] / 64] |= 1ull
								     << instances[n] % 64;
	}
}

/* Whether there is nothing left to learn from a glob: it was tried on this value (each of the
   places where its gram stands asks again), or what it would mark is marked. */
static bool glob_known(struct evaluation *evaluation, uint32_t number)
{
	const struct pack_pattern *pattern = &evaluation->pack->patterns[number];
	const uint32_t *atoms = evaluation->pack->numbers + pattern->atoms.first;
	uint64_t *tried = &evaluation->tried[number % EVALUATION_TRIED];
	uint64_t this_try = (uint64_t)evaluation->scans << 32 | (number + 1);

	if (*tried == this_try)
		return true;
	*tried = this_try;

	for (uint32_t i = 0; i < pattern->atoms.count; i++)
		if (atoms[i] < evaluation->class->atoms.count &&
		    evaluation->marks[atoms[i]] == MARK_UNKNOWN)
			return false;
	return true;
}

/* Whether the part of the value that begins at ${at} is ${text}, which is folded. */
static bool part_is(struct evaluation *evaluation, const struct subject *subject,
		    size_t at, struct text text)
{
	struct text value = subject->probed;

	if (at > value.size || value.size - at < text.size)
		return false;
	if (value.at == subject->raw.at)
		return ascii_folds_to(value.at + at, text.at, text.size);
	/* What is probed and not as the event has it is folded. */
	value = evaluation_fold(evaluation, subject->raw);
	return memcmp(value.at + at, text.at, text.size) == 0;
}

/* Compare a pattern whose place in the value is given by its kind, or by ${at}. */
static void try_pattern(struct evaluation *evaluation, uint32_t number,
			struct subject *subject, size_t at)
{
	const struct pack_pattern *pattern = &evaluation->pack->patterns[number];
	struct text text = pack_text(evaluation->pack, pattern->text);
	size_t size = subject->probed.size;
	bool found = false;

	if (!evaluation_spend(evaluation, 1 + text.size / 8))
		return;
	switch (pattern->kind) {
	case PATTERN_EXACT:
		found = size == text.size && part_is(evaluation, subject, 0, text);
		break;
	case PATTERN_PREFIX:
		found = part_is(evaluation, subject, 0, text);
		break;
	case PATTERN_SUFFIX:
		found = size >= text.size &&
			part_is(evaluation, subject, size - text.size, text);
		break;
	case PATTERN_CONTAINS:
		found = part_is(evaluation, subject, at, text);
		break;
	default:
		found = !glob_known(evaluation, number) &&
			glob_match(text, evaluation_fold(evaluation, subject->raw),
				   &evaluation->steps);
		break;
	}
	if (found)
		pattern_found(evaluation, pattern);
}

/* Every table keeps a free slot, so that the walks here end; the verifier saw to that. */
static inline void try_end(struct evaluation *evaluation,
			   const struct pack_end_table *table, uint32_t hash,
			   uint32_t size, struct subject *subject)
{
	const struct pack *pack = evaluation->pack;
	const struct pack_end_slot *slots = pack->end_slots + table->slots.first;
	uint32_t mask = table->slots.count - 1;

	for (uint32_t at = pack_end_slot_of(hash) & mask; slots[at].count;
	     at = (at + 1) & mask) {
		if (slots[at].hash != hash || slots[at].size != size)
			continue;
		for (uint32_t i = 0; i < slots[at].count; i++)
			try_pattern(evaluation, pack->numbers[slots[at].patterns + i],
				    subject, 0);
		return;
	}
}

static void try_whole(struct evaluation *evaluation, const struct pack_end_table *table,
		      struct subject *subject)
{
	struct text value = subject->probed;

	if (table->sizes >> value.size % 64 & 1 && table->slots.count)
		try_end(evaluation, table, pack_whole_hash(value), 0, subject);
}

/* ${outer}: the first (or last) eight bytes of the value, or, of a shorter one, all. */
static void try_ends(struct evaluation *evaluation, const struct pack_end_table *table,
		     struct subject *subject, uint64_t outer, bool backwards)
{
	struct text value = subject->probed;
	uint64_t few = table->sizes & 0xfe, hash = 0;

	if (!table->slots.count)
		return;
	for (; few; few &= few - 1) {
		uint32_t size = (uint32_t)__builtin_ctzll(few);
		uint64_t word = outer;

		if (size > value.size)
			break;
		if (backwards)
			word >>= 8 * ((value.size < 8 ? value.size : 8) - size);
		word = pack_word_low(word, size);
		try_end(evaluation, table, pack_end_hash(pack_hash_word(0, word), size),
			size, subject);
	}
	if (!(table->sizes >> 8))
		return;
	for (uint32_t size = 8; size <= PACK_END_BYTES && size <= value.size; size += 8) {
		size_t at = backwards ? value.size - size : size - 8;

		hash = pack_hash_word(hash, pack_word(value.at + at) | PACK_CASE_BITS);
		if (table->sizes >> size & 1)
			try_end(evaluation, table, pack_end_hash(hash, size), size,
				subject);
	}
}

static void try_gram(struct evaluation *evaluation, const struct pack_gram_table *table,
		     uint32_t bytes, struct subject *subject, size_t at)
{
	const struct pack *pack = evaluation->pack;
	const uint32_t *slots = pack->gram_slots + table->slots.first;
	uint32_t mask = table->slots.count - 1;

	for (uint32_t slot = pack_gram_hash(bytes) >> 7 & mask; slots[slot];
	     slot = (slot + 1) & mask) {
		const struct pack_gram *gram = &pack->grams[slots[slot] - 1];
		const uint32_t *places = pack->numbers + gram->places.first;

		if (gram->bytes != bytes)
			continue;
		for (uint32_t i = 0; i + 1 < gram->places.count; i += 2)
			if (places[i + 1] <= at)
				try_pattern(evaluation, places[i], subject,
					    at - places[i + 1]);
		return;
	}
}

static void try_grams(struct evaluation *evaluation, const struct pack_gram_table *table,
		      struct subject *subject)
{
	struct text value = subject->probed;

	if (!table->bits.count || value.size < 4)
		return;
	for (size_t at = gram_scan(evaluation->pack, table, value, 0); at < value.size;
	     at = gram_scan(evaluation->pack, table, value, at + table->stride))
		try_gram(evaluation, table, pack_gram_of(value.at + at, 4), subject, at);
}

static void try_narrow_grams(struct evaluation *evaluation,
			     const struct pack_gram_table *table, struct subject *subject)
{
	struct text value = subject->probed;

	if (!table->bits.count || value.size < 2)
		return;
	for (size_t at = gram_scan_narrow(evaluation->pack, table, value, 0);
	     at < value.size;
	     at = gram_scan_narrow(evaluation->pack, table, value, at + table->stride))
		try_gram(evaluation, table, pack_gram_of(value.at + at, 2), subject, at);
}

void matcher_run(struct evaluation *evaluation, const struct pack_matcher *matcher,
		 struct subject *subject)
{
	struct text value = subject->probed;

	evaluation->scans++;
	try_whole(evaluation, &matcher->whole, subject);
	if (value.size >= 8) {
		try_ends(evaluation, &matcher->starts, subject,
			 pack_word(value.at) | PACK_CASE_BITS, false);
		try_ends(evaluation, &matcher->ends, subject,
			 pack_word(value.at + value.size - 8) | PACK_CASE_BITS, true);
	} else if (value.size) {
		uint64_t word = pack_part_word(value.at, value.size) | PACK_CASE_BITS;

		try_ends(evaluation, &matcher->starts, subject, word, false);
		try_ends(evaluation, &matcher->ends, subject, word, true);
	}
	try_grams(evaluation, &matcher->wide, subject);
	try_narrow_grams(evaluation, &matcher->narrow, subject);
}
