// SPDX-License-Identifier: Apache-2.0
// What must hold of an event of any bytes.
#include "evtx_check.h"

#include <stdlib.h>

#include "format/json.h"

#define NODES JSON_NODES_MAX

const struct pack evtx_check_pack = { .by_letter = true, .reads_halves = true };

void evtx_check_event(const struct event *event)
{
	uint32_t count = event->count;

	(void)event_check(event);
	event_complete(event);
	if (event->count < count)
		abort();
	(void)event_check(event);
}

/* Deeper than our own reader of JSON goes: objects and lists inside one another. */
static bool is_deep(const struct buffer *json)
{
	unsigned depth = 0, deepest = 0;
	bool is_text = false;

	for (size_t i = 0; i < json->size; i++) {
		char c = json->at[i];

		if (is_text && c == '\\')
			i++;
		else if (c == '"')
			is_text = !is_text;
		else if (!is_text && (c == '{' || c == '['))
			depth++;
		else if (!is_text && (c == '}' || c == ']'))
			depth--;
		if (depth > deepest)
			deepest = depth;
	}
	return deepest > JSON_DEPTH_MAX;
}

void evtx_check_json(const struct buffer *json)
{
	static struct json_node nodes[NODES];
	size_t whole = json->size + JSON_PADDING;
	AUTO(free) char *copy = calloc(2, whole);
	struct json_fault fault = { 0 };
	struct json_document document = { .base = copy,
					  .size = json->size,
					  .last = true,
					  .room_at = (uint32_t)whole,
					  .room_size = (uint32_t)whole,
					  .nodes = nodes,
					  .capacity = NODES };

	if (!copy || json->failed || json->size > JSON_SIZE_MAX)
		return;
	memcpy(copy, json->at, json->size);
	if (memchr(copy, '\n', json->size))
		abort();
	if (json_parse(&document, &fault) == JSON_DONE ? document.used != json->size
						       : !is_deep(json))
		abort();
}
