// SPDX-License-Identifier: Apache-2.0
// Any bytes as a Windows event log: it ends, every event is sound, and so is its JSON.
#include <stdlib.h>

#include "base/why.h"
#include "detect/intake/evtx.h"
#include "evtx_check.h"

struct input {
	const uint8_t *at;
	size_t size;
};

static ssize_t give(void *user, char *at, size_t size)
{
	struct input *input = user;

	if (size > input->size)
		size = input->size;
	if (size)
		memcpy(at, input->at, size);
	input->at += size;
	input->size -= size;
	return (ssize_t)size;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct intake *intake;
	static struct evtx_reader *reader;
	static struct event event;
	struct input input = { bytes, size };
	AUTO(buffer) struct buffer json;
	struct why why = { 0 };
	size_t steps = 0;
	int r;

	buffer_init(&json, 4u << 10);
	if (!reader &&
	    (intake_create(NULL, NULL, &intake) || evtx_reader_create(intake, &reader)))
		abort();
	evtx_reader_start(reader, give, &input);
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
