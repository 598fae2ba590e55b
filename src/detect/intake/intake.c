// SPDX-License-Identifier: Apache-2.0
// Documents of foreign logs -> events: telling the shape, and what all shapes share.
#include "detect/intake/intake.h"

#include <errno.h>

#include "base/fold.h"
#include "detect/intake/state.h"

int intake_create(const struct pack *pack, const struct mappings *mappings,
		  struct intake **out)
{
	struct intake *intake = calloc(1, sizeof(*intake));
	int r;

	if (!intake)
		return -ENOMEM;
	intake->pack = pack;
	intake->mappings = mappings;
	intake->xml_nodes = malloc(INTAKE_XML_NODES * sizeof(*intake->xml_nodes));
	r = intake->xml_nodes ? names_create(pack, mappings, &intake->names) : -ENOMEM;
	if (r) {
		free(intake->xml_nodes);
		free(intake);
		return r;
	}
	*out = intake;
	return 0;
}

void intake_free(struct intake *intake)
{
	if (!intake)
		return;
	names_free(intake->names);
	free(intake->xml_nodes);
	free(intake);
}

void state_begin(struct intake *intake, const struct json_document *document,
		 struct event *event)
{
	size_t kept;

	intake->document = document;
	intake->event = event;
	memset(intake->facts, 0, sizeof(intake->facts));
	intake->time_rank = UINT8_MAX + 1;
	intake->marks = 0;
	intake->unread = false;
	intake->left_out = false;
	intake->made = false;
	intake->room = NULL;
	intake->room_size = 0;
	if (!document)
		return;
	/* What is in front is for texts that are still to be unescaped. */
	kept = document->used > document->room_used ? document->used
						    : document->room_used;
	kept += JSON_PADDING;
	if (kept > document->room_size)
		return;
	intake->room = (char *)(uintptr_t)(document->base + document->room_at + kept);
	intake->room_size = document->room_size - kept;
}

bool state_room(struct intake *intake, struct text text)
{
	if (text.size + NAMES_PADDING > intake->room_size)
		return false;
	if (text.size)
		memcpy(intake->room, text.at, text.size);
	intake->room += text.size;
	intake->room_size -= text.size;
	intake->event->record.size = (size_t)(intake->room - intake->event->record.at);
	intake->made = true;
	return true;
}

void state_add_text(struct intake *intake, enum name_space space, struct text name,
		    struct text text)
{
	bool lasting;

	state_add(intake, names_find(intake->names, space, name, &lasting), VALUE_TEXT,
		  (size_t)(text.at - intake->event->record.at), text);
}

/* Keep a top-level member for windows_flat, if rules or the intake can have a use for it. */
static void keep_top(struct intake *intake, uint32_t node, const struct name *name,
		     bool lasting)
{
	bool holds = intake->document->nodes[node].end > node + 1;

	if (!holds && name_says_nothing(name)) {
		intake->top_rest = true;
		return;
	}
	intake->top[intake->top_count++] = (struct top){
		.name = lasting ? name : NULL,
		.node = node,
	};
}

/* What the top-level names of ${root} say of its shape, together. */
static uint32_t tells_of(struct intake *intake, uint32_t root)
{
	const struct json_document *d = intake->document;
	struct name *name = &intake->outset;
	uint32_t tells = 0, i = root + 1;
	bool lasting;

	intake->top_count = 0;
	intake->top_rest = false;
	intake->top_end = d->nodes[root].end;
	for (; i < d->nodes[root].end; i = d->nodes[i].end) {
		const struct json_node *node = &d->nodes[i];
		bool holds = node->type == JSON_OBJECT || node->type == JSON_ARRAY;

		name = names_find_behind(intake->names, NAMES_FLAT, json_key(d, node),
					 name, &lasting);
		if (!(name->tells & TELL_IF_HOLDS) || holds)
			tells |= name->tells;
		if (intake->top_count < TOP_MAX)
			keep_top(intake, i, name, lasting);
		else if (intake->top_end > i)
			intake->top_end = i;
		if (!lasting)
			name = &intake->outset;
	}
	return tells;
}

void state_finish(struct intake *intake)
{
	struct event *event = intake->event;
	struct text id = intake->facts[ROLE_EVENT_ID].text;
	uint64_t number = 0;

	for (unsigned role = 0; role < ROLE_TIME; role++) {
		const struct fact *fact = &intake->facts[role];
		struct event_value *value;
		uint16_t field;

		if (!fact->rank || fact->value == UINT32_MAX)
			continue;
		field = names_of_role(intake->names, (enum role)role);
		if (field == EVENT_FIELD_NONE)
			continue;
		value = &event->values[fact->value];
		if (value->field == EVENT_FIELD_NONE)
			value->field = field;
		else
			event_add(event, field, (enum value_type)value->type, value->at,
				  value->size);
	}
	if (event->id != EVENT_ID_NONE || !id.size || id.size > 10)
		return;
	for (size_t i = 0; i < id.size; i++) {
		if (id.at[i] < '0' || id.at[i] > '9')
			return;
		number = 10 * number + (uint64_t)(id.at[i] - '0');
	}
	if (number < EVENT_ID_NONE)
		event->id = (uint32_t)number;
}

/* The text of the top-level member ${name}; empty where it has none. */
static struct text top_text(const struct json_document *d, uint32_t root,
			    const char *name)
{
	uint32_t member = json_member(d, root, name);

	return member ? json_text(d, &d->nodes[member]) : (struct text){ 0 };
}

static bool is_audit(const struct json_document *d, uint32_t root, uint32_t tells)
{
	struct text id = top_text(d, root, "ID");

	if (!(tells & TELL_AUDIT_STAMP))
		return false;
	if (tells & TELL_AUDIT_RECORD && id.size && id.at[0] >= '0' && id.at[0] <= '9' &&
	    memchr(id.at, ':', id.size))
		return true;
	return tells & TELL_AUDIT_TYPE &&
	       text_starts(top_text(d, root, "msg"), TEXT("audit("));
}

static enum intake_shape take_shape(struct intake *intake, uint32_t root, uint32_t tells)
{
	static const struct walk unknown = { .space = NAMES_DATA, .joint = '.' };
	const struct json_document *d = intake->document;
	uint32_t inner;

	if (tells & TELL_EVENT && (inner = json_member(d, root, "Event")) &&
	    json_member(d, inner, "System")) {
		windows_nested(intake, inner);
	} else if (tells & TELL_SYSTEM &&
		   json_member(d, json_member(d, root, "System"), "EventID")) {
		windows_nested(intake, root);
	} else if (tells & TELL_CHANNEL && tells & TELL_EVENT_ID) {
		windows_flat(intake, root);
		return intake->event->source.size ? SHAPE_WINDOWS_FLAT : SHAPE_UNKNOWN;
	} else if (is_audit(d, root, tells)) {
		audit_document(intake, root, tells);
		return SHAPE_AUDITD;
	} else if (tells & TELL_JOURNAL) {
		return journal_document(intake, root);
	} else if (tells & (TELL_WINLOG | TELL_ECS)) {
		return ecs_document(intake, root);
	} else if (tells & TELL_PROGRAM && tells & TELL_MESSAGE) {
		syslog_document(intake, root);
		return SHAPE_SYSLOG;
	} else if (tells & TELL_REQUEST && tells & TELL_STATUS) {
		web_document(intake, root);
		return SHAPE_WEB;
	} else {
		walk_members(intake, &unknown, (struct text){ 0 }, root);
		return SHAPE_UNKNOWN;
	}
	return intake->event->source.size ? SHAPE_WINDOWS_NESTED : SHAPE_UNKNOWN;
}

enum intake_shape intake_json(struct intake *intake, const struct json_document *document,
			      struct event *event)
{
	uint32_t count = intake->mappings ? intake->mappings->count : 0, root = 0, tells;
	enum intake_shape shape = SHAPE_UNKNOWN;
	struct text whole;

	event_clear(event,
		    (struct text){ .at = document->base,
				   .size = document->room_at + document->room_size });
	state_begin(intake, document, event);
	tells = tells_of(intake, root);
	if (tells & TELL_SOURCE) {
		root = json_member(document, 0, "_source");
		tells = tells_of(intake, root);
	}
	for (uint32_t i = 0; i < count && shape == SHAPE_UNKNOWN; i++) {
		const struct mapping *mapping = &intake->mappings->mapping[i];

		if (mapping->is_text || !mapped_matches(document, mapping, root))
			continue;
		mapped_document(intake, mapping, root, i);
		shape = SHAPE_MAPPED;
	}
	if (shape == SHAPE_UNKNOWN)
		shape = take_shape(intake, root, tells);
	state_finish(intake);
	state_settle(intake);
	/* A value that was made stands nowhere in the document. */
	whole = (struct text){ .at = document->base, .size = document->used };
	if (!document->odd_escapes && !intake->made &&
	    (document->is_ascii || text_keeps_ascii(whole)))
		event->whole = whole;
	return shape;
}

enum intake_shape intake_line(struct intake *intake, const struct mapping *mapping,
			      struct text line, struct event *event)
{
	static const char message[7 + NAMES_PADDING] = "message";
	unsigned space = NAMES_MAPPED + (unsigned)(mapping - intake->mappings->mapping);
	bool lasting;

	event_clear(event, line);
	state_begin(intake, NULL, event);
	event->source = mapping->source;
	event_add(event,
		  names_find(intake->names, space,
			     (struct text){ .at = message, .size = 7 }, &lasting)
			  ->field,
		  VALUE_TEXT, 0, line.size);
	return SHAPE_MAPPED;
}

struct text intake_host(const struct intake *intake)
{
	return intake->facts[ROLE_COMPUTER].text;
}

struct text intake_channel(const struct intake *intake)
{
	return intake->facts[ROLE_CHANNEL].text;
}

struct text intake_provider(const struct intake *intake)
{
	return intake->facts[ROLE_PROVIDER].text;
}

const char *intake_shape_name(enum intake_shape shape)
{
	static const char *const names[SHAPE_COUNT] = {
		[SHAPE_UNKNOWN] = "unrecognised",
		[SHAPE_WINDOWS_NESTED] = "Windows events (Event/System)",
		[SHAPE_WINDOWS_FLAT] = "Windows events (flat)",
		[SHAPE_WINLOG] = "Windows events (winlogbeat)",
		[SHAPE_ECS] = "ECS events",
		[SHAPE_AUDITD] = "audit events",
		[SHAPE_JOURNAL] = "journal entries",
		[SHAPE_SYSLOG] = "lines of text logs",
		[SHAPE_WEB] = "web server requests",
		[SHAPE_MAPPED] = "mapped events",
	};

	return names[shape];
}
