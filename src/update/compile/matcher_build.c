// SPDX-License-Identifier: Apache-2.0
// The patterns of a class -> the matchers of its fields.
#include "update/compile/matcher_build.h"

#include <errno.h>

#include "model/pack_view.h"
#include "update/compile/gram_table.h"

#define DRAFT_SIZE_MAX ((size_t)1 << 30)

/* A pattern's place in one of a matcher's tables. */
struct place {
	uint32_t key, size; /* hash and bytes hashed; or gram, and 0 */
	uint32_t pattern;   /* in the pack */
	uint32_t at;        /* offset of the gram */
};

enum place_table { WHOLE, STARTS, ENDS, WIDE, NARROW, PLACE_TABLES };

struct draft {
	struct class_builder *class;
	uint32_t first_pattern; /* the class's first in the pack */
	unsigned stride;        /* of the wide table of the matcher at hand */
	uint32_t
		shortest; /* bytes of the shortest value that one of its patterns matches */
	uint64_t whole_sizes;
	struct buffer places[PLACE_TABLES];
};

static int write_patterns(struct class_builder *class)
{
	const struct class_pattern *drafts = (const void *)class->patterns.at;
	uint32_t count = (uint32_t)(class->patterns.size / sizeof(*drafts));
	size_t pairs = class->pattern_atoms.size / (2 * sizeof(uint32_t));
	const uint32_t *pair = (const uint32_t *)(void *)class->pattern_atoms.at;
	AUTO(free) uint32_t *first = calloc((size_t)count + 1, sizeof(*first));
	AUTO(free) uint32_t *atoms = calloc(pairs + 1, sizeof(*atoms));
	AUTO(free) uint32_t *next = calloc((size_t)count + 1, sizeof(*next));
	uint32_t base;
	int r;

	if (!first || !atoms || !next)
		return -ENOMEM;
	for (size_t i = 0; i < pairs; i++)
		first[pair[2 * i] + 1]++;
	for (uint32_t i = 0; i < count; i++) {
		first[i + 1] += first[i];
		next[i] = first[i];
	}
	for (size_t i = 0; i < pairs; i++)
		atoms[next[pair[2 * i]]++] = pair[2 * i + 1];
	r = builder_add(class->builder, PACK_NUMBERS, atoms, (uint32_t)pairs,
			sizeof(*atoms), &base);
	for (uint32_t i = 0; i < count && !r; i++) {
		struct pack_pattern pattern = { .kind = drafts[i].kind };

		pattern.atoms.first = base + first[i];
		pattern.atoms.count = first[i + 1] - first[i];
		r = builder_text(class->builder, drafts[i].text, &pattern.text);
		if (!r)
			r = builder_add(class->builder, PACK_PATTERNS, &pattern, 1,
					sizeof(pattern), NULL);
	}
	return r;
}

static uint32_t end_hash(struct text text, bool backwards, uint32_t *size)
{
	uint64_t hash = 0;

	*size = pack_end_bytes(text.size);
	if (*size && *size < 8)
		hash = pack_hash_word(
			hash,
			pack_word_low(pack_part_word(text.at, text.size) | PACK_CASE_BITS,
				      *size));
	for (uint32_t at = 8; at <= *size; at += 8)
		hash = pack_hash_word(
			hash, pack_word(text.at + (backwards ? text.size - at : at - 8)) |
				      PACK_CASE_BITS);
	return pack_end_hash(hash, *size);
}

static bool is_wildcard(char c)
{
	return c == GLOB_ANY_RUN || c == GLOB_ANY_ONE;
}

/* The best place in a pattern for ${count} successive grams of ${width} bytes: where the commonest
   of them is rarest, early places among equals. */
static bool choose_grams(const struct draft *draft, struct text text, unsigned width,
			 unsigned count, size_t *out)
{
	unsigned span = width + count - 1;
	double best = -1;

	for (size_t at = 0; at + span <= text.size; at++) {
		double worst = 0;
		bool literal = true;

		for (unsigned i = 0; i < span; i++)
			literal &= !is_wildcard(text.at[at + i]);
		for (unsigned i = 0; i < count && literal; i++) {
			double hits = rarity_gram(draft->class->builder->rarity,
						  text.at + at + i, width);

			worst = hits > worst ? hits : worst;
		}
		if (literal && (best < 0 || worst < best)) {
			best = worst;
			*out = at;
		}
	}
	return best >= 0;
}

static bool place_grams(struct draft *draft, const struct class_pattern *pattern,
			uint32_t number, enum place_table table, unsigned width,
			unsigned count)
{
	struct place place = { .pattern = number };
	struct text text = pattern->text;
	size_t at = 0;

	if (!choose_grams(draft, text, width, count, &at))
		return false;
	for (unsigned i = 0; i < count; i++) {
		place.key = pack_gram_of(text.at + at + i, width);
		/* Where wildcards are, a gram's distance from the beginning is not fixed. */
		if (pattern->kind == PATTERN_CONTAINS)
			place.at = (uint32_t)(at + i);
		buffer_add(&draft->places[table], &place, sizeof(place));
	}
	return true;
}

/* Lowering sees to it that there are two literal bytes side by side: is_scannable of lower.c. */
static void place_floating(struct draft *draft, const struct class_pattern *pattern,
			   uint32_t number)
{
	if (!place_grams(draft, pattern, number, WIDE, 4, draft->stride))
		(void)place_grams(draft, pattern, number, NARROW, 2, 1);
}

/* The fewest bytes that a value has which the pattern matches. */
static uint32_t shortest_value(const struct class_pattern *pattern)
{
	uint32_t size = 0;

	for (size_t i = 0; i < pattern->text.size; i++)
		size += pattern->kind != PATTERN_GLOB ||
			pattern->text.at[i] != GLOB_ANY_RUN;
	return size;
}

/* Filters with more grams than this leave the nearest cache. */
#define STRIDE_GRAMS_MAX 8192u
#define FIELD_STRIDE_MAX 4u /* more grams of a pattern are commoner grams */

/* How far apart a field's values can be probed: as its shortest pattern allows that has four
   bytes at all (shorter ones are found by other tables). */
static unsigned choose_stride(const struct class_pattern *patterns,
			      const uint32_t *numbers, uint32_t count)
{
	size_t stride = STRIDE_GRAMS_MAX / count;

	for (uint32_t i = 0; i < count; i++) {
		const struct class_pattern *pattern = &patterns[numbers[i]];
		size_t run = pattern->kind >= PATTERN_CONTAINS
				     ? rarity_run(pattern->text).size
				     : 0;

		if (run >= 4 && run < 3 + stride)
			stride = run - 3;
	}
	return stride < 1                  ? 1
	       : stride < FIELD_STRIDE_MAX ? (unsigned)stride
					   : FIELD_STRIDE_MAX;
}

static void place_pattern(struct draft *draft, const struct class_pattern *pattern,
			  uint32_t number)
{
	struct place place = { .pattern = number };

	switch (pattern->kind) {
	case PATTERN_EXACT:
		place.key = pack_whole_hash(pattern->text);
		draft->whole_sizes |= 1ull << pattern->text.size % 64;
		buffer_add(&draft->places[WHOLE], &place, sizeof(place));
		break;
	case PATTERN_PREFIX:
		place.key = end_hash(pattern->text, false, &place.size);
		buffer_add(&draft->places[STARTS], &place, sizeof(place));
		break;
	case PATTERN_SUFFIX:
		place.key = end_hash(pattern->text, true, &place.size);
		buffer_add(&draft->places[ENDS], &place, sizeof(place));
		break;
	default:
		place_floating(draft, pattern, number);
		break;
	}
}

static int by_place(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->size != y->size)
		return x->size < y->size ? -1 : 1;
	if (x->pattern != y->pattern)
		return x->pattern < y->pattern ? -1 : 1;
	return x->at < y->at ? -1 : x->at > y->at;
}

/* How many of the places from ${at} on share its key. */
static uint32_t same_key(const struct place *places, uint32_t count, uint32_t at)
{
	uint32_t n = 1;

	while (at + n < count && places[at + n].key == places[at].key &&
	       places[at + n].size == places[at].size)
		n++;
	return n;
}

static int full_bucket(struct builder *builder)
{
	why_set(builder->why, 0, 0, "more than %u values that look alike",
		PACK_BUCKET_MAX);
	return -E2BIG;
}

static uint32_t table_size(uint32_t count)
{
	uint32_t size = 2;

	while (size < count * 2 + 1)
		size *= 2;
	return size;
}

static int write_ends(struct builder *builder, struct buffer *buffer,
		      struct pack_end_table *out)
{
	struct place *places = (struct place *)(void *)buffer->at;
	uint32_t count = (uint32_t)(buffer->size / sizeof(*places)), run;
	AUTO(free) struct pack_end_slot *slots = NULL;

	if (!count)
		return 0;
	qsort(places, count, sizeof(*places), by_place);
	out->slots.count = table_size(count);
	slots = calloc(out->slots.count, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i += run) {
		uint32_t size = places[i].size, mask = out->slots.count - 1;
		uint32_t at = pack_end_slot_of(places[i].key) & mask;

		run = same_key(places, count, i);
		if (run > PACK_BUCKET_MAX)
			return full_bucket(builder);
		while (slots[at].count)
			at = (at + 1) & mask;
		slots[at] = (struct pack_end_slot){ .hash = places[i].key,
						    .size = (uint16_t)size,
						    .count = (uint16_t)run };
		slots[at].patterns =
			builder_count(builder, PACK_NUMBERS, sizeof(uint32_t));
		if (size)
			out->sizes |= 1ull << size;
		for (uint32_t n = 0; n < run; n++) {
			int r = builder_add(builder, PACK_NUMBERS, &places[i + n].pattern,
					    1, sizeof(uint32_t), NULL);

			if (r)
				return r;
		}
	}
	return builder_add(builder, PACK_END_SLOTS, slots, out->slots.count,
			   sizeof(*slots), &out->slots.first);
}

static int write_gram(struct builder *builder, const struct place *places, uint32_t count,
		      uint32_t *out)
{
	struct pack_gram gram = { .bytes = places[0].key,
				  .places = { .count = count * 2 } };

	gram.places.first = builder_count(builder, PACK_NUMBERS, sizeof(uint32_t));
	for (uint32_t i = 0; i < count; i++) {
		uint32_t pair[2] = { places[i].pattern, places[i].at };
		int r = builder_add(builder, PACK_NUMBERS, pair, 2, sizeof(uint32_t),
				    NULL);

		if (r)
			return r;
	}
	return builder_add(builder, PACK_GRAMS, &gram, 1, sizeof(gram), out);
}

static int write_grams(struct builder *builder, struct buffer *buffer, uint32_t stride,
		       struct pack_gram_table *out)
{
	struct place *places = (struct place *)(void *)buffer->at;
	uint32_t count = (uint32_t)(buffer->size / sizeof(*places)), run, grams = 0;
	AUTO(free) struct gram_entry *entries = calloc(count + 1u, sizeof(*entries));

	if (!count)
		return 0;
	if (!entries)
		return -ENOMEM;
	qsort(places, count, sizeof(*places), by_place);
	for (uint32_t i = 0; i < count; i += run, grams++) {
		int r;

		run = same_key(places, count, i);
		if (run > PACK_BUCKET_MAX)
			return full_bucket(builder);
		entries[grams].bytes = places[i].key;
		r = write_gram(builder, places + i, run, &entries[grams].gram);
		if (r)
			return r;
	}
	return gram_table_write(builder, entries, grams, stride, out);
}

static int write_matcher(struct draft *draft, uint32_t field)
{
	struct builder *builder = draft->class->builder;
	struct pack_matcher matcher = { .field = field,
					.shortest = draft->shortest,
					.whole = { .sizes = draft->whole_sizes } };
	int r = write_ends(builder, &draft->places[WHOLE], &matcher.whole);

	if (!r)
		r = write_ends(builder, &draft->places[STARTS], &matcher.starts);
	if (!r)
		r = write_ends(builder, &draft->places[ENDS], &matcher.ends);
	if (!r)
		r = write_grams(builder, &draft->places[WIDE], draft->stride,
				&matcher.wide);
	if (!r)
		r = write_grams(builder, &draft->places[NARROW], 1, &matcher.narrow);
	if (!r)
		r = builder_add(builder, PACK_MATCHERS, &matcher, 1, sizeof(matcher),
				NULL);
	return r;
}

/* All patterns of one field; what could not be kept for want of memory shows in the buffers. */
static int build_matcher(struct draft *draft, const uint32_t *numbers, uint32_t count)
{
	const struct class_pattern *patterns = (const void *)draft->class->patterns.at;

	for (unsigned i = 0; i < PLACE_TABLES; i++)
		buffer_clear(&draft->places[i]);
	draft->stride = choose_stride(patterns, numbers, count);
	draft->shortest = UINT32_MAX;
	draft->whole_sizes = 0;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t size = shortest_value(&patterns[numbers[i]]);

		draft->shortest = size < draft->shortest ? size : draft->shortest;
		place_pattern(draft, &patterns[numbers[i]],
			      draft->first_pattern + numbers[i]);
	}
	for (unsigned i = 0; i < PLACE_TABLES; i++)
		if (draft->places[i].failed)
			return -ENOMEM;
	return write_matcher(draft, patterns[numbers[0]].field);
}

struct field_pattern {
	uint32_t field, number;
};

static int by_field(const void *a, const void *b)
{
	const struct field_pattern *x = a, *y = b;

	if (x->field != y->field)
		return x->field < y->field ? -1 : 1;
	return x->number < y->number ? -1 : x->number > y->number;
}

static int build_matchers(struct draft *draft, struct pack_class *out,
			  struct buffer *matchers)
{
	const struct class_pattern *patterns = (const void *)draft->class->patterns.at;
	uint32_t count = (uint32_t)(draft->class->patterns.size / sizeof(*patterns)), run;
	AUTO(free)
	struct field_pattern *order = calloc((size_t)count + 1, sizeof(*order));
	AUTO(free) uint32_t *numbers = calloc((size_t)count + 1, sizeof(*numbers));

	if (!order || !numbers)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++)
		order[i] = (struct field_pattern){ patterns[i].field, i };
	qsort(order, count, sizeof(*order), by_field);
	for (uint32_t i = 0; i < count; i += run) {
		uint32_t pair[2] = { order[i].field, ++out->matchers.count };
		int r;

		for (run = 0; i + run < count && order[i + run].field == order[i].field;
		     run++)
			numbers[run] = order[i + run].number;
		r = build_matcher(draft, numbers, run);
		if (r)
			return r;
		if (order[i].field != PACK_NONE) {
			buffer_add(matchers, pair, sizeof(pair));
			continue;
		}
		out->keywords = out->matchers.count - 1;
		r = traces_write(draft->class->builder, patterns, numbers, run,
				 &out->traces);
		if (r)
			return r;
	}
	return matchers->failed ? -ENOMEM : 0;
}

int matchers_write(struct class_builder *class, struct pack_class *out,
		   struct buffer *matchers)
{
	struct draft draft = { .class = class };
	int r;

	for (unsigned i = 0; i < PLACE_TABLES; i++)
		buffer_init(&draft.places[i], DRAFT_SIZE_MAX);
	draft.first_pattern =
		builder_count(class->builder, PACK_PATTERNS, sizeof(struct pack_pattern));
	out->keywords = PACK_NONE;
	out->matchers.first =
		builder_count(class->builder, PACK_MATCHERS, sizeof(struct pack_matcher));
	r = write_patterns(class);
	if (!r)
		r = build_matchers(&draft, out, matchers);
	for (unsigned i = 0; i < PLACE_TABLES; i++)
		buffer_done(&draft.places[i]);
	return r;
}
