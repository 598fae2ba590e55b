// SPDX-License-Identifier: Apache-2.0
// Opening a pack: map, place the sections, check the digest, verify; and reading names from it.
#include "model/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/table.h"
#include "model/event.h"
#include "model/field.h"
#include "model/gram_scan.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "packs are little-endian and used in place"
#endif

const uint32_t pack_element_size[PACK_SECTIONS] = {
	[PACK_TEXT] = 1,
	[PACK_NUMBERS] = sizeof(uint32_t),
	[PACK_FIELDS] = sizeof(struct pack_field_entry),
	[PACK_FIELD_SLOTS] = sizeof(uint32_t),
	[PACK_SOURCES] = sizeof(struct pack_source),
	[PACK_SOURCE_SLOTS] = sizeof(uint32_t),
	[PACK_CLASSES] = sizeof(struct pack_class),
	[PACK_FIELD_MATCHERS] = sizeof(uint16_t),
	[PACK_MATCHERS] = sizeof(struct pack_matcher),
	[PACK_PATTERNS] = sizeof(struct pack_pattern),
	[PACK_END_SLOTS] = sizeof(struct pack_end_slot),
	[PACK_GRAMS] = sizeof(struct pack_gram),
	[PACK_GRAM_SLOTS] = sizeof(uint32_t),
	[PACK_GRAM_BITS] = sizeof(uint64_t),
	[PACK_ATOMS] = sizeof(struct pack_atom),
	[PACK_INSTANCES] = sizeof(struct pack_instance),
	[PACK_TESTS] = sizeof(struct pack_test),
	[PACK_REGEXES] = sizeof(struct pack_span),
	[PACK_REGEX_BYTES] = 1,
	[PACK_RULES] = sizeof(struct pack_rule_entry),
	[PACK_CORRELATIONS] = sizeof(struct pack_correlation),
	[PACK_PARTS] = sizeof(struct pack_part),
	[PACK_BOUNDS] = sizeof(struct pack_bound),
};

static int refuse(struct why *why, const char *reason)
{
	why_set(why, 0, 0, "%s", reason);
	return -EINVAL;
}

static int check_header(const struct pack *pack, struct why *why)
{
	const struct pack_header *header = pack->header;

	if (pack->size < sizeof(*header))
		return refuse(why, "not a pack: shorter than a pack's header");
	if (memcmp(header->magic, PACK_MAGIC, sizeof(header->magic)) != 0)
		return refuse(why,
			      "not a pack: it does not begin with a pack's signature");
	if (header->format != PACK_FORMAT) {
		why_set(why, 0, 0, "pack format %u, and this engine reads format %u",
			header->format, PACK_FORMAT);
		return -EINVAL;
	}
	if (header->engine > PACK_ENGINE) {
		why_set(why, 0, 0,
			"the pack needs engine %u or newer, and this is engine %u",
			header->engine, PACK_ENGINE);
		return -EINVAL;
	}
	if (header->schema != field_schema_hash()) {
		why_set(why, 0, 0,
			"the pack is for another event schema (%016llx, and this engine "
			"has %016llx)",
			(unsigned long long)header->schema,
			(unsigned long long)field_schema_hash());
		return -EINVAL;
	}
	if (header->size != pack->size) {
		why_set(why, 0, 0, "the pack is torn: %llu bytes expected, %llu there",
			(unsigned long long)header->size, (unsigned long long)pack->size);
		return -EINVAL;
	}
	if (header->reserved[0] || header->reserved[1])
		return refuse(why, "reserved bytes of the header are not zero");
	return 0;
}

/* Sections lie one after the other, each aligned to 8, and fill the file. */
static int check_sections(struct pack *pack, struct why *why)
{
	const struct pack_header *header = pack->header;
	uint64_t at = sizeof(*header);

	for (unsigned i = 0; i < PACK_SECTIONS; i++) {
		const struct pack_section *section = &header->sections[i];
		uint64_t size = (uint64_t)section->count * pack_element_size[i];

		if (section->offset != at || size > pack->size - at) {
			why_set(why, 0, 0, "section %u is not inside the file", i);
			return -EINVAL;
		}
		pack->count[i] = section->count;
		at = (at + size + 7) & ~(uint64_t)7;
		if (at > pack->size) {
			why_set(why, 0, 0, "section %u is not inside the file", i);
			return -EINVAL;
		}
	}
	if (at != pack->size)
		return refuse(why, "bytes follow the last section");
	return 0;
}

static const void *section(const struct pack *pack, enum pack_section_id id)
{
	return pack->base + pack->header->sections[id].offset;
}

static void place_sections(struct pack *pack)
{
	pack->text = section(pack, PACK_TEXT);
	pack->numbers = section(pack, PACK_NUMBERS);
	pack->fields = section(pack, PACK_FIELDS);
	pack->field_slots = section(pack, PACK_FIELD_SLOTS);
	pack->sources = section(pack, PACK_SOURCES);
	pack->source_slots = section(pack, PACK_SOURCE_SLOTS);
	pack->classes = section(pack, PACK_CLASSES);
	pack->field_matchers = section(pack, PACK_FIELD_MATCHERS);
	pack->matchers = section(pack, PACK_MATCHERS);
	pack->patterns = section(pack, PACK_PATTERNS);
	pack->end_slots = section(pack, PACK_END_SLOTS);
	pack->grams = section(pack, PACK_GRAMS);
	pack->gram_slots = section(pack, PACK_GRAM_SLOTS);
	pack->gram_bits = section(pack, PACK_GRAM_BITS);
	pack->atoms = section(pack, PACK_ATOMS);
	pack->instances = section(pack, PACK_INSTANCES);
	pack->tests = section(pack, PACK_TESTS);
	pack->regexes = section(pack, PACK_REGEXES);
	pack->regex_bytes = section(pack, PACK_REGEX_BYTES);
	pack->rules = section(pack, PACK_RULES);
	pack->correlations = section(pack, PACK_CORRELATIONS);
	pack->parts = section(pack, PACK_PARTS);
	pack->bounds = section(pack, PACK_BOUNDS);
}

static int check_digest(struct pack *pack, struct why *why)
{
	const struct pack_header *header = pack->header;
	XXH128_hash_t hash =
		XXH3_128bits(pack->base + sizeof(*header), pack->size - sizeof(*header));

	if (hash.low64 != header->digest[0] || hash.high64 != header->digest[1])
		return refuse(why,
			      "the pack is damaged: its bytes do not have its digest");
	(void)snprintf(pack->digest, sizeof(pack->digest), "%016llx%016llx",
		       (unsigned long long)hash.high64, (unsigned long long)hash.low64);
	return 0;
}

static int open_at(const char *base, size_t size, bool mapped, struct pack **out,
		   struct why *why)
{
	struct pack *pack = calloc(1, sizeof(*pack));
	int r;

	if (!pack) {
		why_set(why, 0, 0, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	pack->base = base;
	pack->size = size;
	pack->header = (const struct pack_header *)(const void *)base;
	r = check_header(pack, why);
	if (!r)
		r = check_sections(pack, why);
	if (!r)
		r = check_digest(pack, why);
	if (!r) {
		place_sections(pack);
		r = pack_verify(pack, why);
	}
	if (r) {
		free(pack);
		return r;
	}
	pack->mapped = mapped;
	*out = pack;
	return 0;
}

int pack_open_bytes(struct text bytes, struct pack **out, struct why *why)
{
	if ((uintptr_t)bytes.at % 8)
		return refuse(why, "the pack's bytes are not aligned to 8");
	return open_at(bytes.at, bytes.size, false, out, why);
}

int pack_open_fd(int fd, struct pack **out, struct why *why)
{
	struct stat st;
	void *map;
	int r;

	if (fstat(fd, &st) < 0) {
		r = -errno;
		why_set(why, 0, 0, "%s", strerror(-r));
		return r;
	}
	if (!S_ISREG(st.st_mode))
		return refuse(why, "not a pack: not a regular file");
	if (st.st_size == 0)
		return refuse(why, "not a pack: the file is empty");
	if (st.st_size > PACK_SIZE_MAX)
		return refuse(why, "too large for a pack (256 MiB at most)");
	map = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd,
		   0);
	if (map == MAP_FAILED) {
		r = -errno;
		why_set(why, 0, 0, "%s", strerror(-r));
		return r;
	}
	r = open_at(map, (size_t)st.st_size, true, out, why);
	if (r)
		(void)munmap(map, (size_t)st.st_size);
	return r;
}

int pack_open(const char *path, struct pack **out, struct why *why)
{
	AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC);
	int r;

	if (why)
		why_file(why, path);
	if (fd < 0) {
		r = -errno;
		why_set(why, 0, 0, "%s", strerror(-r));
		return r;
	}
	return pack_open_fd(fd, out, why);
}

void pack_close(struct pack *pack)
{
	union {
		const char *in;
		void *out;
	} base;

	if (!pack)
		return;
	base.in = pack->base;
	if (pack->mapped)
		(void)munmap(base.out, pack->size);
	free(pack);
}

uint32_t pack_field_count(const struct pack *pack)
{
	return pack->count[PACK_FIELDS];
}

struct text pack_field_name(const struct pack *pack, uint16_t field)
{
	if (field >= pack->count[PACK_FIELDS])
		return (struct text){ 0 };
	return pack_text(pack, pack->fields[field].name);
}

uint16_t pack_field(const struct pack *pack, struct text name)
{
	uint32_t mask = pack->count[PACK_FIELD_SLOTS] - 1;

	for (uint32_t at = table_hash(name) & mask;; at = (at + 1) & mask) {
		uint32_t slot = pack->field_slots[at];

		if (!slot)
			return EVENT_FIELD_NONE;
		if (text_is(pack_text(pack, pack->fields[slot - 1].name), name))
			return (uint16_t)(slot - 1);
	}
}

static uint32_t find_source(const struct pack *pack, struct text name)
{
	uint32_t mask = pack->count[PACK_SOURCE_SLOTS] - 1;

	for (uint32_t at = table_hash(name) & mask;; at = (at + 1) & mask) {
		uint32_t slot = pack->source_slots[at];

		if (!slot)
			return PACK_NONE;
		if (text_is(pack_text(pack, pack->sources[slot - 1].name), name))
			return slot - 1;
	}
}

/* The source "windows:*" for an unknown "windows:something". */
static uint32_t find_general_source(const struct pack *pack, struct text name)
{
	char general[64];
	const char *colon = name.size ? memchr(name.at, ':', name.size) : NULL;
	size_t size = colon ? (size_t)(colon - name.at) + 1 : 0;

	if (size == 0 || size + 1 > sizeof(general))
		return PACK_NONE;
	memcpy(general, name.at, size);
	general[size] = '*';
	return find_source(pack, (struct text){ .at = general, .size = size + 1 });
}

uint32_t pack_class_of(const struct pack *pack, struct text source, uint32_t id)
{
	uint32_t number = find_source(pack, source);
	uint32_t low, high;

	if (number == PACK_NONE)
		number = find_general_source(pack, source);
	if (number == PACK_NONE)
		return PACK_NONE;
	low = pack->sources[number].classes.first;
	high = low + pack->sources[number].classes.count - 1;
	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (pack->classes[middle].id < id)
			low = middle + 1;
		else
			high = middle;
	}
	if (pack->classes[low].id == id || pack->classes[low].id == PACK_NONE)
		return low;
	return pack->sources[number].classes.first + pack->sources[number].classes.count -
	       1;
}

bool pack_wants(const struct pack *pack, uint32_t class, uint16_t field)
{
	uint32_t fields = pack->count[PACK_FIELDS];

	return class < pack->count[PACK_CLASSES] && field < fields &&
	       pack->field_matchers[(size_t) class * fields + field];
}

/* Does the folded ASCII ${text} stand at ${at} of ${whole}? */
static bool stands_at(struct text whole, size_t at, struct text text)
{
	if (text.size > whole.size - at)
		return false;
	for (size_t i = 0; i < text.size; i++) {
		char c = whole.at[at + i];

		if ((c >= 'A' && c <= 'Z' ? c | 0x20 : c) != text.at[i])
			return false;
	}
	return true;
}

/* Whether one of the patterns whose gram ${bytes} is stands so that it has it at ${at}. */
static __attribute__((noinline)) bool is_trace(const struct pack *pack,
					       const struct pack_gram_table *table,
					       uint32_t bytes, struct text whole,
					       size_t at)
{
	const uint32_t *slots = pack->gram_slots + table->slots.first;
	uint32_t mask = table->slots.count - 1;

	for (uint32_t slot = pack_gram_hash(bytes) >> 7 & mask; slots[slot];
	     slot = (slot + 1) & mask) {
		const struct pack_gram *gram = &pack->grams[slots[slot] - 1];
		const uint32_t *places = pack->numbers + gram->places.first;

		if (gram->bytes != bytes)
			continue;
		for (uint32_t i = 0; i + 1 < gram->places.count; i += 2)
			if (places[i + 1] <= at &&
			    stands_at(whole, at - places[i + 1],
				      pack_text(pack, pack->patterns[places[i]].text)))
				return true;
	}
	return false;
}

bool pack_may_hold_keyword(const struct pack *pack, const struct pack_class *class,
			   struct text whole)
{
	const struct pack_gram_table *table = &class->traces;
	if (!table->bits.count)
		return true;
	for (size_t at = gram_scan(pack, table, whole, 0); at < whole.size;
	     at = gram_scan(pack, table, whole, at + table->stride))
		if (is_trace(pack, table, pack_gram_of(whole.at + at, 4), whole, at))
			return true;
	return false;
}

uint32_t pack_rule_count(const struct pack *pack)
{
	return pack->count[PACK_RULES];
}

void pack_rule(const struct pack *pack, uint32_t number, struct pack_rule *out)
{
	const struct pack_rule_entry *entry = &pack->rules[number];

	*out = (struct pack_rule){
		.id = pack_text(pack, entry->id),
		.title = pack_text(pack, entry->title),
		.name = pack_text(pack, entry->name),
		.status = pack_text(pack, entry->status),
		.description = pack_text(pack, entry->description),
		.author = pack_text(pack, entry->author),
		.license = pack_text(pack, entry->license),
		.date = pack_text(pack, entry->date),
		.modified = pack_text(pack, entry->modified),
		.file = pack_text(pack, entry->file),
		.logsource = pack_text(pack, entry->logsource),
		.level = (uint8_t)entry->level,
		.is_correlation = entry->flags & PACK_RULE_CORRELATION,
		.silent = entry->flags & PACK_RULE_SILENT,
		.tag_count = entry->tags.count / 2,
		.meaning = (uint64_t)entry->meaning[1] << 32 | entry->meaning[0],
	};
}

struct text pack_rule_tag(const struct pack *pack, uint32_t number, uint32_t tag)
{
	const uint32_t *pair =
		&pack->numbers[pack->rules[number].tags.first + (size_t)tag * 2];

	return pack_text(pack, (struct pack_span){ .first = pair[0], .count = pair[1] });
}

struct text pack_digest(const struct pack *pack)
{
	return (struct text){ .at = pack->digest, .size = 32 };
}

struct text pack_bytes(const struct pack *pack)
{
	return (struct text){ .at = pack->base, .size = pack->size };
}

uint64_t pack_schema(const struct pack *pack)
{
	return pack->header->schema;
}

uint32_t pack_class_count(const struct pack *pack)
{
	return pack->count[PACK_CLASSES];
}

const char *level_name(unsigned level)
{
	static const char *const names[] = { "informational", "low", "medium", "high",
					     "critical" };

	return level < sizeof(names) / sizeof(names[0]) ? names[level] : "unknown";
}
