// SPDX-License-Identifier: Apache-2.0
// Any bytes as a chunk: its records lie in it, none twice, and the walk ends; so does carving.
#include <stdlib.h>

#include "detect/intake/evtx_event.h"
#include "evtx_check.h"

static void check_record(const struct evtx_record *record, uint32_t size)
{
	if (record->at > size || record->size > size - record->at ||
	    record->body < record->at || record->end > record->at + record->size ||
	    record->body > record->end)
		abort();
}

static void carve(const struct evtx_chunk *chunk)
{
	struct evtx_record record;
	uint32_t from = 0, before = 0;

	while (evtx_chunk_carve(chunk, &from, &record)) {
		check_record(&record, chunk->size);
		if (record.at < before || from <= before)
			abort();
		before = from;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static uint8_t at[EVTX_CHUNK_SIZE];
	static struct intake *intake;
	static struct evtx_maker *maker;
	static struct event event;
	static size_t dirty;
	struct evtx_record record;
	struct evtx_chunk chunk;
	uint32_t behind = EVTX_CHUNK_HEAD;
	evtx_fault fault;
	const char *why;
	int r;

	if (!maker && (intake_create(&evtx_check_pack, NULL, &intake) ||
		       evtx_maker_create(intake, &maker)))
		abort();
	if (size > EVTX_CHUNK_SIZE)
		size = EVTX_CHUNK_SIZE;
	/* The chunk is empty but for the input: clear what the one before has left. */
	memset(at, 0, dirty);
	if (size)
		memcpy(at, bytes, size);
	dirty = size;
	(void)evtx_chunk_open(&chunk, at, (uint32_t)size);
	/* An input alone decides, not those before it. */
	evtx_maker_clear(maker);
	evtx_maker_chunk(maker, at);
	while ((r = (int)evtx_chunk_next(&chunk, &record, &why)) != EVTX_RECORD_END) {
		if (record.at < behind || !record.size || chunk.next <= behind)
			abort();
		behind = chunk.next;
		if (r == EVTX_RECORD_BAD)
			continue;
		check_record(&record, (uint32_t)size);
		if (evtx_maker_event(maker, &record, &event, &fault))
			abort();
		evtx_check_event(&event);
	}
	carve(&chunk);
	return 0;
}
