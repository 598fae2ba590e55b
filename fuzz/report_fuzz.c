// SPDX-License-Identifier: Apache-2.0
// Fuzz target: any bytes as an event of a page.  What comes out is JSON that no HTML can be in.
#include <assert.h>
#include <stdlib.h>

#include "scan/scan_html_event.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Whether ${json}, as the page has it between its brackets, is one JSON array. */
static void check(struct text json)
{
	static struct json_node nodes[JSON_NODES_MAX];
	size_t size = json.size + 2, room = size + JSON_PADDING;
	char *copy = calloc(2, room);
	struct json_document document = {
		.size = size, .last = true, .nodes = nodes, .capacity = JSON_NODES_MAX
	};
	struct json_fault fault;

	assert(copy);
	for (size_t i = 0; i < json.size; i++)
		assert(!strchr("<>&", json.at[i]) && (uint8_t)json.at[i] >= 0x20);
	copy[0] = '[';
	if (json.size)
		memcpy(copy + 1, json.at, json.size);
	copy[size - 1] = ']';
	document.base = copy;
	document.room_at = document.room_size = (uint32_t)room;
	assert(json_parse(&document, &fault) == JSON_DONE && document.used == size);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct text json = { .at = (const char *)bytes, .size = size };
	struct scan_html_pool texts;
	struct scan_html_events events;
	uint32_t number;

	/* Names and values of a document this long fit the checker's nodes, one each. */
	if (size > JSON_NODES_MAX / 4)
		return 0;
	scan_html_pool_init(&texts, 1 << 20);
	scan_html_events_init(&events, &texts, 1 << 20);
	if (scan_html_events_add(&events, json, &number) == 0) {
		assert(number == 0 && events.count == 1);
		assert(scan_html_events_add(&events, json, &number) == 0 && number == 0);
	}
	check(buffer_view(&texts.json));
	check(buffer_view(&events.json));
	/* A shape has a level more than its event, which may be one too many for the parser. */
	for (size_t i = 0; i < events.shapes.json.size; i++)
		assert(strchr("[],0123456789", events.shapes.json.at[i]));
	scan_html_events_done(&events);
	scan_html_pool_done(&texts);
	return 0;
}
