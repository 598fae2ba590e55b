// SPDX-License-Identifier: Apache-2.0
// YAML text -> a tree of nodes that know where they stand: libyaml's events, gathered.
#include "format/yaml.h"

#include <errno.h>
#include <stdarg.h>

#include <yaml.h>

#include "base/table.h"
#include "format/yaml_schema.h"

#define SHOWN_MAX 80 /* bytes of a text in a message */

/* A list or map whose end has not been read. */
struct frame {
	struct yaml_node *node;
	uint32_t first; /* its children are pending[first] and after */
	struct text anchor;
};

struct yaml {
	yaml_parser_t parser;
	struct text text;
	bool at_end; /* nothing more can be read */
	/* Of the document being read. */
	struct arena *arena;
	struct why *why;
	struct frame open[YAML_DEPTH_MAX];
	uint32_t depth;
	struct yaml_node **pending; /* read, and not yet in a list or map */
	uint32_t pending_count, pending_capacity;
	struct table anchors; /* name -> number in anchored[] */
	struct yaml_node **anchored;
	uint32_t anchored_count, anchored_capacity;
	uint32_t weight; /* nodes so far */
};

int yaml_open(struct text text, struct yaml **out)
{
	struct yaml *yaml = calloc(1, sizeof(*yaml));

	if (!yaml)
		return -ENOMEM;
	if (!yaml_parser_initialize(&yaml->parser)) {
		free(yaml);
		return -ENOMEM;
	}
	yaml->text = text;
	yaml_parser_set_input_string(&yaml->parser,
				     (const unsigned char *)(text.at ? text.at : ""),
				     text.size);
	*out = yaml;
	return 0;
}

void yaml_close(struct yaml *yaml)
{
	if (!yaml)
		return;
	yaml_parser_delete(&yaml->parser);
	table_done(&yaml->anchors);
	free(yaml->anchored);
	free(yaml->pending);
	free(yaml);
}

/* libyaml counts from 0. */
static int refuse_at(struct yaml *yaml, yaml_mark_t mark, const char *what,
		     const char *more)
{
	struct yaml_node place = { .line = (unsigned)mark.line + 1,
				   .column = (unsigned)mark.column + 1 };

	return yaml_refuse(yaml->why, &place, "%s%s%s", what, more ? " " : "",
			   more ? more : "");
}

/* Bytes that are no text have an offset, but no line: count it. */
static int refuse_bytes(struct yaml *yaml)
{
	size_t offset = yaml->parser.problem_offset;
	unsigned line = 1;

	for (size_t i = 0; i < offset && i < yaml->text.size; i++)
		line += yaml->text.at[i] == '\n';
	why_set(yaml->why, line, 0, "not YAML: %s (byte 0x%02x at offset %zu)",
		yaml->parser.problem, (unsigned)yaml->parser.problem_value & 0xffffff,
		offset);
	return -EINVAL;
}

static int refuse_syntax(struct yaml *yaml)
{
	const yaml_parser_t *parser = &yaml->parser;

	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (parser->error == YAML_READER_ERROR)
		return refuse_bytes(yaml);
	why_set(yaml->why, (unsigned)parser->problem_mark.line + 1,
		(unsigned)parser->problem_mark.column + 1, "not YAML: %s%s%s",
		parser->problem ? parser->problem : "cannot be read",
		parser->context ? ", " : "", parser->context ? parser->context : "");
	return -EINVAL;
}

static int pointer_push(struct yaml_node ***list, uint32_t *count, uint32_t *capacity,
			struct yaml_node *node)
{
	struct yaml_node **grown;
	uint32_t want;

	if (*count == *capacity) {
		want = *capacity ? *capacity * 2 : 64;
		grown = realloc(*list, want * sizeof(struct yaml_node *));
		if (!grown)
			return -ENOMEM;
		*list = grown;
		*capacity = want;
	}
	(*list)[(*count)++] = node;
	return 0;
}

/* A complete node takes its place in the list or map that is open. */
static int add(struct yaml *yaml, struct yaml_node *node, uint32_t more, yaml_mark_t mark)
{
	if (more > YAML_NODES_MAX - yaml->weight)
		return refuse_at(yaml, mark,
				 "the document has more than 1,000,000 values", NULL);
	yaml->weight += more;
	return pointer_push(&yaml->pending, &yaml->pending_count, &yaml->pending_capacity,
			    node);
}

static int anchor_add(struct yaml *yaml, struct text name, struct yaml_node *node)
{
	int r;

	if (!name.size)
		return 0;
	r = pointer_push(&yaml->anchored, &yaml->anchored_count, &yaml->anchored_capacity,
			 node);
	return r ? r : table_put(&yaml->anchors, name, yaml->anchored_count - 1);
}

static int anchor_name(struct yaml *yaml, const yaml_char_t *name, struct text *out)
{
	if (!name) {
		*out = (struct text){ 0 };
		return 0;
	}
	return arena_copy(yaml->arena, text_of((const char *)name), out);
}

static int node_make(struct yaml *yaml, enum yaml_kind kind, yaml_mark_t mark,
		     struct yaml_node **out)
{
	struct yaml_node *node = arena_alloc(yaml->arena, sizeof(*node));

	if (!node)
		return -ENOMEM;
	node->kind = kind;
	node->line = (unsigned)mark.line + 1;
	node->column = (unsigned)mark.column + 1;
	node->weight = 1;
	*out = node;
	return 0;
}

static uint32_t characters(struct text text)
{
	uint32_t count = 0;

	for (size_t i = 0; i < text.size; i++)
		count += ((unsigned char)text.at[i] & 0xc0) != 0x80;
	return count;
}

static int read_scalar(struct yaml *yaml, const yaml_event_t *event)
{
	const char *tag = (const char *)event->data.scalar.tag;
	size_t width = event->end_mark.column - event->start_mark.column;
	struct yaml_node *node = NULL;
	struct text text, anchor;
	bool plain;
	int r;

	r = node_make(yaml, YAML_STRING, event->start_mark, &node);
	if (r)
		return r;
	text = (struct text){ .at = (const char *)event->data.scalar.value,
			      .size = event->data.scalar.length };
	r = arena_copy(yaml->arena, text, &node->text);
	if (r)
		return r;
	plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	node->quoted = !plain;
	if (event->start_mark.line == event->end_mark.line &&
	    width == characters(text) + (plain ? 0 : 2))
		node->text_column = node->column + (plain ? 0 : 1);
	if (!yaml_resolve(node, tag))
		return refuse_at(
			yaml, event->start_mark,
			"a tag that is not known here, or does not fit the value:", tag);
	r = anchor_name(yaml, event->data.scalar.anchor, &anchor);
	if (!r)
		r = anchor_add(yaml, anchor, node);
	return r ? r : add(yaml, node, 1, event->start_mark);
}

static int read_alias(struct yaml *yaml, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;
	uint32_t number = table_get(&yaml->anchors, text_of(name));
	struct yaml_node *node;

	if (number == TABLE_NONE)
		return refuse_at(yaml, event->start_mark,
				 "an alias of what is not complete before it:", name);
	node = yaml->anchored[number];
	return add(yaml, node, node->weight, event->start_mark);
}

static int read_open(struct yaml *yaml, const yaml_event_t *event, enum yaml_kind kind)
{
	bool is_map = kind == YAML_MAP;
	const yaml_char_t *anchor = is_map ? event->data.mapping_start.anchor
					   : event->data.sequence_start.anchor;
	const yaml_char_t *tag =
		is_map ? event->data.mapping_start.tag : event->data.sequence_start.tag;
	struct frame *frame;
	int r;

	if (yaml->depth == YAML_DEPTH_MAX) {
		/* What follows could be as deep as the file is long: not worth reading. */
		yaml->at_end = true;
		return refuse_at(yaml, event->start_mark,
				 "more than 64 lists and maps inside one another", NULL);
	}
	if (tag && strcmp((const char *)tag, is_map ? YAML_MAP_TAG : YAML_SEQ_TAG) != 0 &&
	    strcmp((const char *)tag, "!") != 0)
		return refuse_at(yaml, event->start_mark,
				 "a tag that is not known here:", (const char *)tag);
	frame = &yaml->open[yaml->depth];
	r = node_make(yaml, kind, event->start_mark, &frame->node);
	if (!r)
		r = anchor_name(yaml, anchor, &frame->anchor);
	if (r)
		return r;
	frame->first = yaml->pending_count;
	yaml->depth++;
	return 0;
}

/* Pointers to keys, by text; equal ones by place, so that the later is found out. */
static int compare_keys(const void *a, const void *b)
{
	const struct yaml_node *one = *(struct yaml_node *const *)a;
	const struct yaml_node *two = *(struct yaml_node *const *)b;
	size_t size = one->text.size < two->text.size ? one->text.size : two->text.size;
	int order = size ? memcmp(one->text.at, two->text.at, size) : 0;

	if (order)
		return order;
	if (one->text.size != two->text.size)
		return one->text.size < two->text.size ? -1 : 1;
	if (one->line != two->line)
		return one->line < two->line ? -1 : 1;
	return (one->column > two->column) - (one->column < two->column);
}

static int check_key(struct yaml *yaml, const struct yaml_node *key)
{
	if (!yaml_is_scalar(key))
		return yaml_refuse(yaml->why, key, "%s as a key: expected a name",
				   yaml_kind_name(key));
	if (key->kind == YAML_NULL)
		return yaml_refuse(yaml->why, key, "a value without a key");
	if (!key->quoted && text_is(key->text, TEXT("<<")))
		return yaml_refuse(
			yaml->why, key,
			"merge keys (<<) are not part of YAML 1.2: write the keys out");
	return 0;
}

static int check_keys(struct yaml *yaml, const struct yaml_node *map)
{
	AUTO(free) struct yaml_node **keys = NULL;
	int r;

	keys = malloc((map->count ? map->count : 1) * sizeof(struct yaml_node *));
	if (!keys)
		return -ENOMEM;
	for (uint32_t i = 0; i < map->count; i++) {
		keys[i] = map->items[(size_t)i * 2];
		r = check_key(yaml, keys[i]);
		if (r)
			return r;
	}
	qsort(keys, map->count, sizeof(struct yaml_node *), compare_keys);
	for (uint32_t i = 1; i < map->count; i++) {
		if (text_is(keys[i - 1]->text, keys[i]->text))
			return yaml_refuse(yaml->why, keys[i],
					   "the key '%.*s' is there already, in line %u",
					   YAML_SHOW(keys[i]->text), keys[i - 1]->line);
	}
	return 0;
}

static int read_close(struct yaml *yaml, const yaml_event_t *event)
{
	struct frame *frame = &yaml->open[--yaml->depth];
	struct yaml_node *node = frame->node;
	uint32_t count = yaml->pending_count - frame->first;
	int r;

	node->items = arena_array(yaml->arena, count, sizeof(struct yaml_node *));
	if (!node->items)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		node->items[i] = yaml->pending[frame->first + i];
		node->weight += node->items[i]->weight;
	}
	yaml->pending_count = frame->first;
	node->count = node->kind == YAML_MAP ? count / 2 : count;
	r = node->kind == YAML_MAP ? check_keys(yaml, node) : 0;
	if (!r)
		r = anchor_add(yaml, frame->anchor, node);
	return r ? r : add(yaml, node, 1, event->start_mark);
}

static int read_event(struct yaml *yaml, const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		return read_scalar(yaml, event);
	case YAML_ALIAS_EVENT:
		return read_alias(yaml, event);
	case YAML_SEQUENCE_START_EVENT:
		return read_open(yaml, event, YAML_LIST);
	case YAML_MAPPING_START_EVENT:
		return read_open(yaml, event, YAML_MAP);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		return read_close(yaml, event);
	default:
		return 0;
	}
}

/* After a refusal inside a document: the place where the next one may begin. */
static void skip_document(struct yaml *yaml)
{
	yaml_event_t event;

	while (!yaml->at_end) {
		if (!yaml_parser_parse(&yaml->parser, &event)) {
			yaml->at_end = true;
			return;
		}
		if (event.type == YAML_STREAM_END_EVENT)
			yaml->at_end = true;
		if (event.type == YAML_DOCUMENT_END_EVENT) {
			yaml_event_delete(&event);
			return;
		}
		yaml_event_delete(&event);
	}
}

static void document_begin(struct yaml *yaml, struct arena *arena, struct why *why)
{
	yaml->arena = arena;
	yaml->why = why;
	yaml->depth = 0;
	yaml->pending_count = 0;
	yaml->anchored_count = 0;
	yaml->weight = 0;
	table_done(&yaml->anchors);
	yaml->anchors = (struct table){ 0 };
}

int yaml_next(struct yaml *yaml, struct arena *arena, struct yaml_node **out,
	      struct why *why)
{
	yaml_event_type_t type = YAML_NO_EVENT;
	yaml_event_t event;
	int r = 0;

	document_begin(yaml, arena, why);
	while (!r && !yaml->at_end && type != YAML_DOCUMENT_END_EVENT) {
		if (!yaml_parser_parse(&yaml->parser, &event)) {
			yaml->at_end = true;
			return refuse_syntax(yaml);
		}
		type = event.type;
		r = read_event(yaml, &event);
		yaml_event_delete(&event);
		if (type == YAML_STREAM_END_EVENT)
			yaml->at_end = true;
	}
	if (r == -EINVAL)
		skip_document(yaml);
	if (r)
		return r;
	*out = yaml->pending_count ? yaml->pending[0] : NULL;
	return 0;
}

struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
	if (!map || map->kind != YAML_MAP)
		return NULL;
	for (size_t i = 0; i < map->count; i++)
		if (text_is(map->items[i * 2]->text, text_of(key)))
			return map->items[i * 2 + 1];
	return NULL;
}

const char *yaml_kind_name(const struct yaml_node *node)
{
	static const char *const names[] = {
		[YAML_NULL] = "null",     [YAML_BOOL] = "true or false",
		[YAML_INT] = "a number",  [YAML_FLOAT] = "a number",
		[YAML_STRING] = "a text", [YAML_LIST] = "a list",
		[YAML_MAP] = "a map",
	};

	return names[node->kind];
}

/* What a terminal would take for a command: C0, DEL and C1, the last in two bytes. */
static void mask_controls(char *text)
{
	for (unsigned char *at = (unsigned char *)text; *at; at++) {
		if (*at < 0x20 || *at == 0x7f)
			*at = '?';
		else if (at[0] == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
			at[0] = at[1] = '?';
	}
}

int yaml_refuse(struct why *why, const struct yaml_node *node, const char *format, ...)
{
	char reason[sizeof(why->reason)];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(reason, sizeof(reason), format, arguments);
	va_end(arguments);
	mask_controls(reason);
	why_set(why, node->line, node->column, "%s", reason);
	return -EINVAL;
}

struct yaml_node yaml_at(const struct yaml_node *node, size_t offset)
{
	struct yaml_node place = { .line = node->line, .column = node->column };

	if (node->text_column)
		place.column =
			node->text_column + characters(text_part(node->text, 0, offset));
	return place;
}

struct text yaml_show(struct text text)
{
	size_t size = text.size < SHOWN_MAX ? text.size : SHOWN_MAX;

	while (size < text.size && size && ((unsigned char)text.at[size] & 0xc0) == 0x80)
		size--;
	return (struct text){ .at = text.at ? text.at : "", .size = size };
}
