// SPDX-License-Identifier: Apache-2.0
// Packs with one fault each, and a digest that is right: poison_pack KIND SOUND OUT
#include <errno.h>
#include <stdio.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/file.h"
#include "model/pack_format.h"

#define SIZE_MAX_HERE (256u << 20)

struct image {
	char *bytes;
	size_t size;
	struct pack_header *header;
};

static void *section(const struct image *image, enum pack_section_id id)
{
	return image->bytes + image->header->sections[id].offset;
}

static uint32_t count(const struct image *image, enum pack_section_id id)
{
	return image->header->sections[id].count;
}

/* The 21st of 20: a question about the field behind the last. */
static void field_behind_the_last(struct image *image)
{
	struct pack_atom *atoms = section(image, PACK_ATOMS);

	for (uint32_t i = 0; i < count(image, PACK_ATOMS); i++)
		if (atoms[i].field != PACK_NONE)
			atoms[i].field = count(image, PACK_FIELDS);
}

static void jump_back(struct image *image)
{
	struct pack_test *tests = section(image, PACK_TESTS);

	tests[0].yes = 0;
}

static void atom_behind_the_last(struct image *image)
{
	struct pack_test *tests = section(image, PACK_TESTS);

	tests[0].atom = count(image, PACK_ATOMS);
}

static void rule_behind_the_last(struct image *image)
{
	struct pack_instance *instances = section(image, PACK_INSTANCES);

	instances[0].rule = count(image, PACK_RULES);
}

static void text_behind_the_end(struct image *image)
{
	struct pack_rule_entry *rules = section(image, PACK_RULES);

	rules[0].title.count = count(image, PACK_TEXT) + 1;
}

static void regex_code(struct image *image)
{
	char *code = section(image, PACK_REGEX_BYTES);

	for (uint32_t i = 0; i < count(image, PACK_REGEX_BYTES); i++)
		code[i] = (char)0xff;
}

static void unknown_kind(struct image *image)
{
	struct pack_atom *atoms = section(image, PACK_ATOMS);

	atoms[0].kind = ATOM_KINDS;
}

static void full_table(struct image *image)
{
	uint32_t *slots = section(image, PACK_FIELD_SLOTS);

	/* Without a free slot a search would have no end. */
	for (uint32_t i = 0; i < count(image, PACK_FIELD_SLOTS); i++)
		slots[i] = 1;
}

static void magic(struct image *image)
{
	image->header->magic[0] ^= 1;
}

static void format(struct image *image)
{
	image->header->format++;
}

static void newer_engine(struct image *image)
{
	image->header->engine = PACK_ENGINE + 1;
}

static void schema(struct image *image)
{
	image->header->schema ^= 1;
}

static void section_behind_the_end(struct image *image)
{
	image->header->sections[PACK_BOUNDS].offset = (uint32_t)image->size + 8;
	image->header->sections[PACK_BOUNDS].count = 1;
}

/* Close the gaps that sections left which became shorter. */
static void compact(struct image *image)
{
	size_t at = sizeof(*image->header);

	for (unsigned id = 0; id < PACK_SECTIONS; id++) {
		struct pack_section *part = &image->header->sections[id];
		size_t size = (size_t)part->count * pack_element_size[id];

		memmove(image->bytes + at, image->bytes + part->offset, size);
		part->offset = (uint32_t)at;
		at += size;
		for (; at % 8; at++)
			image->bytes[at] = '\0';
	}
	image->size = at;
	image->header->size = at;
}

/* All of it sound, and nobody home. */
static void no_rules(struct image *image)
{
	struct pack_class *classes = section(image, PACK_CLASSES);
	struct pack_atom *atoms = section(image, PACK_ATOMS);

	for (uint32_t i = 0; i < count(image, PACK_CLASSES); i++)
		classes[i].instances = classes[i].always = (struct pack_span){ 0 };
	for (uint32_t i = 0; i < count(image, PACK_ATOMS); i++)
		atoms[i].witnesses = (struct pack_span){ 0 };
	for (unsigned id = 0; id < PACK_SECTIONS; id++)
		if (id == PACK_INSTANCES || id == PACK_RULES || id == PACK_CORRELATIONS ||
		    id == PACK_PARTS || id == PACK_BOUNDS)
			image->header->sections[id].count = 0;
	compact(image);
}

static const struct {
	const char *name;
	void (*spoil)(struct image *image);
} kinds[] = {
	{ "field-behind-the-last", field_behind_the_last },
	{ "jump-back", jump_back },
	{ "atom-behind-the-last", atom_behind_the_last },
	{ "rule-behind-the-last", rule_behind_the_last },
	{ "text-behind-the-end", text_behind_the_end },
	{ "regex-code", regex_code },
	{ "unknown-kind", unknown_kind },
	{ "full-table", full_table },
	{ "magic", magic },
	{ "format", format },
	{ "newer-engine", newer_engine },
	{ "schema", schema },
	{ "section-behind-the-end", section_behind_the_end },
	{ "no-rules", no_rules },
};

/* Without this, nothing but the digest would be tested. */
static void seal(struct image *image)
{
	size_t head = sizeof(*image->header);
	XXH128_hash_t hash = XXH3_128bits(image->bytes + head, image->size - head);

	image->header->digest[0] = hash.low64;
	image->header->digest[1] = hash.high64;
}

int main(int argc, char **argv)
{
	AUTO(buffer) struct buffer bytes;
	struct image image;
	int r;

	buffer_init(&bytes, SIZE_MAX_HERE);
	if (argc != 4 || file_read(argv[2], &bytes) != 0 ||
	    bytes.size < sizeof(struct pack_header))
		return 2;
	image = (struct image){ .bytes = bytes.at, .size = bytes.size };
	image.header = (struct pack_header *)(void *)bytes.at;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strcmp(argv[1], kinds[i].name) != 0)
			continue;
		kinds[i].spoil(&image);
		seal(&image);
		bytes.size = image.size;
		r = file_replace(argv[3], buffer_view(&bytes), 0644);
		if (r)
			(void)fprintf(stderr, "%s: %s\n", argv[3],
				      strerror(r < 0 ? -r : EINVAL));
		return r ? 1 : 0;
	}
	return 2;
}
