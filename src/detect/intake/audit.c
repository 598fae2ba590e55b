// SPDX-License-Identifier: Apache-2.0
// Audit records, as JSON and as auditd writes them.
#include "detect/intake/state.h"

#include <stdio.h>

#include "base/moment.h"

#define PATHS_MAX 64 /* of one event, for what is told of its files */

/* What the records of an event say of it as a whole. */
struct facts {
	struct text syscall, success, exit, cwd, family;
	struct text numbers[4]; /* a0 to a3 of the system call */
	struct {
		struct text name, type;
	} paths[PATHS_MAX];
	unsigned path_count;
	struct text command; /* the program's arguments, joined, in the room */
	bool has_arguments, is_cut;
};

static const struct walk audit_walk = { .space = NAMES_AUDIT, .joint = '.' };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* An audit event's stamp, seconds.milliseconds:serial, at the start or as in audit(...). */
static void stamp(struct intake *intake, struct text text)
{
	size_t size = 0;

	if (text_starts(text, TEXT("audit(")))
		text = text_part(text, 6, SIZE_MAX);
	while (size < text.size && (is_digit(text.at[size]) || text.at[size] == '.'))
		size++;
	(void)moment_parse(text_part(text, 0, size), &intake->event->time_ns);
}

/* One more of the program's arguments, in their order. */
static void note_argument(struct intake *intake, struct facts *facts, struct text text)
{
	const char *start = intake->room;

	if (!facts->has_arguments)
		facts->command = (struct text){ .at = start };
	facts->is_cut |= (facts->has_arguments && !state_room(intake, TEXT(" "))) ||
			 !state_room(intake, text);
	facts->has_arguments = true;
	facts->command.size += (size_t)(intake->room - start);
}

/* Remember what the field ${name} of a record says. */
static void note_field(struct facts *facts, struct text type, struct text name,
		       struct text value)
{
	struct text *place = NULL;

	if (text_is(type, TEXT("SYSCALL"))) {
		if (text_is(name, TEXT("SYSCALL")))
			place = &facts->syscall;
		else if (text_is(name, TEXT("success")))
			place = &facts->success;
		else if (text_is(name, TEXT("exit")))
			place = &facts->exit;
		else if (name.size == 2 && name.at[0] == 'a' && name.at[1] >= '0' &&
			 name.at[1] <= '3')
			place = &facts->numbers[name.at[1] - '0'];
	} else if (text_is(type, TEXT("PATH")) && facts->path_count) {
		if (text_is(name, TEXT("name")))
			place = &facts->paths[facts->path_count - 1].name;
		else if (text_is(name, TEXT("nametype")))
			place = &facts->paths[facts->path_count - 1].type;
	} else if (text_is(name, TEXT("cwd")) && text_is(type, TEXT("CWD"))) {
		place = &facts->cwd;
	} else if (text_is(name, TEXT("saddr_fam")) && text_is(type, TEXT("SOCKADDR"))) {
		place = &facts->family;
	}
	if (place)
		*place = value;
}

static void note_record(struct facts *facts, struct text type)
{
	if (text_is(type, TEXT("PATH")) && facts->path_count < PATHS_MAX)
		facts->path_count++;
}

/* Is ${name} one of system calls that take a folder's descriptor: which of its numbers that is. */
static unsigned folder_number(struct text syscall)
{
	if (text_is(syscall, TEXT("symlinkat")))
		return 1;
	if (text_starts(syscall, TEXT("renameat")) || text_is(syscall, TEXT("linkat")))
		return 2;
	return 0;
}

/*
 * The file ${name} as a path from the root, where that is certain: a name relative to a folder's
 * descriptor is not, as the records do not say where that folder is.
 */
static bool add_file(struct intake *intake, const struct facts *facts, struct text name)
{
	struct text number = facts->numbers[folder_number(facts->syscall)];
	struct text path = { .at = intake->room };

	if (!name.size)
		return false;
	if (name.at[0] == '/') {
		state_add_text(intake, NAMES_AUDIT, STATE_NAME("TargetFilename"), name);
		return true;
	}
	/* AT_FDCWD, as the kernel writes it */
	if ((text_ends(facts->syscall, TEXT("at")) ||
	     text_ends(facts->syscall, TEXT("at2"))) &&
	    !text_is(number, TEXT("ffffff9c")) &&
	    !text_is(number, TEXT("ffffffffffffff9c")))
		return false;
	while (text_starts(name, TEXT("./")))
		name = text_part(name, 2, SIZE_MAX);
	if (!facts->cwd.size || !state_room(intake, facts->cwd) ||
	    (!text_ends(facts->cwd, TEXT("/")) && !state_room(intake, TEXT("/"))) ||
	    !state_room(intake, name))
		return false;
	path.size = (size_t)(intake->room - path.at);
	state_add_text(intake, NAMES_AUDIT, STATE_NAME("TargetFilename"), path);
	return true;
}

static bool add_files(struct intake *intake, const struct facts *facts, struct text type)
{
	bool any = false;

	for (unsigned i = 0; i < facts->path_count; i++)
		if (text_is(facts->paths[i].type, type))
			any |= add_file(intake, facts, facts->paths[i].name);
	return any;
}

static bool is_one_of(struct text text, const char *const names[])
{
	for (size_t i = 0; names[i]; i++)
		if (text_is(text, text_of(names[i])))
			return true;
	return false;
}

/*
 * What the event is as an event of Sigma's categories: it gets the id that Sysmon has for the
 * like, and the fields that the records do not have under other names (logsource.def has those).
 * Only what is certain: docs/sigma.md, S74.
 */
static void tell_category(struct intake *intake, const struct facts *facts)
{
	static const char *const starts[] = { "execve", "execveat", NULL };
	static const char *const deletes[] = { "unlink", "unlinkat", NULL };
	bool done = text_is(facts->success, TEXT("yes"));
	struct text truth = { .at = intake->room, .size = 4 };

	if (text_is(facts->syscall, TEXT("connect")) &&
	    (done || text_is(facts->exit, TEXT("-115")) ||
	     text_is(facts->exit, TEXT("EINPROGRESS"))) &&
	    (text_is(facts->family, TEXT("inet")) ||
	     text_is(facts->family, TEXT("inet6"))) &&
	    state_room(intake, TEXT("true"))) {
		state_add_text(intake, NAMES_AUDIT, STATE_NAME("Initiated"), truth);
		intake->event->id = 3;
	} else if (!done) {
		return;
	} else if (is_one_of(facts->syscall, starts)) {
		if (!facts->has_arguments)
			return;
		state_add_text(intake, NAMES_AUDIT, STATE_NAME("CommandLine"),
			       facts->command);
		if (facts->is_cut)
			intake->event->dropped++;
		intake->event->id = 1;
	} else if (text_starts(facts->syscall, TEXT("mkdir"))) {
		return;
	} else if (add_files(intake, facts, TEXT("CREATE"))) {
		intake->event->id = 11;
	} else if (is_one_of(facts->syscall, deletes) &&
		   add_files(intake, facts, TEXT("DELETE"))) {
		intake->event->id = 23;
	}
}

/* Is it one of the names a0, a1 ...? */
static bool is_argument(struct text name)
{
	for (size_t i = 1; i < name.size; i++)
		if (!is_digit(name.at[i]))
			return false;
	return name.size > 1 && name.at[0] == 'a';
}

/* A program's arguments: a0, a1 ... as the kernel's own record names them. */
static void arguments(struct intake *intake, uint32_t array, struct facts *facts)
{
	const struct json_document *d = intake->document;
	unsigned number = 0;
	bool lasting;

	for (uint32_t i = array + 1; i < d->nodes[array].end;
	     i = d->nodes[i].end, number++) {
		char name[16 + NAMES_PADDING];
		int size = snprintf(name, 16, "a%u", number);

		if (d->nodes[i].end != i + 1)
			continue;
		note_argument(intake, facts, json_text(d, &d->nodes[i]));
		walk_add(intake,
			 names_find(intake->names, NAMES_AUDIT,
				    (struct text){ .at = name, .size = (size_t)size },
				    &lasting),
			 &d->nodes[i]);
	}
}

/* A member of one of laurel's records. */
static void member(struct intake *intake, uint32_t node, struct text type,
		   bool has_arguments, struct facts *facts)
{
	static const struct name nameless = { .field = EVENT_FIELD_NONE,
					      .also = EVENT_FIELD_NONE };
	const struct json_document *d = intake->document;
	struct text key = json_key(d, &d->nodes[node]);
	bool is_execve = text_is(type, TEXT("EXECVE"));
	bool is_value = d->nodes[node].end == node + 1;

	if (is_value)
		note_field(facts, type, key, json_text(d, &d->nodes[node]));
	if (is_execve && d->nodes[node].type == JSON_ARRAY &&
	    text_is(key, TEXT("ARGV"))) {
		arguments(intake, node, facts);
	} else if (is_value && has_arguments && text_is(type, TEXT("SYSCALL")) &&
		   is_argument(key)) {
		walk_add(intake, &nameless, &d->nodes[node]);
	} else {
		if (is_execve && is_value && is_argument(key))
			note_argument(intake, facts, json_text(d, &d->nodes[node]));
		walk_node(intake, &audit_walk, (struct text){ 0 }, node);
	}
}

/* One record of laurel's: its type is its name, its fields are its members. */
static void record(struct intake *intake, uint32_t node, bool has_arguments,
		   struct facts *facts)
{
	const struct json_document *d = intake->document;
	struct json_node name = d->nodes[node];
	struct text type = json_key(d, &name);
	uint32_t first = name.type == JSON_ARRAY ? node + 1 : node;
	bool lasting;

	name.type = JSON_TEXT;
	name.at = name.key_at;
	name.size = name.key_size;
	for (uint32_t one = first; one < d->nodes[node].end; one = d->nodes[one].end) {
		if (d->nodes[one].type != JSON_OBJECT) {
			walk_node(intake, &audit_walk, (struct text){ 0 }, one);
			continue;
		}
		note_record(facts, type);
		for (uint32_t i = one + 1; i < d->nodes[one].end; i = d->nodes[i].end)
			member(intake, i, type, has_arguments, facts);
	}
	walk_add(intake,
		 names_find(intake->names, NAMES_AUDIT, STATE_NAME("type"), &lasting),
		 &name);
}

void audit_document(struct intake *intake, uint32_t root, uint32_t tells)
{
	const struct json_document *d = intake->document;
	bool has_arguments = json_member(d, root, "EXECVE") != 0;
	struct facts facts = { 0 };

	for (uint32_t i = root + 1; i < d->nodes[root].end; i = d->nodes[i].end) {
		const struct json_node *node = &d->nodes[i];

		if (tells & TELL_AUDIT_RECORD &&
		    (node->type == JSON_OBJECT || node->type == JSON_ARRAY))
			record(intake, i, has_arguments, &facts);
		else
			walk_node(intake, &audit_walk, (struct text){ 0 }, i);
		if (text_is(json_key(d, node), TEXT("ID")) ||
		    text_is(json_key(d, node), TEXT("msg")))
			stamp(intake, json_text(d, node));
	}
	tell_category(intake, &facts);
	state_source(intake, TEXT("linux:auditd"), (struct text){ 0 });
}

/* A record as auditd writes it. */
static void raw_record(struct intake *intake, const struct auditd_event *audit,
		       const struct auditd_record *record, bool has_arguments,
		       struct facts *facts)
{
	static const struct name nameless = { .field = EVENT_FIELD_NONE,
					      .also = EVENT_FIELD_NONE };
	const char *base = intake->event->record.at;
	bool is_execve = text_is(record->type, TEXT("EXECVE"));
	bool hides = has_arguments && text_is(record->type, TEXT("SYSCALL"));

	state_add_text(intake, NAMES_AUDIT, STATE_NAME("type"), record->type);
	note_record(facts, record->type);
	for (uint32_t i = record->first; i < record->first + record->count; i++) {
		const struct auditd_field *field = &audit->fields[i];
		const struct name *name = &nameless;
		bool lasting, is_number = is_argument(field->name);

		if (field->name.size && !(hides && is_number))
			name = names_find(intake->names, NAMES_AUDIT, field->name,
					  &lasting);
		state_add(intake, name,
			  field->kind == AUDITD_NULL ? VALUE_NULL : VALUE_TEXT,
			  field->value.at ? (size_t)(field->value.at - base) : 0,
			  field->value);
		if (is_execve && is_number)
			note_argument(intake, facts, field->value);
		else
			note_field(facts, record->type, field->name, field->value);
	}
}

enum intake_shape intake_audit(struct intake *intake, const struct auditd_event *audit,
			       struct event *event)
{
	struct facts facts = { 0 };
	bool has_arguments = false;

	event_clear(event, audit->base);
	state_begin(intake, NULL, event);
	intake->room = audit->room;
	intake->room_size = audit->room_size;
	event->time_ns = audit->time_ns;
	event->dropped = audit->dropped;
	if (audit->node.size)
		state_add_text(intake, NAMES_AUDIT, STATE_NAME("node"), audit->node);
	for (uint32_t i = 0; i < audit->record_count; i++)
		has_arguments |= text_is(audit->records[i].type, TEXT("EXECVE"));
	for (uint32_t i = 0; i < audit->record_count; i++)
		raw_record(intake, audit, &audit->records[i], has_arguments, &facts);
	tell_category(intake, &facts);
	state_source(intake, TEXT("linux:auditd"), (struct text){ 0 });
	state_finish(intake);
	return SHAPE_AUDITD;
}
