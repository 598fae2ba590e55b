// SPDX-License-Identifier: Apache-2.0
// A record's tree -> JSON: docs/formats/evtx.md has the shape.
#include "format/evtx_json.h"

#include <errno.h>

#include "format/evtx_tree.h"
#include "format/json_unescape.h"

#define SLOTS_MIN 64
#define SLOTS_MAX (2 * EVTX_TREE_MAX) /* both powers of two */

/* An object that is being written. */
struct level {
	uint32_t element;
	uint32_t at;   /* the child to look at next */
	uint32_t list; /* the member of a list that was written last; 0: none */
	bool has_comma;
};

/* What an element is, beside its node. */
struct role {
	uint32_t next; /* the next one of that name beside it; 0: none */
	bool is_first; /* of its name */
	bool is_data;  /* EventData's Data: named by its attribute */
	bool is_list;  /* a list even where it is the only one */
	uint32_t key;  /* the node whose text is its name */
};

struct evtx_json {
	struct evtx_tree tree;
	struct role *roles;
	uint32_t *slots; /* elements, by parent and name */
	uint32_t mask;   /* of those in use */
	uint32_t *last;  /* of those of its name, for each first one */
	struct level levels[EVTX_DEPTH_MAX + 2];
	unsigned depth;
};

int evtx_json_create(struct evtx_json **out)
{
	struct evtx_json *json = calloc(1, sizeof(*json));
	int r;

	if (!json)
		return -ENOMEM;
	r = evtx_tree_init(&json->tree);
	json->roles = calloc(EVTX_TREE_MAX, sizeof(*json->roles));
	json->slots = calloc(SLOTS_MAX, sizeof(*json->slots));
	json->last = calloc(EVTX_TREE_MAX, sizeof(*json->last));
	if (r || !json->roles || !json->slots || !json->last) {
		evtx_json_free(json);
		return -ENOMEM;
	}
	*out = json;
	return 0;
}

void evtx_json_free(struct evtx_json *json)
{
	if (!json)
		return;
	evtx_tree_done(&json->tree);
	free(json->roles);
	free(json->slots);
	free(json->last);
	free(json);
}

static struct text key_of(const struct evtx_json *json, uint32_t element)
{
	return evtx_tree_text(&json->tree, json->roles[element].key);
}

static bool is_named(const struct evtx_json *json, uint32_t node, struct text name)
{
	return text_is(evtx_tree_text(&json->tree, node), name);
}

/* The node with the text of the attribute Name, where it has one. */
static uint32_t name_of_data(const struct evtx_json *json, uint32_t element)
{
	const struct evtx_tree_node *nodes = json->tree.nodes;

	for (uint32_t i = element + 1;
	     i < nodes[element].end && nodes[i].kind == EVTX_TREE_ATTRIBUTE;
	     i = nodes[i].end)
		if (is_named(json, i, TEXT("Name")))
			return nodes[i].end == i + 2 && nodes[i + 1].size ? i + 1 : 0;
	return 0;
}

/* Windows puts a provider's data into Data elements; the name of each is an attribute. */
static bool is_data(const struct evtx_json *json, uint32_t element)
{
	const struct evtx_tree_node *nodes = json->tree.nodes;
	uint32_t data = nodes[element].parent, event;

	if (!data || !is_named(json, element, TEXT("Data")) ||
	    !is_named(json, data, TEXT("EventData")))
		return false;
	event = nodes[data].parent;
	return event && !nodes[event].parent && is_named(json, event, TEXT("Event"));
}

static uint32_t hash_of(struct text key, uint32_t parent)
{
	uint32_t hash = 2166136261u ^ parent * 0x9e3779b9u;

	for (size_t i = 0; i < key.size; i++)
		hash = (hash ^ (unsigned char)key.at[i]) * 16777619u;
	return hash ^ hash >> 15;
}

/* Chain the elements of one name in one element together. */
static void chain(struct evtx_json *json, uint32_t element)
{
	const struct evtx_tree_node *nodes = json->tree.nodes;
	struct text key = key_of(json, element);
	uint32_t hash = hash_of(key, nodes[element].parent), first;

	while ((first = json->slots[hash & json->mask])) {
		if (nodes[first].parent == nodes[element].parent &&
		    text_is(key_of(json, first), key))
			break;
		hash++;
	}
	json->roles[element].is_first = !first;
	if (first)
		json->roles[json->last[first]].next = element;
	else
		json->slots[hash & json->mask] = first = element;
	json->last[first] = element;
}

static void find_roles(struct evtx_json *json)
{
	const struct evtx_tree *tree = &json->tree;

	json->mask = SLOTS_MIN - 1;
	while (json->mask < 2 * tree->count - 1)
		json->mask = 2 * json->mask + 1;
	memset(json->slots, 0, (json->mask + 1) * sizeof(*json->slots));
	for (uint32_t i = 1; i < tree->count; i++) {
		struct role *role = &json->roles[i];

		if (tree->nodes[i].kind != EVTX_TREE_ELEMENT)
			continue;
		*role = (struct role){ .key = i, .is_data = is_data(json, i) };
		if (role->is_data)
			role->key = name_of_data(json, i);
		if (!role->key) {
			role->key = i;
			role->is_list = true;
		}
		chain(json, i);
	}
}

static void put_comma(struct buffer *out, bool *has_comma)
{
	if (*has_comma)
		buffer_char(out, ',');
	*has_comma = true;
}

static void put_text(const struct evtx_json *json, uint32_t node, struct buffer *out)
{
	struct text text = evtx_tree_text(&json->tree, node);

	switch (json->tree.nodes[node].class) {
	case EVTX_IS_NULL:
		buffer_string(out, "null");
		break;
	case EVTX_IS_TEXT:
		json_quote(out, text);
		break;
	default:
		buffer_text(out, text);
	}
}

/* The texts of ${node}: ${none}, the only one, or a list. */
static void put_texts(const struct evtx_json *json, uint32_t node, const char *none,
		      struct buffer *out)
{
	const struct evtx_tree_node *nodes = json->tree.nodes;
	uint32_t count = 0, first = 0;
	bool has_comma = false;

	for (uint32_t i = node + 1; i < nodes[node].end; i = nodes[i].end)
		if (nodes[i].kind == EVTX_TREE_TEXT && !count++)
			first = i;
	if (count == 0)
		buffer_string(out, none);
	if (count == 1)
		put_text(json, first, out);
	if (count < 2)
		return;
	buffer_char(out, '[');
	for (uint32_t i = node + 1; i < nodes[node].end; i = nodes[i].end) {
		if (nodes[i].kind != EVTX_TREE_TEXT)
			continue;
		put_comma(out, &has_comma);
		put_text(json, i, out);
	}
	buffer_char(out, ']');
}

static void put_attributes(const struct evtx_json *json, uint32_t element,
			   struct buffer *out)
{
	const struct evtx_tree_node *nodes = json->tree.nodes;
	bool has_comma = false;

	buffer_string(out, "\"#attributes\":{");
	for (uint32_t i = element + 1; i < nodes[element].end; i = nodes[i].end) {
		if (nodes[i].kind != EVTX_TREE_ATTRIBUTE)
			continue;
		put_comma(out, &has_comma);
		json_quote(out, evtx_tree_text(&json->tree, i));
		buffer_char(out, ':');
		put_texts(json, i, "\"\"", out);
	}
	buffer_char(out, '}');
}

/* Kinds of nodes that are right in ${element}, as bits. */
static unsigned kinds_in(const struct evtx_json *json, uint32_t element)
{
	const struct evtx_tree_node *nodes = json->tree.nodes;
	unsigned kinds = 0;

	for (uint32_t i = element + 1; i < nodes[element].end; i = nodes[i].end)
		kinds |= 1u << nodes[i].kind;
	if (json->roles[element].is_data)
		kinds &= ~(1u << EVTX_TREE_ATTRIBUTE);
	return kinds;
}

/* The value of an element: all of it, or the beginning of an object, which is then open. */
static void put_element(struct evtx_json *json, uint32_t element, struct buffer *out)
{
	bool is_data = json->roles[element].is_data;
	unsigned kinds = kinds_in(json, element);
	struct level *level;

	if (!(kinds & ~(1u << EVTX_TREE_TEXT)) && element) {
		put_texts(json, element, is_data ? "\"\"" : "null", out);
		return;
	}
	level = &json->levels[json->depth++];
	*level = (struct level){ .element = element, .at = element + 1 };
	buffer_char(out, '{');
	if (kinds & 1u << EVTX_TREE_ATTRIBUTE) {
		put_attributes(json, element, out);
		level->has_comma = true;
	}
}

static void end_object(struct evtx_json *json, struct buffer *out)
{
	struct level *level = &json->levels[--json->depth];

	if (kinds_in(json, level->element) & 1u << EVTX_TREE_TEXT) {
		put_comma(out, &level->has_comma);
		buffer_string(out, "\"#text\":");
		put_texts(json, level->element, "null", out);
	}
	buffer_char(out, '}');
}

/* Write on in the innermost object. */
static void step(struct evtx_json *json, struct buffer *out)
{
	const struct evtx_tree_node *nodes = json->tree.nodes;
	struct level *level = &json->levels[json->depth - 1];
	uint32_t next;

	if (level->list) {
		next = json->roles[level->list].next;
		level->list = next;
		buffer_char(out, next ? ',' : ']');
		if (next)
			put_element(json, next, out);
		return;
	}
	next = level->at;
	if (next >= nodes[level->element].end) {
		end_object(json, out);
		return;
	}
	level->at = nodes[next].end;
	if (nodes[next].kind != EVTX_TREE_ELEMENT || !json->roles[next].is_first)
		return;
	put_comma(out, &level->has_comma);
	json_quote(out, key_of(json, next));
	buffer_char(out, ':');
	if (json->roles[next].next || json->roles[next].is_list) {
		buffer_char(out, '[');
		level->list = next;
	}
	put_element(json, next, out);
}

evtx_fault evtx_json_write(struct evtx_json *json, const uint8_t *chunk, uint32_t from,
			   uint32_t end, struct buffer *out)
{
	evtx_fault fault = evtx_tree_read(&json->tree, chunk, from, end);

	out->failed |= json->tree.no_memory;
	find_roles(json);
	json->roles[0] = (struct role){ 0 };
	json->depth = 0;
	put_element(json, 0, out);
	while (json->depth && !out->failed)
		step(json, out);
	return fault;
}
