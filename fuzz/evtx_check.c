// SPDX-License-Identifier: Apache-2.0
// What must hold of an event of any bytes.
#include "evtx_check.h"

#include <stdlib.h>

#include "format/json.h"
#include "model/keywords.h"
#include "model/pack.h"

#define NODES JSON_NODES_MAX

/* A double of a pack: a few names, so that values have fields. */
uint32_t pack_class_of(const struct pack *pack, struct text source, uint32_t id)
{
	(void)pack;
	(void)source;
	(void)id;
	return 0;
}

bool pack_wants(const struct pack *pack, uint32_t class, uint16_t field)
{
	(void)pack;
	(void)class;
	return field % 2;
}

bool keywords_are_words(const struct pack *pack, uint32_t class)
{
	(void)pack;
	(void)class;
	return true;
}

uint16_t pack_field(const struct pack *pack, struct text name)
{
	(void)pack;
	return name.size && name.size < 12 ? (uint16_t)(name.at[0] & 7)
					   : EVENT_FIELD_NONE;
}

static void check_values(const struct event *event)
{
	volatile unsigned sum = 0;

	for (uint32_t i = 0; i < event->count; i++) {
		const struct event_value *value = &event->values[i];
		struct text text = event_text(event, value);

		if (text.size != value->size)
			abort();
		for (size_t k = 0; k < text.size; k++)
			sum += (unsigned char)text.at[k];
	}
	(void)sum;
}

void evtx_check_event(const struct event *event)
{
	uint32_t count = event->count;

	check_values(event);
	event_complete(event);
	if (event->count < count)
		abort();
	check_values(event);
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
