// SPDX-License-Identifier: Apache-2.0
// All patterns of one field against one value, in time that hardly knows how many there are.
#include "detect/engine/evaluation.h"
#include "detect/engine/glob.h"

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

/* Compare a pattern whose place in the value is given by its kind, or by ${at}. */
static void try_pattern(struct evaluation *evaluation, uint32_t number, struct text value,
			size_t at)
{
	const struct pack_pattern *pattern = &evaluation->pack->patterns[number];
	struct text text = pack_text(evaluation->pack, pattern->text);
	bool found = false;

	if (!evaluation_spend(evaluation, 1 + text.size / 8))
		return;
	switch (pattern->kind) {
	case PATTERN_EXACT:
		found = text_is(value, text);
		break;
	case PATTERN_PREFIX:
		found = text_starts(value, text);
		break;
	case PATTERN_SUFFIX:
		found = text_ends(value, text);
		break;
	case PATTERN_CONTAINS:
		found = text_is(text_part(value, at, text.size), text);
		break;
	default:
		found = !glob_known(evaluation, number) &&
			glob_match(text, value, &evaluation->steps);
		break;
	}
	if (found)
		pattern_found(evaluation, pattern);
}

/* Every table keeps a free slot, so that the walks here end; the verifier saw to that. */
static void try_end(struct evaluation *evaluation, const struct pack_end_table *table,
		    uint32_t hash, uint32_t size, struct text value)
{
	const struct pack *pack = evaluation->pack;
	const struct pack_end_slot *slots = pack->end_slots + table->slots.first;
	uint32_t mask = table->slots.count - 1;

	for (uint32_t at = pack_end_slot_of(hash, size) & mask; slots[at].count;
	     at = (at + 1) & mask) {
		if (slots[at].hash != hash || slots[at].size != size)
			continue;
		for (uint32_t i = 0; i < slots[at].count; i++)
			try_pattern(evaluation, pack->numbers[slots[at].patterns + i],
				    value, 0);
		return;
	}
}

static void try_ends(struct evaluation *evaluation, const struct pack_end_table *table,
		     struct text value, bool backwards)
{
	uint64_t sizes = table->sizes;
	uint32_t most, hash = PACK_END_HASH_START;

	if (!sizes)
		return;
	most = sizes & 1 ? PACK_END_BYTES : 63 - (uint32_t)__builtin_clzll(sizes);
	if (most > value.size)
		most = (uint32_t)value.size;
	for (uint32_t size = 1; size <= most; size++) {
		size_t at = backwards ? value.size - size : size - 1;

		hash = pack_end_hash(hash, (uint8_t)value.at[at]);
		if (sizes >> size % PACK_END_BYTES & 1)
			try_end(evaluation, table, hash, size, value);
	}
}

static void try_gram(struct evaluation *evaluation, const struct pack_gram_table *table,
		     uint32_t bytes, struct text value, size_t at)
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
				try_pattern(evaluation, places[i], value,
					    at - places[i + 1]);
		return;
	}
}

/*
 * One multiplication and one bit for each place probed; the filter is so sparse that the table
 * behind it is hardly ever asked in vain.  ${width} is a constant at every call.
 */
static inline __attribute__((always_inline)) void
try_grams(struct evaluation *evaluation, const struct pack_gram_table *table,
	  struct text value, unsigned width)
{
	const uint64_t *bits = evaluation->pack->gram_bits + table->bits.first;
	const uint32_t stride = table->stride;
	uint32_t shift;

	if (!table->bits.count || value.size < width)
		return;
	shift = 32 - 6 - (uint32_t)__builtin_ctz(table->bits.count);
	for (size_t at = 0; at + width <= value.size; at += stride) {
		uint32_t gram = 0, hash;

		memcpy(&gram, value.at + at, width);
		hash = pack_gram_hash(gram) >> shift;
		if (bits[hash / 64] >> hash % 64 & 1)
			try_gram(evaluation, table, gram, value, at);
	}
}

void matcher_run(struct evaluation *evaluation, const struct pack_matcher *matcher,
		 struct text value)
{
	evaluation->scans++;
	if (matcher->whole.slots.count)
		try_end(evaluation, &matcher->whole, pack_whole_hash(value), 0, value);
	try_ends(evaluation, &matcher->starts, value, false);
	try_ends(evaluation, &matcher->ends, value, true);
	try_grams(evaluation, &matcher->wide, value, 4);
	try_grams(evaluation, &matcher->narrow, value, 2);
}
