// SPDX-License-Identifier: Apache-2.0
// The poisoned packs of a drill, made in memory.
#include "drill_packs.h"

#include <errno.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/file.h"
#include "model/pack.h"
#include "model/pack_format.h"
#include "update/compile/pack_build.h"
#include "update/rule/rule_read.h"

#define YAML_SIZE_MAX (64u << 10)

/* In place, in a buffer that holds a sound pack. */
static struct pack_header *header_of(struct buffer *pack)
{
	return (struct pack_header *)(void *)pack->at;
}

/* Make the digest right again: the fault is to be found, not the damage. */
static void seal(struct buffer *pack)
{
	struct pack_header *header = header_of(pack);
	XXH128_hash_t hash =
		XXH3_128bits(pack->at + sizeof(*header), pack->size - sizeof(*header));

	header->digest[0] = hash.low64;
	header->digest[1] = hash.high64;
}

static void tear(struct buffer *pack)
{
	pack->size /= 2;
}

static void wipe(struct buffer *pack)
{
	memset(pack->at, 0, pack->size);
}

static void flip(struct buffer *pack)
{
	pack->at[pack->size - 1] ^= 1;
}

static void other_schema(struct buffer *pack)
{
	header_of(pack)->schema ^= 1;
}

static void newer_engine(struct buffer *pack)
{
	header_of(pack)->engine = PACK_ENGINE + 1;
}

/* A question about the field behind the last one: what took the machines down in July 2024. */
static void field_behind_the_last(struct buffer *pack)
{
	const struct pack_section *sections = header_of(pack)->sections;
	struct pack_atom *atoms =
		(struct pack_atom *)(void *)(pack->at + sections[PACK_ATOMS].offset);

	for (uint32_t i = 0; i < sections[PACK_ATOMS].count; i++)
		if (atoms[i].field != PACK_NONE)
			atoms[i].field = sections[PACK_FIELDS].count;
	seal(pack);
}

#define WORD  "CommandLine|contains: %s"
#define LATER "CommandLine|contains: %s-tomorrow"
#define ALL   "Image|startswith: /"
#define A_LOT "ProcessId|re: '[147]$'"

/* clang-format off */
const struct drill_poison drill_poisons[] = {
	{ .name = "torn file",       .gate = PROVER_VERIFY, .selection = WORD, .spoil = tear },
	{ .name = "file of zeroes",  .gate = PROVER_VERIFY, .selection = WORD, .spoil = wipe },
	{ .name = "one bit flipped", .gate = PROVER_VERIFY, .selection = WORD, .spoil = flip },
	{ .name = "other schema",    .gate = PROVER_VERIFY, .selection = WORD,
	  .spoil = other_schema },
	{ .name = "newer engine",    .gate = PROVER_VERIFY, .selection = WORD,
	  .spoil = newer_engine },
	{ .name = "21 for 20",       .gate = PROVER_VERIFY, .selection = WORD,
	  .spoil = field_behind_the_last },
	{ .name = "shrunken",        .gate = PROVER_DELTA,  .selection = WORD },
	{ .name = "crasher",         .gate = PROVER_REPLAY, .selection = WORD,
	  .tag = "windhover.test-crash",  .full_size = true, .needs_past = true },
	{ .name = "hang",            .gate = PROVER_REPLAY, .selection = WORD,
	  .tag = "windhover.test-hang",   .full_size = true, .needs_past = true },
	{ .name = "memory bomb",     .gate = PROVER_REPLAY, .selection = WORD,
	  .tag = "windhover.test-memory", .full_size = true, .needs_past = true },
	{ .name = "slow poison",     .gate = PROVER_GATES,  .selection = LATER,
	  .tag = "windhover.test-crash",  .full_size = true },
	{ .name = "match-all",       .gate = PROVER_MATCH_ALL, .selection = ALL,
	  .full_size = true, .needs_past = true },
	{ .name = "alert storm",     .gate = PROVER_STORM,  .selection = A_LOT, .rules = 9,
	  .full_size = true, .needs_past = true },
};
/* clang-format on */

const unsigned drill_poison_count = sizeof(drill_poisons) / sizeof(drill_poisons[0]);

static void write_rules(const struct drill_poison *poison, const char *word,
			struct buffer *out)
{
	const char *at = strstr(poison->selection, "%s");
	size_t before = at ? (size_t)(at - poison->selection) : strlen(poison->selection);

	for (unsigned i = 0; i < (poison->rules ? poison->rules : 1); i++) {
		buffer_format(out,
			      "---\ntitle: Drill %u\n"
			      "id: d2111000-0000-4000-8000-%012u\n"
			      "description: A rehearsal; no rule to be kept.\n"
			      "logsource: {product: linux, category: process_creation}\n"
			      "detection:\n    selection:\n        %.*s%s%s\n"
			      "    condition: selection\n"
			      "level: high\ntags: [%s]\n",
			      i, i, (int)before, poison->selection, at ? word : "",
			      at ? at + 2 : "", poison->tag ? poison->tag : "");
	}
}

int drill_pack(const struct drill_poison *poison, const char *word, struct buffer *out,
	       struct why *why)
{
	AUTO(buffer) struct buffer yaml;
	struct rule_reader_options options = { 0 };
	struct rule_reader *reader = NULL;
	struct rule_set set = { 0 };
	int r;

	buffer_init(&yaml, YAML_SIZE_MAX);
	write_rules(poison, word, &yaml);
	r = rule_reader_create(&options, &reader, why);
	if (r == 0)
		r = rule_reader_add_text(reader, "drill.yml", buffer_view(&yaml));
	if (r == 0)
		r = rule_reader_finish(reader, &set);
	if (r == 0)
		r = pack_build(&set, out, why);
	rule_reader_free(reader);
	if (r == 0 && poison->spoil)
		poison->spoil(out);
	return r;
}

/* The place of a letter that means nothing to the engine; 0: there is none. */
static size_t find_letter(const struct pack *pack)
{
	for (uint32_t i = 0; i < pack_rule_count(pack); i++) {
		struct pack_rule rule;

		pack_rule(pack, i, &rule);
		/* Texts are stored once: one as long as this is nothing else as well. */
		if (rule.description.size > 40)
			return (size_t)(rule.description.at - pack_bytes(pack).at) +
			       rule.description.size - 1;
	}
	return 0;
}

int drill_twin(const char *path, struct buffer *out, struct why *why)
{
	AUTO(pack) struct pack *pack = NULL;
	size_t at;
	int r = file_read(path, out);

	if (r == 0)
		r = pack_open_bytes(buffer_view(out), &pack, why);
	if (r) {
		if (!why->reason[0])
			why_set(why, 0, 0, "%s", strerror(-r));
		return r;
	}
	at = find_letter(pack);
	if (at == 0) {
		why_set(why, 0, 0, "no rule of it has a description to change");
		return -ENOENT;
	}
	out->at[at] = out->at[at] == '.' ? '!' : '.';
	seal(out);
	return 0;
}
