// SPDX-License-Identifier: Apache-2.0
// Events as a page has them: the shape, and the numbers of the values in it.
#include "scan_html_event.h"

#include <errno.h>

#define SHAPES_SIZE_MAX (64u << 20)
#define WORK_SIZE_MAX   (256u << 20)

/* How a shape is written: docs/formats/report.md. */
enum { NODE_OBJECT, NODE_ARRAY };
enum { LEAF_TEXT, LEAF_BARE };

void scan_html_events_init(struct scan_html_events *events, struct scan_html_pool *texts,
			   size_t limit)
{
	*events = (struct scan_html_events){ .texts = texts };
	scan_html_pool_init(&events->shapes, SHAPES_SIZE_MAX);
	buffer_init(&events->json, limit);
	buffer_init(&events->work, WORK_SIZE_MAX);
	buffer_init(&events->last, WORK_SIZE_MAX);
	buffer_init(&events->shape, WORK_SIZE_MAX);
	buffer_init(&events->values, WORK_SIZE_MAX);
}

void scan_html_events_done(struct scan_html_events *events)
{
	scan_html_pool_done(&events->shapes);
	buffer_done(&events->json);
	buffer_done(&events->work);
	buffer_done(&events->last);
	buffer_done(&events->shape);
	buffer_done(&events->values);
	free(events->nodes);
	events->nodes = NULL;
}

static int add_number(struct scan_html_events *events, struct text text,
		      struct buffer *out)
{
	uint32_t number;
	int r = scan_html_pool_text(events->texts, text, &number);

	if (r == 0)
		buffer_format(out, ",%u", number);
	return r;
}

static int add_leaf(struct scan_html_events *events, const struct json_document *document,
		    const struct json_node *node)
{
	bool is_text = node->type == JSON_TEXT;
	struct text text =
		node->type == JSON_NULL ? TEXT("null") : json_text(document, node);

	buffer_char(&events->shape, (char)('0' + (is_text ? LEAF_TEXT : LEAF_BARE)));
	return add_number(events, text, &events->values);
}

/* Write shape and values of what json_parse read: the nodes stand in the order of the text. */
static int add_nodes(struct scan_html_events *events,
		     const struct json_document *document)
{
	uint32_t open[JSON_DEPTH_MAX], depth = 0;
	int r = 0;

	for (uint32_t i = 0; i < document->count && r == 0; i++) {
		const struct json_node *node = &document->nodes[i];

		for (; depth && document->nodes[open[depth - 1]].end <= i; depth--)
			buffer_char(&events->shape, ']');
		if (depth && document->nodes[open[depth - 1]].type == JSON_OBJECT)
			r = add_number(events, json_key(document, node), &events->shape);
		if (depth)
			buffer_char(&events->shape, ',');
		if (r == 0 && node->type != JSON_OBJECT && node->type != JSON_ARRAY) {
			r = add_leaf(events, document, node);
			continue;
		}
		if (depth == JSON_DEPTH_MAX)
			return -E2BIG;
		buffer_format(&events->shape, "[%d",
			      node->type == JSON_OBJECT ? NODE_OBJECT : NODE_ARRAY);
		open[depth++] = i;
	}
	for (; depth; depth--)
		buffer_char(&events->shape, ']');
	return r;
}

/* Lay the text out as json_parse wants it, and read it; false: it is no JSON. */
static bool parse(struct scan_html_events *events, struct text json,
		  struct json_document *document)
{
	size_t room = json.size + JSON_PADDING;
	struct json_fault fault;

	buffer_clear(&events->work);
	if (json.size > JSON_SIZE_MAX)
		return false;
	if (buffer_need(&events->work, 2 * room))
		return false;
	memcpy(events->work.at, json.at, json.size);
	memset(events->work.at + json.size, 0, JSON_PADDING);
	*document = (struct json_document){
		.base = events->work.at,
		.size = json.size,
		.last = true,
		.room_at = (uint32_t)room,
		.room_size = (uint32_t)room,
		.nodes = events->nodes,
		.capacity = JSON_NODES_MAX,
	};
	return json.size && (json.at[0] == '{' || json.at[0] == '[') &&
	       json_parse(document, &fault) == JSON_DONE && document->used == json.size;
}

/* Append "[shape,value,value...]", whole or not at all. */
static int add_event(struct scan_html_events *events)
{
	size_t before = events->json.size;
	uint32_t shape;
	int r;

	if (events->shape.failed || events->values.failed)
		return -E2BIG;
	r = scan_html_pool_json(&events->shapes, buffer_view(&events->shape), &shape);
	if (r)
		return r;
	buffer_format(&events->json, "%s[%u", events->count ? "," : "", shape);
	buffer_text(&events->json, buffer_view(&events->values));
	buffer_char(&events->json, ']');
	if (!events->json.failed)
		return 0;
	events->json.size = before;
	events->json.failed = false;
	return -E2BIG;
}

int scan_html_events_add(struct scan_html_events *events, struct text json,
			 uint32_t *number)
{
	struct json_document document;
	int r;

	if (events->count && text_is(buffer_view(&events->last), json)) {
		*number = events->count - 1;
		return 0;
	}
	if (!events->nodes)
		events->nodes = malloc(JSON_NODES_MAX * sizeof(*events->nodes));
	if (!events->nodes)
		return -ENOMEM;
	buffer_clear(&events->shape);
	buffer_clear(&events->values);
	if (parse(events, json, &document)) {
		r = add_nodes(events, &document);
	} else if (events->work.failed) {
		r = -ENOMEM;
	} else {
		buffer_char(&events->shape, '0' + LEAF_TEXT);
		r = add_number(events, json, &events->values);
	}
	r = r ? r : add_event(events);
	if (r)
		return r;
	buffer_clear(&events->last);
	buffer_text(&events->last, json);
	*number = events->count++;
	return 0;
}
