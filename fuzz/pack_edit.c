// SPDX-License-Identifier: Apache-2.0
// Packs damaged on purpose: edits to a sound pack, and what must hold all the same.
#include "pack_edit.h"

#include <stdio.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "detect/engine/engine.h"
#include "model/pack_view.h"
#include "update/compile/pack_build.h"
#include "update/rule/rule_read.h"

#define RECORD_SIZE 4096

struct pack_bench {
	struct buffer sound;
	char *copy; /* aligned by malloc */
	struct event event;
	char record[RECORD_SIZE];
	uint64_t detections;
};

static int build(struct pack_bench *bench, const char *rules)
{
	struct rule_reader_options options = { 0 };
	struct rule_reader *reader = NULL;
	struct rule_set set = { 0 };
	struct why why = { 0 };
	char line[1024];
	uint32_t count;
	int r = rule_reader_create(&options, &reader, &why);

	if (!r)
		r = rule_reader_add(reader, rules, &why);
	if (!r)
		r = rule_reader_finish(reader, &set);
	if (!r) {
		const struct rule_report *reports = rule_reader_reports(reader, &count);

		for (uint32_t i = 0; i < count; i++) {
			if (reports[i].verdict != RULE_REFUSED)
				continue;
			why = reports[i].why;
			r = -1;
		}
	}
	if (!r)
		r = pack_build(&set, &bench->sound, &why);
	if (r) {
		why_print(&why, line, sizeof(line));
		(void)fprintf(stderr, "%s\n", line);
	}
	rule_reader_free(reader);
	return r;
}

struct pack_bench *pack_bench_create(const char *rules)
{
	struct pack_bench *bench = calloc(1, sizeof(*bench));

	if (!bench)
		return NULL;
	buffer_init(&bench->sound, PACK_SIZE_MAX);
	if (build(bench, rules) == 0)
		bench->copy = malloc(bench->sound.size);
	if (!bench->copy) {
		pack_bench_free(bench);
		return NULL;
	}
	return bench;
}

void pack_bench_free(struct pack_bench *bench)
{
	if (!bench)
		return;
	buffer_done(&bench->sound);
	free(bench->copy);
	free(bench);
}

static uint32_t read_u32(const char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

/* The edits that find missing checks: near misses, far misses, and things of other places. */
static void edit(char *bytes, size_t size, const char *script)
{
	size_t at = read_u32(script) % size, aligned = at / 4 * 4;
	uint32_t with = read_u32(script + 5), value;

	if (aligned + 4 > size)
		return;
	value = read_u32(bytes + aligned);
	switch ((uint8_t)script[4] % 8) {
	case 0:
		bytes[at] ^= (char)(1 << with % 8);
		return;
	case 1:
		bytes[at] = (char)with;
		return;
	case 2:
		value += 1;
		break;
	case 3:
		value -= 1;
		break;
	case 4:
		value = with;
		break;
	case 5:
		value = with % 65536;
		break;
	case 6:
		value = UINT32_MAX - with % 4;
		break;
	default:
		value = read_u32(bytes + with % (size / 4) * 4);
		break;
	}
	memcpy(bytes + aligned, &value, sizeof(value));
}

static void seal(char *bytes, size_t size)
{
	struct pack_header *header = (struct pack_header *)(void *)bytes;
	XXH128_hash_t hash =
		XXH3_128bits(bytes + sizeof(*header), size - sizeof(*header));

	header->digest[0] = hash.low64;
	header->digest[1] = hash.high64;
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
}

/* Values are cut from the pack's own strings, so that patterns, once damaged, still hit. */
static void make_event(struct pack_bench *bench, const struct pack *pack, uint32_t *seed)
{
	uint32_t text = pack->count[PACK_TEXT], fields = pack->count[PACK_FIELDS];
	uint32_t sources = pack->count[PACK_SOURCES], values = next_random(seed) % 24;
	struct event *event = &bench->event;
	size_t at = 0;

	event_clear(event, (struct text){ .at = bench->record, .size = RECORD_SIZE });
	event->time_ns = (int64_t)(next_random(seed) % 10000) * 1000000000;
	if (sources) {
		const struct pack_source *source =
			&pack->sources[next_random(seed) % sources];
		uint32_t class =
			source->classes.first + next_random(seed) % source->classes.count;

		event->source = pack_text(pack, source->name);
		event->id = pack->classes[class].id;
	}
	for (uint32_t i = 0; i < values && text; i++) {
		uint32_t from = next_random(seed) % text, size = next_random(seed) % 200;

		if (size > text - from)
			size = text - from;
		if (size > RECORD_SIZE - at)
			size = (uint32_t)(RECORD_SIZE - at);
		memcpy(bench->record + at, pack->text + from, size);
		event_add(event, (uint16_t)(next_random(seed) % (fields + 2)),
			  next_random(seed) % 8 ? VALUE_TEXT : VALUE_NULL, at, size);
		at += size;
	}
	/* Offsets that lie: the record's own check has to hold. */
	if (event->count && next_random(seed) % 16 == 0)
		event->values[0].at = next_random(seed);
}

static void count_detection(void *user, const struct detection *detection)
{
	struct pack_bench *bench = user;

	bench->detections += 1 + (detection->rule & 0);
}

enum pack_fate pack_bench_try(struct pack_bench *bench, struct text edits,
			      unsigned events, uint32_t seed)
{
	struct engine_limits limits = { .correlation_size = 256 << 10,
					.steps_per_event = 1 << 20 };
	struct engine *engine = NULL;
	struct pack *pack = NULL;
	struct why why = { 0 };

	memcpy(bench->copy, bench->sound.at, bench->sound.size);
	for (size_t i = 0; i + PACK_EDIT_SIZE <= edits.size; i += PACK_EDIT_SIZE)
		edit(bench->copy, bench->sound.size, edits.at + i);
	seal(bench->copy, bench->sound.size);
	if (pack_open_bytes((struct text){ .at = bench->copy, .size = bench->sound.size },
			    &pack, &why) != 0)
		return PACK_FATE_REFUSED;
	if (engine_create(pack, &limits, &engine) == 0) {
		for (unsigned i = 0; i < events; i++) {
			make_event(bench, pack, &seed);
			engine_event(engine, &bench->event, count_detection, bench);
		}
	}
	engine_free(engine);
	pack_close(pack);
	return PACK_FATE_RAN;
}
