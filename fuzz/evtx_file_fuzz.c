// SPDX-License-Identifier: Apache-2.0
// Any bytes as a Windows event log: it ends, every event is sound, and so is its JSON.
#include <stdlib.h>

#include "base/why.h"
#include "detect/intake/evtx.h"
#include "evtx_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct intake *intake;
	static struct evtx_reader *reader;
	static struct event event;
	struct testing_stream input = { (const char *)bytes, size, SIZE_MAX };
	AUTO(buffer) struct buffer json;
	struct why why = { 0 };
	size_t steps = 0;
	int r;

	buffer_init(&json, 4u << 10);
	if (!reader && (intake_create(&evtx_check_pack, NULL, &intake) ||
			evtx_reader_create(intake, &reader)))
		abort();
	evtx_reader_start(reader, testing_stream_read, &input);
	while ((r = evtx_reader_next(reader, &event, &why)) != EVTX_END) {
		/* A record has 28 bytes, and two things can be said of it; so of a chunk. */
		if (r < 0 || ++steps > size / 12 + 8)
			abort();
		if (r == EVTX_DAMAGED) {
			if (!why.reason[0])
				abort();
			continue;
		}
		evtx_check_event(&event);
		buffer_clear(&json);
		evtx_reader_json(reader, &json);
		evtx_check_json(&json);
	}
	return 0;
}
