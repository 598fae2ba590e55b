// SPDX-License-Identifier: Apache-2.0
// From a tree of names to values with one name each.
#include "detect/intake/state.h"

#include "base/moment.h"

#define TOO_LONG SIZE_MAX

static const struct name nameless = { .field = EVENT_FIELD_NONE,
				      .also = EVENT_FIELD_NONE };

struct level {
	uint32_t end;    /* the first node behind it */
	size_t size;     /* bytes of the path that lead here */
	bool attributes; /* of an XML element: joined by '_', with no name of its own */
};

/* Remember what a value says of the event as a whole. */
static void note(struct intake *intake, const struct name *name, struct text text,
		 uint32_t value)
{
	struct fact *fact = &intake->facts[name->role];

	if (name->role == ROLE_MARK || name->role == ROLE_DATASET)
		intake->marks |= vocabulary_mark(text);
	if (name->role == ROLE_MARK) {
		return;
	} else if (name->role == ROLE_TIME) {
		if (name->rank < intake->time_rank &&
		    moment_parse(text, &intake->event->time_ns))
			intake->time_rank = name->rank;
	} else if (!fact->text.at || name->rank < fact->rank) {
		*fact = (struct fact){ .text = text, .rank = name->rank, .value = value };
	}
}

void state_add(struct intake *intake, const struct name *name, enum value_type type,
	       size_t at, struct text text)
{
	struct event *event = intake->event;
	uint32_t value = event->count;

	event_add(event, name->field, type, at, text.size);
	if (event->count == value)
		value = UINT32_MAX;
	if (name->also != EVENT_FIELD_NONE)
		event_add(event, name->also, type, at, text.size);
	if (name->role && type != VALUE_NULL)
		note(intake, name, text, value);
}

/* An unread value: until it is read, its place is that of its node among the document's. */
static void defer(struct intake *intake, uint16_t field, uint32_t node)
{
	struct event *event = intake->event;
	uint32_t value = event->count;

	event_add(event, field, VALUE_TEXT, node, 0);
	if (event->count > value)
		event->values[value].flags = VALUE_UNREAD;
}

static void state_defer(struct intake *intake, const struct name *name,
			const struct json_node *node)
{
	uint32_t number = (uint32_t)(node - intake->document->nodes);

	defer(intake, name->field, number);
	if (name->also != EVENT_FIELD_NONE)
		defer(intake, name->also, number);
	intake->unread = true;
}

/* Read the unread value ${value}. */
static void read_value(const struct intake *intake, struct event_value *value)
{
	const struct json_document *d = intake->document;
	struct text text = json_text(d, &d->nodes[value->at]);
	bool cut = text.size > EVENT_VALUE_SIZE_MAX;

	value->at = (uint32_t)(text.at - d->base);
	value->size = cut ? EVENT_VALUE_SIZE_MAX : (uint32_t)text.size;
	value->flags = cut ? VALUE_CUT : 0;
}

/* For event->complete. */
static void complete(void *reader)
{
	struct intake *intake = reader;
	struct event *event = intake->event;

	event->complete = NULL;
	if (intake->left_out)
		windows_flat_rest(intake);
	for (uint32_t i = 0; i < event->count; i++)
		if (event->values[i].flags & VALUE_UNREAD)
			read_value(intake, &event->values[i]);
}

void state_class(struct intake *intake)
{
	struct event *event = intake->event;

	/* Sources outlive the intake, all but that in intake->source: see state_source. */
	if (!intake->class_source || intake->class_source != event->source.at ||
	    intake->class_id != event->id) {
		intake->class_source = event->source.at;
		intake->class_id = event->id;
		intake->class_number =
			pack_class_of(intake->pack, event->source, event->id);
	}
	event->class = intake->class_number;
}

void state_settle(struct intake *intake)
{
	const struct pack *pack = intake->pack;
	struct event *event = intake->event;

	state_class(intake);
	if (!intake->unread && !intake->left_out)
		return;
	event->complete = complete;
	event->reader = intake;
	for (uint32_t i = 0; i < event->count; i++) {
		struct event_value *value = &event->values[i];

		if (value->flags & VALUE_UNREAD &&
		    pack_wants(pack, event->class, value->field))
			read_value(intake, value);
	}
}

void walk_add(struct intake *intake, const struct name *name,
	      const struct json_node *node)
{
	static const uint8_t types[] = {
		[JSON_NULL] = VALUE_NULL,     [JSON_BOOL] = VALUE_BOOL,
		[JSON_NUMBER] = VALUE_NUMBER, [JSON_TEXT] = VALUE_TEXT,
		[JSON_OBJECT] = VALUE_NULL,   [JSON_ARRAY] = VALUE_NULL,
	};

	struct text text;

	if (node->escaped && !name->role) {
		state_defer(intake, name, node);
		return;
	}
	text = json_text(intake->document, node);
	state_add(intake, name, (enum value_type)types[node->type],
		  (size_t)(text.at - intake->document->base), text);
}

/* Append to the path; one that is too long names no field, nor do those below it. */
static size_t append(struct intake *intake, size_t size, char joint, struct text name)
{
	if (name.size == 0 || size == TOO_LONG)
		return size;
	if (size + 1 + name.size > PATH_SIZE)
		return TOO_LONG;
	if (size)
		intake->path[size++] = joint;
	memcpy(intake->path + size, name.at, name.size);
	return size + name.size;
}

/* The path of a node named ${key} below ${level}; ${*next} says what its members are like. */
static size_t step(struct intake *intake, const struct walk *walk,
		   const struct level *level, struct text key, struct level *next)
{
	static const struct text suffix = { .at = "_attributes", .size = 11 };
	char joint = level->attributes ? '_' : walk->joint;

	next->attributes = false;
	if (!walk->is_xml)
		return append(intake, level->size, joint, key);
	if (text_is(key, TEXT("#attributes"))) {
		next->attributes = true;
		return level->size;
	}
	if (text_is(key, TEXT("#text")))
		return level->size;
	if (key.size > 1 && key.at[0] == '@')
		return append(intake, level->size, '_', text_part(key, 1, SIZE_MAX));
	if (text_ends(key, suffix) && key.size > suffix.size) {
		next->attributes = true;
		key.size -= suffix.size;
	}
	return append(intake, level->size, joint, key);
}

/* XML's declarations of name spaces are no data. */
static bool is_declaration(const struct walk *walk, struct text key)
{
	return walk->is_xml &&
	       (text_is(key, TEXT("xmlns")) || text_is(key, TEXT("@xmlns")));
}

static void walk_range(struct intake *intake, const struct walk *walk, struct text prefix,
		       uint32_t first, uint32_t end)
{
	const struct json_document *d = intake->document;
	struct level levels[JSON_DEPTH_MAX + 1] = { { .end = end } };
	unsigned depth = 0;
	bool lasting;

	levels[0].size = append(intake, 0, walk->joint, prefix);
	for (uint32_t i = first; i < end; i++) {
		const struct json_node *node = &d->nodes[i];
		const struct name *name = &nameless;
		struct text key = json_key(d, node);
		struct level next = { .end = node->end };

		while (i >= levels[depth].end)
			depth--;
		if (is_declaration(walk, key))
			continue;
		next.size = step(intake, walk, &levels[depth], key, &next);
		if (node->end > i + 1 && depth < JSON_DEPTH_MAX) {
			levels[++depth] = next;
			continue;
		}
		if (next.size != TOO_LONG)
			name = names_find(
				intake->names, walk->space,
				(struct text){ .at = intake->path, .size = next.size },
				&lasting);
		walk_add(intake, name, node);
	}
}

void walk_node(struct intake *intake, const struct walk *walk, struct text prefix,
	       uint32_t node)
{
	walk_range(intake, walk, prefix, node, intake->document->nodes[node].end);
}

void walk_members(struct intake *intake, const struct walk *walk, struct text prefix,
		  uint32_t node)
{
	walk_range(intake, walk, prefix, node + 1, intake->document->nodes[node].end);
}

void state_source(struct intake *intake, struct text prefix, struct text name)
{
	size_t size = 0;

	intake->channel_size = 0;
	intake->class_source = NULL;
	for (size_t i = 0; i < prefix.size && size < SOURCE_SIZE; i++)
		intake->source[size++] = prefix.at[i];
	for (size_t i = 0; i < name.size && size < SOURCE_SIZE; i++) {
		char c = name.at[i];

		intake->source[size++] = c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
	}
	intake->event->source = (struct text){ .at = intake->source, .size = size };
}
