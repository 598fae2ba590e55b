// SPDX-License-Identifier: Apache-2.0
// Any bytes as BinXML, where a chunk's first record has it: event and JSON are sound.
#include <stdlib.h>

#include "detect/intake/evtx_event.h"
#include "evtx_check.h"
#include "format/evtx_json.h"

#define BODY (EVTX_CHUNK_HEAD + EVTX_RECORD_HEAD)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static uint8_t at[EVTX_CHUNK_SIZE];
	static struct intake *intake;
	static struct evtx_maker *maker;
	static struct evtx_json *json;
	static struct event event;
	static size_t dirty;
	struct evtx_record record = { .at = EVTX_CHUNK_HEAD, .body = BODY };
	AUTO(buffer) struct buffer out;
	evtx_fault of_event;

	if (!maker && (intake_create(&evtx_check_pack, NULL, &intake) ||
		       evtx_maker_create(intake, &maker) || evtx_json_create(&json)))
		abort();
	if (size > EVTX_CHUNK_SIZE - BODY)
		size = EVTX_CHUNK_SIZE - BODY;
	/* The chunk is empty but for the input: clear what the one before has left. */
	memset(at + BODY, 0, dirty);
	if (size)
		memcpy(at + BODY, bytes, size);
	dirty = size;
	record.end = BODY + (uint32_t)size;
	record.size = record.end - record.at;
	/* An input alone decides, not those before it. */
	evtx_maker_clear(maker);
	evtx_maker_chunk(maker, at);
	if (evtx_maker_event(maker, &record, &event, &of_event))
		abort();
	evtx_check_event(&event);
	/* Hostile records make megabytes of escapes: nothing is learned from them. */
	buffer_init(&out, 4u << 10);
	(void)evtx_json_write(json, at, record.body, record.end, &out);
	evtx_check_json(&out);
	return 0;
}
