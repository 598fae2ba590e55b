// SPDX-License-Identifier: Apache-2.0
// The journal and text logs: an entry's program says which of Sigma's services it is of.
#include "detect/intake/state.h"
#include "format/event_xml.h"

#include "base/moment.h"

/* What sudo says: "alice : TTY=pts/0 ; PWD=/home/alice ; USER=root ; COMMAND=/bin/ls". */
static void add_sudo(struct intake *intake, struct text message)
{
	static const struct {
		struct text before, name;
	} known[] = {
		{ { "TTY=", 4 }, STATE_NAME("TTY") },
		{ { "PWD=", 4 }, STATE_NAME("PWD") },
		{ { "USER=", 5 }, STATE_NAME("USER") },
		{ { "GROUP=", 6 }, STATE_NAME("GROUP") },
		{ { "HOST=", 5 }, STATE_NAME("HOST") },
		{ { "CHROOT=", 7 }, STATE_NAME("CHROOT") },
		{ { "TSID=", 5 }, STATE_NAME("TSID") },
		{ { "ENV=", 4 }, STATE_NAME("ENV") },
		{ { "COMMAND=", 8 }, STATE_NAME("COMMAND") },
	};
	const char *colon =
		message.size ? memmem(message.at, message.size, " : ", 3) : NULL;
	struct text rest = message;

	if (!colon)
		return;
	state_add_text(intake, NAMES_SYSLOG, STATE_NAME("SUDO_USER"),
		       text_part(message, 0, (size_t)(colon - message.at)));
	rest = text_part(message, (size_t)(colon - message.at) + 3, SIZE_MAX);
	while (rest.size) {
		const char *end = memmem(rest.at, rest.size, " ; ", 3);
		size_t size = end ? (size_t)(end - rest.at) : rest.size;

		/* A command may hold what ends the others, and is the last. */
		if (text_starts(rest, TEXT("COMMAND=")))
			size = rest.size;
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (text_starts(rest, known[i].before))
				state_add_text(intake, NAMES_SYSLOG, known[i].name,
					       text_part(rest, known[i].before.size,
							 size - known[i].before.size));
		rest = text_part(rest, size + 3, SIZE_MAX);
	}
}

/* What all logs have in common when their values are there: program, facility, message. */
static void finish_message(struct intake *intake)
{
	struct text message = intake->facts[ROLE_MESSAGE].text;
	struct text source =
		service_source(&intake->services, intake->facts[ROLE_UNIT].text,
			       intake->facts[ROLE_FACILITY].text);

	intake->event->source = source;
	if (message.size && text_is(source, TEXT("linux:sudo")))
		add_sudo(intake, message);
}

/* The journal's JSON has what is no text as an array of bytes: the text that they are. */
static bool add_bytes(struct intake *intake, uint32_t node)
{
	const struct json_document *d = intake->document;
	struct text made = { .at = intake->room };
	bool lasting;

	if (d->nodes[node].type != JSON_ARRAY || d->nodes[node].end == node + 1)
		return false;
	for (uint32_t i = node + 1; i < d->nodes[node].end; i++) {
		struct text digits = json_text(d, &d->nodes[i]);
		unsigned value = 0;

		if (d->nodes[i].type != JSON_NUMBER || digits.size > 3)
			return false;
		for (size_t k = 0; k < digits.size; k++)
			value = 10 * value + (unsigned)(digits.at[k] - '0');
		if (value > 255)
			return false;
		if (!state_room(intake,
				(struct text){ (const char[]){ (char)value }, 1 }))
			return false;
	}
	made.size = (size_t)(intake->room - made.at);
	state_add(intake,
		  names_find(intake->names, NAMES_JOURNAL, json_key(d, &d->nodes[node]),
			     &lasting),
		  VALUE_TEXT, (size_t)(made.at - intake->event->record.at), made);
	return true;
}

/* The event that a message is, in place of what was there; false where it is none. */
static bool take_xml(struct intake *intake, struct text message)
{
	struct json_document inner = *intake->document;
	struct event *event = intake->event;
	int64_t time_ns = event->time_ns;

	inner.room_used = inner.room_size - (uint32_t)intake->room_size;
	inner.nodes = intake->xml_nodes;
	inner.capacity = INTAKE_XML_NODES;
	if (!event_xml_parse(message, &inner))
		return false;
	event_clear(event, (struct text){ .at = inner.base,
					  .size = inner.room_at + inner.room_used });
	state_begin(intake, &inner, event);
	windows_nested(intake, json_member(&inner, 0, "Event"));
	if (!event->time_ns)
		event->time_ns = time_ns;
	intake->document = NULL;
	intake->made = true;
	return true;
}

enum intake_shape journal_document(struct intake *intake, uint32_t root)
{
	static const struct walk walk = { .space = NAMES_JOURNAL, .joint = '.' };
	const struct json_document *d = intake->document;
	struct text message;

	for (uint32_t i = root + 1; i < d->nodes[root].end; i = d->nodes[i].end)
		if (!add_bytes(intake, i))
			walk_node(intake, &walk, (struct text){ 0 }, i);
	message = intake->facts[ROLE_MESSAGE].text;
	if (event_xml_tell(message) && take_xml(intake, message))
		return intake->event->source.size ? SHAPE_WINDOWS_NESTED : SHAPE_UNKNOWN;
	finish_message(intake);
	return SHAPE_JOURNAL;
}

/* The members of a line that was written as JSON; its time is none of its values. */
static void add_members(struct intake *intake, const struct walk *walk, uint32_t root)
{
	const struct json_document *d = intake->document;

	for (uint32_t i = root + 1; i < d->nodes[root].end; i = d->nodes[i].end) {
		const struct json_node *node = &d->nodes[i];

		if (node->end == i + 1 && text_is(json_key(d, node), TEXT("@timestamp")))
			(void)moment_parse(json_text(d, node), &intake->event->time_ns);
		else
			walk_node(intake, walk, (struct text){ 0 }, i);
	}
}

void syslog_document(struct intake *intake, uint32_t root)
{
	static const struct walk walk = { .space = NAMES_SYSLOG, .joint = '.' };

	add_members(intake, &walk, root);
	finish_message(intake);
}

void web_document(struct intake *intake, uint32_t root)
{
	static const struct walk walk = { .space = NAMES_WEB, .joint = '.' };

	add_members(intake, &walk, root);
	intake->event->source = TEXT("web:webserver");
}

/* Add ${text} under ${name} if the line has it. */
static void add(struct intake *intake, enum name_space space, struct text name,
		struct text text)
{
	if (text.size)
		state_add_text(intake, space, name, text);
}

/* The same where a line without it still has it, empty: by these the JSON of a line is told. */
static void add_always(struct intake *intake, enum name_space space, struct text name,
		       struct text text)
{
	if (!text.size)
		text.at = intake->event->record.at;
	state_add_text(intake, space, name, text);
}

static void begin(struct intake *intake, const struct intake_bytes *bytes,
		  int64_t time_ns, struct event *event)
{
	event_clear(event, (struct text){ .at = bytes->at,
					  .size = (size_t)(bytes->room - bytes->at) });
	state_begin(intake, NULL, event);
	intake->room = bytes->room;
	intake->room_size = bytes->room_size;
	event->time_ns = time_ns;
}

/* Source and class of an event without an id; ${source} lives as long as the program. */
static void take_source(struct intake *intake, struct text source)
{
	intake->event->source = source;
	state_class(intake);
}

/* A number of syslog's, under ${name}; SYSLOG_NONE is none. */
static void add_number(struct intake *intake, struct text name, unsigned number)
{
	const char digits[2] = { (char)('0' + number / 10), (char)('0' + number % 10) };
	struct text text = { .at = intake->room, .size = number > 9 ? 2 : 1 };

	if (number == SYSLOG_NONE)
		return;
	if (state_room(intake, (struct text){ digits + (number < 10), text.size }))
		state_add_text(intake, NAMES_SYSLOG, name, text);
}

enum intake_shape intake_syslog(struct intake *intake, const struct syslog_line *line,
				const struct intake_bytes *bytes, struct event *event)
{
	begin(intake, bytes, line->time_ns, event);
	/* A program's name may be ours, outside of the line. */
	if (line->program.size &&
	    (line->program.at < bytes->at || line->program.at >= bytes->room)) {
		struct text program = { .at = intake->room, .size = line->program.size };

		if (state_room(intake, line->program))
			state_add_text(intake, NAMES_SYSLOG, STATE_NAME("program"),
				       program);
	} else {
		add_always(intake, NAMES_SYSLOG, STATE_NAME("program"), line->program);
	}
	add(intake, NAMES_SYSLOG, STATE_NAME("hostname"), line->host);
	add(intake, NAMES_SYSLOG, STATE_NAME("pid"), line->pid);
	add(intake, NAMES_SYSLOG, STATE_NAME("msgid"), line->message_id);
	add(intake, NAMES_SYSLOG, STATE_NAME("structured_data"), line->structured);
	add_number(intake, STATE_NAME("facility"), line->facility);
	add_number(intake, STATE_NAME("severity"), line->severity);
	add_always(intake, NAMES_SYSLOG, STATE_NAME("message"), line->message);
	finish_message(intake);
	take_source(intake, event->source);
	state_finish(intake);
	if (!intake->made)
		event->whole = bytes->whole;
	return SHAPE_SYSLOG;
}

enum intake_shape intake_access(struct intake *intake, const struct access_line *line,
				const struct intake_bytes *bytes, struct event *event)
{
	begin(intake, bytes, line->time_ns, event);
	add(intake, NAMES_WEB, STATE_NAME("s-computername"), line->server);
	add(intake, NAMES_WEB, STATE_NAME("c-ip"), line->client);
	add(intake, NAMES_WEB, STATE_NAME("cs-username"), line->user);
	add(intake, NAMES_WEB, STATE_NAME("cs-method"), line->method);
	add_always(intake, NAMES_WEB, STATE_NAME("cs-uri-stem"), line->path);
	/* docs/sigma.md, S75: rules mean by it all that was asked for. */
	add(intake, NAMES_WEB, STATE_NAME("cs-uri-query"), line->target);
	add(intake, NAMES_WEB, STATE_NAME("cs-uri-query"), line->query);
	add(intake, NAMES_WEB, STATE_NAME("cs-version"), line->version);
	add(intake, NAMES_WEB, STATE_NAME("sc-status"), line->status);
	add(intake, NAMES_WEB, STATE_NAME("sc-bytes"), line->size);
	add(intake, NAMES_WEB, STATE_NAME("cs-referer"), line->referer);
	add(intake, NAMES_WEB, STATE_NAME("cs-user-agent"), line->agent);
	take_source(intake, TEXT("web:webserver"));
	event->whole = bytes->whole;
	state_finish(intake);
	return SHAPE_WEB;
}
