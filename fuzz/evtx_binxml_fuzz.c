// SPDX-License-Identifier: Apache-2.0
// Any bytes as BinXML: its nodes nest; references and values lie where they must.
#include <stdlib.h>

#include "format/evtx_value.h"

#define BODY (EVTX_CHUNK_HEAD + EVTX_RECORD_HEAD)

/* Every node lies in the one that holds it, and what it points to in the chunk. */
static void check_nodes(const struct evtx_nodes *nodes)
{
	uint32_t ends[EVTX_DEPTH_MAX + 2];
	unsigned depth = 0;

	for (uint32_t i = 0; i < nodes->count; i++) {
		const struct evtx_node *node = &nodes->at[i];
		bool is_container =
			node->kind == EVTX_ELEMENT || node->kind == EVTX_ATTRIBUTE;

		while (depth && ends[depth - 1] <= i)
			depth--;
		if (node->end <= i || node->end > nodes->count ||
		    (depth && node->end > ends[depth - 1]) ||
		    (!is_container && node->end != i + 1))
			abort();
		if (is_container && depth == EVTX_DEPTH_MAX + 2)
			abort();
		if (is_container)
			ends[depth++] = node->end;
		if (node->kind != EVTX_CHARACTER && node->kind != EVTX_SUBSTITUTION &&
		    (node->at > EVTX_CHUNK_SIZE ||
		     node->size > EVTX_CHUNK_SIZE - node->at))
			abort();
	}
}

/* References lie in the fragment, one behind the other. */
static void check_refs(const struct evtx_refs *refs, uint32_t end)
{
	for (uint32_t i = 0; i < refs->count; i++)
		if (refs->at[i] < (i ? refs->at[i - 1] + 4 : BODY) ||
		    refs->at[i] + 4 > end)
			abort();
}

/* What the first instance has: values in the chunk, each written within its room. */
static void check_values(const uint8_t *chunk, uint32_t at, uint32_t end)
{
	static struct evtx_value values[EVTX_CHUNK_SIZE / 4];
	struct evtx_instance instance;
	enum evtx_class class;

	if (evtx_instance_read(chunk, at, end, &instance))
		return;
	if (instance.count > sizeof(values) / sizeof(values[0]))
		abort();
	(void)evtx_instance_values(chunk, &instance, values, instance.count);
	for (uint32_t i = 0; i < instance.count; i++) {
		const struct evtx_value *value = &values[i];
		AUTO(free) char *out = NULL;

		if (value->at > EVTX_CHUNK_SIZE ||
		    value->size > EVTX_CHUNK_SIZE - value->at)
			abort();
		if (value->type & EVTX_ARRAY || value->size > 256)
			continue;
		out = malloc(EVTX_VALUE_ROOM(value->size));
		if (!out || evtx_value_write(value->type, chunk + value->at, value->size,
					     out, &class) > EVTX_VALUE_ROOM(value->size))
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct evtx_node room[EVTX_NODES_MAX];
	static uint8_t at[EVTX_CHUNK_SIZE];
	static size_t dirty;
	static uint32_t places[256];
	struct evtx_refs refs = { .at = places, .capacity = 256 };
	struct evtx_nodes nodes = { .at = room,
				    .capacity = EVTX_NODES_MAX,
				    .refs = &refs };
	uint32_t end;

	if (size > EVTX_CHUNK_SIZE - BODY)
		size = EVTX_CHUNK_SIZE - BODY;
	/* The chunk is empty but for the input: clear what the one before has left. */
	memset(at + BODY, 0, dirty);
	if (size)
		memcpy(at + BODY, bytes, size);
	dirty = size;
	end = BODY + (uint32_t)size;
	(void)evtx_binxml_compile(at, BODY, end, size % 2, &nodes);
	check_nodes(&nodes);
	check_refs(&refs, end);
	for (uint32_t i = 0; i < nodes.count; i++) {
		if (nodes.at[i].kind != EVTX_INSTANCE)
			continue;
		check_values(at, nodes.at[i].at, nodes.at[i].at + nodes.at[i].size);
		break;
	}
	return 0;
}
