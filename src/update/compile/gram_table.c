// SPDX-License-Identifier: Apache-2.0
// Filters over grams, and the tables behind them.
#include "update/compile/gram_table.h"

#include <errno.h>

#include "model/pack_view.h"

/* Places of a filter for each gram in it: so many that one in 32 or more hits in vain. */
#define FILTER_PLACES_PER_GRAM 32u

/* A small filter can afford to hit in vain half as often, and stay in the nearest cache. */
#define FILTER_SMALL 256u

/* Few grams have a byte for each hash instead, which takes fewer instructions to look at. */
#define MAP_GRAMS_MAX 512u

int gram_table_write(struct builder *builder, const struct gram_entry *entries,
		     uint32_t count, uint32_t stride, struct pack_gram_table *out)
{
	AUTO(free) uint32_t *slots = NULL;
	AUTO(free) uint64_t *bits = NULL;
	uint32_t shift, per_word, wanted;
	int r;

	*out = (struct pack_gram_table){ .stride = stride };
	for (out->slots.count = 2; out->slots.count < count * 2 + 1;)
		out->slots.count *= 2;
	out->is_map = count <= MAP_GRAMS_MAX;
	per_word = out->is_map ? 8 : 64;
	wanted = count * FILTER_PLACES_PER_GRAM * (count <= FILTER_SMALL ? 2 : 1);
	for (out->bits.count = 64 / per_word; out->bits.count * per_word < wanted;)
		out->bits.count *= 2;
	shift = 32 - (uint32_t)__builtin_ctz(out->bits.count * per_word);
	slots = calloc(out->slots.count, sizeof(*slots));
	bits = calloc(out->bits.count, sizeof(*bits));
	if (!slots || !bits)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t hash = pack_gram_hash(entries[i].bytes),
			 mask = out->slots.count - 1;
		uint32_t at = hash >> 7 & mask;

		while (slots[at])
			at = (at + 1) & mask;
		slots[at] = entries[i].gram + 1;
		hash >>= shift;
		if (out->is_map)
			((uint8_t *)bits)[hash] = 1;
		else
			((uint8_t *)bits)[hash / 8] |= (uint8_t)(1u << hash % 8);
	}
	r = builder_add(builder, PACK_GRAM_BITS, bits, out->bits.count, sizeof(*bits),
			&out->bits.first);
	if (!r)
		r = builder_add(builder, PACK_GRAM_SLOTS, slots, out->slots.count,
				sizeof(*slots), &out->slots.first);
	return r;
}

/* A byte that a log may not write as it is, or that folding may have made of another. */
static bool is_unsteady(char c)
{
	return c < 0x20 || c == '"' || c == '\\';
}

/* A gram of a keyword, and the steady bytes around it. */
struct trace {
	uint32_t gram;
	struct pack_span run; /* TEXT */
	uint32_t at;          /* of the gram in it */
};

/* The run of steady bytes that begins at ${from}. */
static struct text steady_run(struct text text, size_t from)
{
	size_t size = 0;

	while (from + size < text.size && !is_unsteady(text.at[from + size]))
		size++;
	return text_part(text, from, size);
}

/* The longest run of steady bytes in a pattern. */
static struct text longest_run(struct text text)
{
	struct text longest = { 0 };

	for (size_t at = 0; at < text.size; at++) {
		struct text run = steady_run(text, at);

		if (run.size > longest.size)
			longest = run;
	}
	return longest;
}

/* Where in ${run} ${stride} successive grams stand of which the commonest is rarest. */
static uint32_t rarest_place(const struct builder *builder, struct text run,
			     uint32_t stride)
{
	double best = 0;
	uint32_t place = 0;

	for (uint32_t at = 0; at + 3 + stride <= run.size; at++) {
		double worst = 0;

		for (uint32_t i = 0; i < stride; i++) {
			double share = rarity_gram(builder->rarity, run.at + at + i, 4);

			worst = share > worst ? share : worst;
		}
		if (at == 0 || worst < best) {
			best = worst;
			place = at;
		}
	}
	return place;
}

static int add_traces(struct builder *builder, struct text run, uint32_t stride,
		      struct buffer *traces)
{
	uint32_t place = rarest_place(builder, run, stride);
	struct trace trace = { 0 };
	int r = builder_text(builder, run, &trace.run);

	for (uint32_t i = 0; i < stride && !r; i++) {
		trace.at = place + i;
		trace.gram = pack_gram_of(run.at + trace.at, 4);
		buffer_add(traces, &trace, sizeof(trace));
	}
	return r;
}

static int by_trace(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct trace));
}

/* One gram, with the patterns (of no atoms) that its traces are of. */
static int write_trace_gram(struct builder *builder, const struct trace *traces,
			    uint32_t count, struct gram_entry *out)
{
	struct pack_gram gram = { .bytes = traces[0].gram };
	AUTO(buffer) struct buffer places;
	int r = 0;

	buffer_init(&places, PACK_SIZE_MAX);
	for (uint32_t i = 0; i < count && !r; i++) {
		struct pack_pattern pattern = { .kind = PATTERN_CONTAINS,
						.text = traces[i].run };
		uint32_t pair[2] = { 0, traces[i].at };

		r = builder_add(builder, PACK_PATTERNS, &pattern, 1, sizeof(pattern),
				&pair[0]);
		buffer_add(&places, pair, sizeof(pair));
	}
	if (r || places.failed)
		return r ? r : -ENOMEM;
	r = builder_list(builder, (const uint32_t *)(void *)places.at, 2 * count,
			 &gram.places);
	out->bytes = gram.bytes;
	return r ? r
		 : builder_add(builder, PACK_GRAMS, &gram, 1, sizeof(gram), &out->gram);
}

static int write_traces(struct builder *builder, const struct trace *traces,
			uint32_t count, uint32_t stride, struct pack_gram_table *out)
{
	AUTO(free) struct gram_entry *entries = calloc(count, sizeof(*entries));
	uint32_t grams = 0, run;
	int r = entries ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < count && !r; i += run, grams++) {
		for (run = 1; i + run < count && traces[i + run].gram == traces[i].gram;)
			run++;
		r = write_trace_gram(builder, traces + i, run, &entries[grams]);
	}
	return r ? r : gram_table_write(builder, entries, grams, stride, out);
}

/* The table of these traces, which are sorted: the one that is there, or a new one. */
static int find_traces(struct builder *builder, struct text traces, uint32_t stride,
		       struct pack_gram_table *out)
{
	uint32_t known = table_get(&builder->traces, traces);
	struct text key;
	int r;

	if (known != TABLE_NONE) {
		*out = ((const struct pack_gram_table *)(const void *)
				builder->trace_tables.at)[known];
		return 0;
	}
	r = write_traces(builder, (const struct trace *)(const void *)traces.at,
			 (uint32_t)(traces.size / sizeof(struct trace)), stride, out);
	if (!r)
		r = arena_copy(builder->arena, traces, &key);
	if (!r)
		r = table_put(&builder->traces, key, builder->traces.count);
	buffer_add(&builder->trace_tables, out, sizeof(*out));
	return builder->trace_tables.failed ? -ENOMEM : r;
}

int traces_write(struct builder *builder, const struct class_pattern *patterns,
		 const uint32_t *numbers, uint32_t count, struct pack_gram_table *out)
{
	AUTO(buffer) struct buffer traces;
	size_t stride = PACK_STRIDE_MAX;
	int r = 0;

	buffer_init(&traces, PACK_SIZE_MAX);
	for (uint32_t i = 0; i < count; i++) {
		struct text run = longest_run(patterns[numbers[i]].text);

		if (run.size < 4)
			return 0;
		if (run.size < 3 + stride)
			stride = run.size - 3;
	}
	for (uint32_t i = 0; i < count && !r; i++)
		r = add_traces(builder, longest_run(patterns[numbers[i]].text),
			       (uint32_t)stride, &traces);
	if (r || traces.failed)
		return r ? r : -ENOMEM;
	/* Numbers within the pack: in the same order on any machine. */
	qsort(traces.at, traces.size / sizeof(struct trace), sizeof(struct trace),
	      by_trace);
	return find_traces(builder, buffer_view(&traces), (uint32_t)stride, out);
}
