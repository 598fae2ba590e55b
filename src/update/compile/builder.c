// SPDX-License-Identifier: Apache-2.0
// A pack under construction: its sections, and what they share.
#include "update/compile/builder.h"

#include <errno.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "model/field.h"
#include "model/pack.h"
#include "update/regex/regex_compile.h"

#define ARENA_SIZE ((size_t)2 << 30)

int builder_init(struct builder *builder, struct why *why)
{
	*builder = (struct builder){ .why = why, .arena = arena_create(ARENA_SIZE) };
	for (unsigned i = 0; i < PACK_SECTIONS; i++)
		buffer_init(&builder->sections[i], PACK_SIZE_MAX);
	buffer_init(&builder->text_spans, PACK_SIZE_MAX);
	buffer_init(&builder->trace_tables, PACK_SIZE_MAX);
	builder->rarity = builder->arena ? rarity_create(builder->arena) : NULL;
	return builder->rarity ? 0 : -ENOMEM;
}

void builder_done(struct builder *builder)
{
	for (unsigned i = 0; i < PACK_SECTIONS; i++)
		buffer_done(&builder->sections[i]);
	buffer_done(&builder->text_spans);
	buffer_done(&builder->trace_tables);
	table_done(&builder->texts);
	table_done(&builder->fields);
	table_done(&builder->regexes);
	table_done(&builder->traces);
	arena_free(builder->arena);
	builder->arena = NULL;
}

static int too_large(struct builder *builder, int r)
{
	if (r == -E2BIG)
		why_set(builder->why, 0, 0, "the rules make a pack larger than 256 MiB");
	return r;
}

int builder_add(struct builder *builder, enum pack_section_id section,
		const void *elements, uint32_t count, size_t size, uint32_t *first)
{
	struct buffer *buffer = &builder->sections[section];
	int r = buffer_need(buffer, count * size);

	if (r)
		return too_large(builder, r);
	if (first)
		*first = (uint32_t)(buffer->size / size);
	buffer_add(buffer, elements, count * size);
	return 0;
}

uint32_t builder_count(const struct builder *builder, enum pack_section_id section,
		       size_t size)
{
	return (uint32_t)(builder->sections[section].size / size);
}

int builder_list(struct builder *builder, const uint32_t *numbers, uint32_t count,
		 struct pack_span *out)
{
	struct pack_span span = { .count = count };
	int r = builder_add(builder, PACK_NUMBERS, numbers, count, sizeof(*numbers),
			    &span.first);

	if (!r)
		*out = span;
	return r;
}

int builder_text(struct builder *builder, struct text text, struct pack_span *out)
{
	uint32_t known = table_get(&builder->texts, text);
	struct pack_span span = { .count = (uint32_t)text.size };
	struct text copy;
	int r;

	if (known != TABLE_NONE) {
		memcpy(out, builder->text_spans.at + known * sizeof(span), sizeof(span));
		return 0;
	}
	known = (uint32_t)(builder->text_spans.size / sizeof(span));
	r = builder_add(builder, PACK_TEXT, text.at, (uint32_t)text.size, 1, &span.first);
	if (!r)
		r = buffer_need(&builder->text_spans, sizeof(span));
	if (!r)
		r = arena_copy(builder->arena, text, &copy);
	if (!r)
		r = table_put(&builder->texts, copy, known);
	if (r)
		return r;
	buffer_add(&builder->text_spans, &span, sizeof(span));
	*out = span;
	return 0;
}

int builder_field(struct builder *builder, struct text name, uint32_t *out)
{
	uint32_t number = table_get(&builder->fields, name);
	struct pack_field_entry entry;
	struct text copy;
	int r;

	if (number != TABLE_NONE) {
		*out = number;
		return 0;
	}
	if (builder->fields.count >= PACK_FIELDS_MAX) {
		why_set(builder->why, 0, 0, "the rules name more than %u fields",
			PACK_FIELDS_MAX);
		return -E2BIG;
	}
	r = builder_text(builder, name, &entry.name);
	if (!r)
		r = arena_copy(builder->arena, name, &copy);
	if (!r)
		r = builder_add(builder, PACK_FIELDS, &entry, 1, sizeof(entry), &number);
	if (!r)
		r = table_put(&builder->fields, copy, number);
	if (!r)
		*out = number;
	return r;
}

int builder_regex(struct builder *builder, struct text pattern, unsigned flags,
		  uint32_t *out)
{
	struct buffer *bytes = &builder->sections[PACK_REGEX_BYTES];
	struct pack_span span = { .first = (uint32_t)bytes->size };
	struct text key = { .size = pattern.size + 1 };
	char *copy = arena_alloc(builder->arena, key.size);
	uint32_t number;
	int r;

	if (!copy)
		return -ENOMEM;
	copy[0] = (char)flags;
	memcpy(copy + 1, pattern.at, pattern.size);
	key.at = copy;
	number = table_get(&builder->regexes, key);
	if (number == TABLE_NONE) {
		r = regex_compile(pattern, flags, bytes, builder->why);
		if (r)
			return r;
		span.count = (uint32_t)bytes->size - span.first;
		r = builder_add(builder, PACK_REGEXES, &span, 1, sizeof(span), &number);
		if (!r)
			r = table_put(&builder->regexes, key, number);
		if (r)
			return r;
	}
	*out = number;
	return 0;
}

int builder_slots(struct builder *builder, enum pack_section_id section,
		  const struct text *names, uint32_t count)
{
	AUTO(free) uint32_t *slots = NULL;
	uint32_t size = 2;

	while (size < count * 2 + 2)
		size *= 2;
	slots = calloc(size, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t at = table_hash(names[i]) & (size - 1);

		while (slots[at])
			at = (at + 1) & (size - 1);
		slots[at] = i + 1;
	}
	return builder_add(builder, section, slots, size, sizeof(*slots), NULL);
}

int builder_finish(struct builder *builder, struct buffer *out)
{
	static const char zeroes[8];
	struct pack_header header = { .format = PACK_FORMAT,
				      .engine = PACK_ENGINE,
				      .schema = field_schema_hash() };
	XXH128_hash_t hash;

	memcpy(header.magic, PACK_MAGIC, sizeof(header.magic));
	buffer_add(out, &header, sizeof(header));
	for (unsigned i = 0; i < PACK_SECTIONS; i++) {
		const struct buffer *section = &builder->sections[i];

		header.sections[i].offset = (uint32_t)out->size;
		header.sections[i].count =
			(uint32_t)(section->size / pack_element_size[i]);
		buffer_add(out, section->at, section->size);
		buffer_add(out, zeroes, -out->size & 7);
	}
	if (out->failed)
		return too_large(builder,
				 out->size >= PACK_SIZE_MAX / 2 ? -E2BIG : -ENOMEM);
	header.size = out->size;
	hash = XXH3_128bits(out->at + sizeof(header), out->size - sizeof(header));
	header.digest[0] = hash.low64;
	header.digest[1] = hash.high64;
	memcpy(out->at, &header, sizeof(header));
	return 0;
}
