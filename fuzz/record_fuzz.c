// SPDX-License-Identifier: Apache-2.0
// Any bytes as the kernel's records and as a census: no fault, and every event is valid JSON.

#include <stdlib.h>

#include "detect/collector/collector.h"
#include "detect/sink/line.h"
#include "format/json.h"

#define NODES 8192

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static void check_json(struct text line)
{
	static struct json_node nodes[NODES];
	size_t whole = line.size + JSON_PADDING;
	AUTO(free) char *copy = calloc(2, whole);
	struct json_fault fault;
	struct json_document document = { .base = copy,
					  .size = line.size,
					  .last = true,
					  .room_at = (uint32_t)whole,
					  .room_size = (uint32_t)whole,
					  .nodes = nodes,
					  .capacity = NODES };

	if (!copy)
		return;
	memcpy(copy, line.at, line.size);
	if (json_parse(&document, &fault) != JSON_DONE)
		abort();
}

/*
 * The input is chunks of a 16-bit size and as many bytes.  The first is the census; the others
 * are records, whose own size is mended in every second one so that more than sizes is tried.
 */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	const struct process_table_limits limits = { .processes = 16, .text_size = 4096 };
	struct text input = { .at = (const char *)bytes, .size = size }, census = { 0 };
	struct line_writer *writer = line_writer_create();
	struct collector *collector = NULL;
	AUTO(buffer) struct buffer line, copy;

	buffer_init(&line, LINE_SIZE_MAX);
	buffer_init(&copy, 1 << 20);
	for (unsigned number = 0; input.size >= 2; number++) {
		size_t chunk = (uint8_t)input.at[0] | (size_t)(uint8_t)input.at[1] << 8;
		struct text record = text_part(input, 2, chunk);
		const struct sensed *sensed;

		input = text_part(input, 2 + chunk, input.size);
		if (number == 0) {
			census = record;
			if (collector_create(&limits, census, &collector) < 0)
				break;
			(void)collector_follow(collector, 1);
			continue;
		}
		buffer_clear(&copy);
		buffer_text(&copy, record);
		if (number % 2 && copy.size >= sizeof(struct record)) {
			uint32_t whole = (uint32_t)copy.size;

			memcpy(copy.at, &whole, sizeof(whole));
		}
		sensed = collector_take(collector, buffer_view(&copy));
		if (!sensed)
			continue;
		buffer_clear(&line);
		line_event(writer, sensed, &line);
		if (line.failed)
			abort();
		check_json(buffer_view(&line));
	}
	collector_free(collector);
	line_writer_free(writer);
	return 0;
}
