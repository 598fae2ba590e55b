// SPDX-License-Identifier: Apache-2.0
// Windows events: as EVTX tools nest them, and flat.
#include "detect/intake/state.h"

static const struct walk system_walk = { .space = NAMES_SYSTEM,
					 .joint = '_',
					 .is_xml = true };
static const struct walk data_walk = { .space = NAMES_DATA,
				       .joint = '.',
				       .is_xml = true };
static const struct walk attribute_walk = { .space = NAMES_DATA,
					    .joint = '_',
					    .is_xml = true };
static const struct walk flat_walk = { .space = NAMES_FLAT, .joint = '.' };

/*
 * The source of a channel.  What was traced and not logged has none: its provider says as much.
 * Sysmon for Linux writes Windows' shape about another system.
 */
void windows_source(struct intake *intake)
{
	struct text channel = intake->facts[ROLE_CHANNEL].text;

	if (!channel.size)
		channel = intake->facts[ROLE_PROVIDER].text;
	if (!channel.size)
		return;
	/* It is mostly that of the event before. */
	if (text_is(channel, (struct text){ intake->channel, intake->channel_size })) {
		intake->event->source = intake->last_source;
		return;
	}
	state_source(intake, TEXT("windows:"), channel);
	if (text_starts(intake->event->source, TEXT("windows:linux-sysmon")))
		state_source(intake, TEXT("linux:"), channel);
	if (channel.size > SOURCE_SIZE)
		return;
	memcpy(intake->channel, channel.at, channel.size);
	intake->channel_size = channel.size;
	intake->last_source = intake->event->source;
}

/* The name of a Data element, from its attribute; empty where it has none. */
static struct text data_name(const struct json_document *d, uint32_t node)
{
	static const char *const attributes[] = { "@Name", "Name" };
	uint32_t holder = json_member(d, node, "#attributes"), name = 0;

	if (holder)
		name = json_member(d, holder, "Name");
	for (unsigned i = 0; i < 2 && !name; i++)
		name = json_member(d, node, attributes[i]);
	return name && d->nodes[name].type == JSON_TEXT ? json_text(d, &d->nodes[name])
							: (struct text){ 0 };
}

/* Add the text of a Data element ${node} under ${name}; without any it is an empty text. */
static void add_data(struct intake *intake, struct text name, uint32_t node)
{
	static const char *const places[] = { "#text", "Value", "text" };
	static const struct walk values = { .space = NAMES_DATA, .joint = '.' };
	const struct json_document *d = intake->document;
	struct json_node empty = { .type = JSON_TEXT };
	uint32_t text = 0;
	bool lasting;

	for (unsigned i = 0; i < 3 && !text; i++)
		text = json_member(d, node, places[i]);
	if (!text)
		walk_add(intake, names_find(intake->names, NAMES_DATA, name, &lasting),
			 &empty);
	else if (d->nodes[text].end == text + 1)
		walk_add(intake, names_find(intake->names, NAMES_DATA, name, &lasting),
			 &d->nodes[text]);
	else
		walk_members(intake, &values, name, text);
}

/* EventData's Data elements: named, or a row of values. */
static void data_elements(struct intake *intake, uint32_t data)
{
	const struct json_document *d = intake->document;
	uint32_t end = d->nodes[data].end;
	uint32_t first = d->nodes[data].type == JSON_ARRAY ? data + 1 : data;

	if (first == end)
		return;
	for (uint32_t i = first; i < end; i = d->nodes[i].end) {
		struct text name = { 0 };

		if (d->nodes[i].type == JSON_OBJECT)
			name = data_name(d, i);
		if (name.size)
			add_data(intake, name, i);
		else if (i == data)
			walk_node(intake, &data_walk, (struct text){ 0 }, i);
		else
			walk_node(intake, &data_walk, TEXT("Data"), i);
	}
}

static void event_data(struct intake *intake, uint32_t node)
{
	const struct json_document *d = intake->document;

	if (d->nodes[node].type != JSON_OBJECT) {
		if (d->nodes[node].end > node + 1)
			walk_members(intake, &data_walk, TEXT("Data"), node);
		return;
	}
	for (uint32_t i = node + 1; i < d->nodes[node].end; i = d->nodes[i].end) {
		struct text key = json_key(d, &d->nodes[i]);

		if (text_is(key, TEXT("Data")))
			data_elements(intake, i);
		else if (text_is(key, TEXT("#attributes")))
			walk_members(intake, &attribute_walk, TEXT("EventData"), i);
		else
			walk_node(intake, &data_walk, (struct text){ 0 }, i);
	}
}

/* UserData has one element of the provider's own; its children are the fields. */
static void user_data(struct intake *intake, uint32_t node)
{
	const struct json_document *d = intake->document;

	for (uint32_t i = node + 1; i < d->nodes[node].end; i = d->nodes[i].end) {
		if (d->nodes[i].type == JSON_OBJECT)
			walk_members(intake, &data_walk, (struct text){ 0 }, i);
		else
			walk_node(intake, &data_walk, (struct text){ 0 }, i);
	}
}

void windows_nested(struct intake *intake, uint32_t root)
{
	const struct json_document *d = intake->document;

	for (uint32_t i = root + 1; i < d->nodes[root].end; i = d->nodes[i].end) {
		struct text key = json_key(d, &d->nodes[i]);

		if (text_is(key, TEXT("System")))
			walk_members(intake, &system_walk, (struct text){ 0 }, i);
		else if (text_is(key, TEXT("EventData")))
			event_data(intake, i);
		else if (text_is(key, TEXT("UserData")))
			user_data(intake, i);
		else if (text_is(key, TEXT("RenderingInfo")) &&
			 json_member(d, i, "Message"))
			walk_node(intake, &data_walk, (struct text){ 0 },
				  json_member(d, i, "Message"));
		else if (!text_is(key, TEXT("#attributes")) &&
			 !text_is(key, TEXT("Event_attributes")))
			walk_node(intake, &data_walk, (struct text){ 0 }, i);
	}
	windows_source(intake);
}

static void flat_value(struct intake *intake, uint32_t node, const struct name *name)
{
	if (intake->document->nodes[node].end > node + 1)
		walk_node(intake, &flat_walk, (struct text){ 0 }, node);
	else
		walk_add(intake, name, &intake->document->nodes[node]);
}

static const struct name *flat_name(struct intake *intake, uint32_t node)
{
	bool lasting;

	return names_find(intake->names, NAMES_FLAT,
			  json_key(intake->document, &intake->document->nodes[node]),
			  &lasting);
}

void windows_flat(struct intake *intake, uint32_t root)
{
	const struct json_document *d = intake->document;

	for (uint32_t i = 0; i < intake->top_count; i++) {
		const struct top *top = &intake->top[i];

		flat_value(intake, top->node,
			   top->name ? top->name : flat_name(intake, top->node));
	}
	for (uint32_t i = intake->top_end; i < d->nodes[root].end; i = d->nodes[i].end)
		flat_value(intake, i, flat_name(intake, i));
	intake->left_out = intake->top_rest;
	intake->flat_root = root;
	windows_source(intake);
}

void windows_flat_rest(struct intake *intake)
{
	const struct json_document *d = intake->document;

	for (uint32_t i = intake->flat_root + 1; i < intake->top_end;
	     i = d->nodes[i].end) {
		const struct name *name = flat_name(intake, i);

		if (d->nodes[i].end == i + 1 && name_says_nothing(name))
			walk_add(intake, name, &d->nodes[i]);
	}
}
