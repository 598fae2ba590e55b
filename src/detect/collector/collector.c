// SPDX-License-Identifier: Apache-2.0
// From the kernel's record to a whole event: names, times, parents and ancestors.
#include "detect/collector/collector.h"

#include "base/fold.h"
#include "base/moment.h"
#include "detect/collector/census.h"
#include "detect/collector/names.h"
#include "detect/collector/record_read.h"

#include <errno.h>
#include <stdio.h>

/* All texts of one event: a record's, each perhaps twice, and those of its ancestors. */
#define BYTES_SIZE (256u << 10)

struct collector {
	struct process_table *table;
	struct names users, groups;
	struct text host, boot;
	int64_t clock_offset_ns;
	bool followed;
	bool skipped[RECORD_EXIT + 1];
	int64_t second; /* whose text the next line is */
	char second_text[MOMENT_SIZE];
	uint16_t numbers[FIELD_COUNT]; /* in the running pack */
	struct collector_counters counters;
	struct record_parts parts;
	struct sensed sensed;
	size_t used;
	char bytes[BYTES_SIZE];
};

/* Writing values */

/* The bytes from ${from} to what is used now are a value of ${field}. */
static void put_from(struct collector *c, enum field field, enum value_type type,
		     size_t from)
{
	struct event *event = &c->sensed.event;
	uint32_t count = event->count;

	event_add(event, c->numbers[field], type, from, c->used - from);
	if (event->count > count)
		c->sensed.fields[count] = (uint8_t)field;
}

static void put(struct collector *c, enum field field, enum value_type type,
		struct text text)
{
	size_t from = c->used;

	if (text.size == 0)
		return;
	if (text.size > BYTES_SIZE - from) {
		c->sensed.event.dropped++;
		return;
	}
	memcpy(c->bytes + from, text.at, text.size);
	c->used += text.size;
	put_from(c, field, type, from);
}

static void put_text(struct collector *c, enum field field, struct text text)
{
	put(c, field, VALUE_TEXT, text);
}

static void put_number(struct collector *c, enum field field, uint64_t number)
{
	char digits[24], *at = digits + sizeof(digits);

	do
		*--at = (char)('0' + number % 10);
	while (number /= 10);
	put(c, field, VALUE_NUMBER,
	    (struct text){ .at = at, .size = (size_t)(digits + sizeof(digits) - at) });
}

static void put_true(struct collector *c, enum field field)
{
	put(c, field, VALUE_BOOL, TEXT("true"));
}

/* Most times are of the same second as the one before: only their fraction is written anew. */
static void put_time(struct collector *c, enum field field, uint64_t boot_time_ns)
{
	int64_t time_ns = (int64_t)boot_time_ns + c->clock_offset_ns;
	int64_t second = time_ns / 1000000000, fraction = time_ns % 1000000000 / 1000;
	char *text = c->second_text;

	if (second != c->second || !text[0] || time_ns < 0) {
		moment_format(time_ns, text);
		c->second = second;
	} else {
		for (int i = 25; i > 19; i--, fraction /= 10)
			text[i] = (char)('0' + fraction % 10);
	}
	put_text(c, field, text_of(text));
}

static void put_hex(char *out, unsigned digits, uint64_t number)
{
	for (unsigned i = digits; i-- > 0; number >>= 4)
		out[i] = "0123456789abcdef"[number & 15];
}

/* "BOOT-START-PID" in hex: the boot id's first 32 bits, ns since boot, pid. */
static void put_guid(struct collector *c, enum field field, struct process_key key)
{
	char guid[8 + 1 + 16 + 1 + 8];

	if (key.pid == 0)
		return;
	memset(guid, '0', 8);
	if (c->boot.size)
		memcpy(guid, c->boot.at, c->boot.size < 8 ? c->boot.size : 8);
	guid[8] = guid[25] = '-';
	put_hex(guid + 9, 16, key.start_ns);
	put_hex(guid + 26, 8, key.pid);
	put_text(c, field, (struct text){ .at = guid, .size = sizeof(guid) });
}

static void put_process_text(struct collector *c, enum field field,
			     const struct process *process, enum process_text which)
{
	size_t from = c->used;

	c->used += process_table_text(c->table, process, which, c->bytes + from,
				      BYTES_SIZE - from);
	if (c->used > from)
		put_from(c, field, VALUE_TEXT, from);
}

/* The last component of the value that was put last. */
static void put_name_of_last(struct collector *c, enum field field)
{
	const struct event *event = &c->sensed.event;
	struct text path, name;
	const char *slash;

	if (event->count == 0)
		return;
	path = event_text(event, &event->values[event->count - 1]);
	slash = path.size ? memrchr(path.at, '/', path.size) : NULL;
	name = slash ? text_part(path, (size_t)(slash + 1 - path.at), path.size) : path;
	put_text(c, field, name);
}

static void put_path(struct collector *c, enum field field, struct text components)
{
	size_t from = c->used;

	c->used += record_path(components, c->bytes + from, BYTES_SIZE - from);
	put_from(c, field, VALUE_TEXT, from);
}

/* Completing events */

static void put_users(struct collector *c, const struct record *head)
{
	put_text(c, FIELD_USER, names_find(&c->users, head->uid));
	put_number(c, FIELD_USER_ID, head->uid);
	put_text(c, FIELD_EFFECTIVE_USER, names_find(&c->users, head->euid));
	put_number(c, FIELD_EFFECTIVE_USER_ID, head->euid);
	put_text(c, FIELD_GROUP, names_find(&c->groups, head->gid));
	put_number(c, FIELD_GROUP_ID, head->gid);
	put_number(c, FIELD_EFFECTIVE_GROUP_ID, head->egid);
}

/*
 * Parents are those who started a process, also where it was adopted since: a chain of causes is
 * what a rule asks for, and adoption is how a daemon leaves it.
 */
static void put_ancestors(struct collector *c, const struct process *process)
{
	struct process_key key = process->parent;
	const struct process *parent = process_table_find(c->table, key);
	const struct process *chain[COLLECTOR_ANCESTORS_MAX];
	unsigned count = 0;

	put_guid(c, FIELD_PARENT_PROCESS_GUID, parent ? parent->key : key);
	if (key.pid)
		put_number(c, FIELD_PARENT_PROCESS_ID, key.pid);
	if (!parent)
		return;
	put_process_text(c, FIELD_PARENT_IMAGE, parent, PROCESS_IMAGE);
	put_name_of_last(c, FIELD_PARENT_NAME);
	put_process_text(c, FIELD_PARENT_COMMAND_LINE, parent, PROCESS_COMMAND_LINE);
	put_text(c, FIELD_PARENT_USER, names_find(&c->users, parent->uid));
	for (; parent && count < COLLECTOR_ANCESTORS_MAX; count++) {
		chain[count] = parent;
		parent = process_table_find(c->table, parent->parent);
	}
	if (count > 1)
		put_process_text(c, FIELD_GRANDPARENT_IMAGE, chain[1], PROCESS_IMAGE);
	for (unsigned i = 0; i < count; i++) {
		size_t from = c->used;

		/* A kernel thread has no image, but its place in the list must not be lost. */
		c->used += process_table_text(c->table, chain[i], PROCESS_IMAGE,
					      c->bytes + from, BYTES_SIZE - from);
		put_from(c, FIELD_ANCESTORS, VALUE_TEXT, from);
		put_number(c, FIELD_ANCESTOR_IDS, chain[i]->key.pid);
	}
}

static void begin_event(struct collector *c, struct text source, struct text action,
			const struct process *process)
{
	const struct record *head = &c->parts.head;
	struct event *event = &c->sensed.event;

	c->used = 0;
	event_clear(event, (struct text){ .at = c->bytes, .size = BYTES_SIZE });
	event->source = source;
	event->time_ns = (int64_t)head->time_ns + c->clock_offset_ns;
	put_text(c, FIELD_EVENT_ACTION, action);
	put_time(c, FIELD_UTC_TIME, head->time_ns);
	put_text(c, FIELD_COMPUTER, c->host);
	put_guid(c, FIELD_PROCESS_GUID, process->key);
	put_number(c, FIELD_PROCESS_ID, process->key.pid);
	put_time(c, FIELD_START_TIME, process->key.start_ns);
	put_users(c, head);
}

static const struct sensed *end_event(struct collector *c, const struct process *process)
{
	struct event *event = &c->sensed.event;

	put_ancestors(c, process);
	event->record.size = c->used;
	if (text_keeps_ascii(event->record))
		event->whole = event->record;
	c->followed = process->marks & PROCESS_FOLLOWED;
	c->counters.events[c->parts.head.kind]++;
	c->counters.values_dropped += event->dropped;
	return &c->sensed;
}

/* The process of the record in c->parts, in the table with the record's users. */
static struct process *place(struct collector *c)
{
	const struct record *head = &c->parts.head;
	struct process_key key = { .start_ns = head->start_ns, .pid = head->pid };
	struct process_key parent = { .start_ns = head->parent_start_ns,
				      .pid = head->parent_pid };
	struct process *process = process_table_add(c->table, key, parent);

	process->uid = head->uid;
	process->euid = head->euid;
	process->gid = head->gid;
	process->egid = head->egid;
	return process;
}

/* Whether the event of this record is to be made at all. */
static bool wanted(struct collector *c, const struct process *process)
{
	uint16_t kind = c->parts.head.kind;

	if (!c->skipped[kind] || process->marks & PROCESS_FOLLOWED)
		return true;
	c->counters.events[kind]++;
	return false;
}

static const struct sensed *take_fork(struct collector *c)
{
	const struct process *process = place(c);

	if (!wanted(c, process))
		return NULL;
	begin_event(c, TEXT("linux:process_fork"), TEXT("fork"), process);
	put_process_text(c, FIELD_IMAGE, process, PROCESS_IMAGE);
	put_name_of_last(c, FIELD_PROCESS_NAME);
	put_process_text(c, FIELD_COMMAND_LINE, process, PROCESS_COMMAND_LINE);
	return end_event(c, process);
}

static const struct sensed *take_exit(struct collector *c)
{
	const struct record *head = &c->parts.head;
	struct process_key key = { .start_ns = head->start_ns, .pid = head->pid };
	struct process *process = process_table_find(c->table, key);

	if (!process) {
		process_table_unknown(c->table);
		process = place(c);
	}
	if (!process_table_end(c->table, process) || !wanted(c, process))
		return NULL;
	begin_event(c, TEXT("linux:process_termination"), TEXT("exit"), process);
	put_process_text(c, FIELD_IMAGE, process, PROCESS_IMAGE);
	put_name_of_last(c, FIELD_PROCESS_NAME);
	put_process_text(c, FIELD_COMMAND_LINE, process, PROCESS_COMMAND_LINE);
	/* As wait(2) has it: low seven bits a signal, or else the code above them. */
	if (head->exit_status & 0x7f)
		put_number(c, FIELD_EXIT_SIGNAL, (uint64_t)head->exit_status & 0x7f);
	else
		put_number(c, FIELD_EXIT_CODE, (uint64_t)head->exit_status >> 8 & 0xff);
	return end_event(c, process);
}

/* argv: a list, and one line with a blank between. */
static void put_arguments(struct collector *c, struct text arguments)
{
	size_t line = c->used;
	struct text rest;

	if (arguments.size && arguments.at[arguments.size - 1] == '\0')
		arguments.size--;
	if (arguments.size == 0)
		return;
	for (size_t i = 0; i < arguments.size && c->used < BYTES_SIZE; i++)
		c->bytes[c->used++] = arguments.at[i] ? arguments.at[i] : ' ';
	put_from(c, FIELD_COMMAND_LINE, VALUE_TEXT, line);
	/* The ancestors' values must find room behind those of a long list. */
	for (rest = arguments; c->sensed.event.count < EVENT_VALUES_MAX - 64;) {
		const char *nul = memchr(rest.at, '\0', rest.size);
		size_t size = nul ? (size_t)(nul - rest.at) : rest.size;

		event_add(&c->sensed.event, c->numbers[FIELD_ARGUMENTS], VALUE_TEXT, line,
			  size);
		c->sensed.fields[c->sensed.event.count - 1] = FIELD_ARGUMENTS;
		if (!nul)
			return;
		line += size + 1;
		rest = text_part(rest, size + 1, rest.size);
	}
	c->sensed.event.dropped++;
}

/* "pts0" is /dev/pts/0; every other terminal's name is its path below /dev. */
static void put_terminal(struct collector *c, struct text name)
{
	char path[RECORD_TERMINAL_SIZE + 8] = "pts/";

	if (text_starts(name, TEXT("pts")) && name.size > 3 &&
	    name.size < RECORD_TERMINAL_SIZE) {
		memcpy(path + 4, name.at + 3, name.size - 3);
		name = (struct text){ .at = path, .size = name.size + 1 };
	}
	put_text(c, FIELD_TERMINAL, name);
}

#define CONTAINER_ID_SIZE 64

/* Container runtimes name a container's cgroup after its id, 64 hex digits, in their own frame. */
static struct text container_of(struct text cgroup)
{
	size_t run = 0;

	for (size_t i = 0; i <= cgroup.size; i++) {
		char at = i < cgroup.size ? cgroup.at[i] : '/';

		if ((at >= '0' && at <= '9') || (at >= 'a' && at <= 'f')) {
			run++;
			continue;
		}
		if (run == CONTAINER_ID_SIZE)
			return text_part(cgroup, i - run, run);
		run = 0;
	}
	return (struct text){ 0 };
}

static void put_place(struct collector *c, const struct record_parts *parts)
{
	const struct record_exec *exec = &parts->exec;
	const struct event *event = &c->sensed.event;

	if (exec->login_uid != ~0u) {
		put_text(c, FIELD_LOGIN_USER, names_find(&c->users, exec->login_uid));
		put_number(c, FIELD_LOGON_ID, exec->login_uid);
	}
	put_number(c, FIELD_SESSION_ID, exec->session);
	put_terminal(c, parts->texts[RECORD_TERMINAL]);
	put_number(c, FIELD_PID_NAMESPACE, exec->pid_namespace);
	put_number(c, FIELD_MOUNT_NAMESPACE, exec->mount_namespace);
	put_number(c, FIELD_NETWORK_NAMESPACE, exec->network_namespace);
	put_number(c, FIELD_USER_NAMESPACE, exec->user_namespace);
	put_number(c, FIELD_CGROUP_ID, exec->cgroup_id);
	put_path(c, FIELD_CGROUP, parts->texts[RECORD_CGROUP]);
	if (event->count)
		put_text(c, FIELD_CONTAINER_ID,
			 container_of(
				 event_text(event, &event->values[event->count - 1])));
}

/* Write the path and the command line of the record into the table. */
static void remember_program(struct collector *c, struct process *process)
{
	struct text arguments = c->parts.texts[RECORD_ARGUMENTS];
	struct text image = { .at = c->bytes };
	struct text line = { .at = c->bytes + RECORD_PATH_SIZE };

	image.size = c->parts.texts[RECORD_IMAGE].size
			     ? record_path(c->parts.texts[RECORD_IMAGE], c->bytes,
					   RECORD_PATH_SIZE)
			     : 0;
	if (arguments.size && arguments.at[arguments.size - 1] == '\0')
		arguments.size--;
	for (; line.size < arguments.size && line.size < PROCESS_COMMAND_LINE_SIZE;
	     line.size++) {
		char at = arguments.at[line.size];

		c->bytes[RECORD_PATH_SIZE + line.size] = at ? at : ' ';
	}
	process_table_program(c->table, process, image, line);
}

static const struct sensed *take_exec(struct collector *c)
{
	const struct record_parts *parts = &c->parts;
	struct process *process = place(c);
	uint16_t flags = parts->head.flags;

	remember_program(c, process);
	if (!wanted(c, process))
		return NULL;
	begin_event(c, TEXT("linux:process_creation"), TEXT("exec"), process);
	if (parts->texts[RECORD_IMAGE].size) {
		put_path(c, FIELD_IMAGE, parts->texts[RECORD_IMAGE]);
		put_name_of_last(c, FIELD_PROCESS_NAME);
	}
	put_text(c, FIELD_ORIGINAL_IMAGE, parts->texts[RECORD_TYPED]);
	put_arguments(c, parts->texts[RECORD_ARGUMENTS]);
	put_path(c, FIELD_CURRENT_DIRECTORY, parts->texts[RECORD_DIRECTORY]);
	if (flags & (RECORD_ARGUMENTS_CUT | RECORD_ARGUMENTS_LOST))
		put_true(c, FIELD_COMMAND_LINE_CUT);
	if (flags & RECORD_IMAGE_CUT)
		put_true(c, FIELD_IMAGE_CUT);
	if (flags & RECORD_IMAGE_DELETED)
		put_true(c, FIELD_IMAGE_DELETED);
	if (flags & RECORD_IMAGE_IN_MEMORY)
		put_true(c, FIELD_IMAGE_IN_MEMORY);
	put_place(c, parts);
	return end_event(c, process);
}

const struct sensed *collector_take(struct collector *c, struct text record)
{
	switch (record_read(record, &c->parts)) {
	case RECORD_READ:
		break;
	case RECORD_MALFORMED:
		c->counters.malformed++;
		return NULL;
	case RECORD_UNKNOWN:
		c->counters.unknown++;
		return NULL;
	}
	switch (c->parts.head.kind) {
	case RECORD_FORK:
		return take_fork(c);
	case RECORD_EXEC:
		return take_exec(c);
	case RECORD_EXIT:
		return take_exit(c);
	default: /* only a census has the others */
		c->counters.unknown++;
		return NULL;
	}
}

/* Starting */

static int take_census(struct collector *c, struct text census)
{
	struct text record;
	int r = 0;

	while (r == 0 && (record = census_next(&census)).size) {
		if (record_read(record, &c->parts) != RECORD_READ) {
			c->counters.malformed++;
			continue;
		}
		if (c->parts.head.kind == RECORD_CENSUS) {
			remember_program(c, place(c));
		} else if (c->parts.head.kind == RECORD_USER) {
			r = names_add(&c->users, c->parts.head.uid, c->parts.name);
		} else if (c->parts.head.kind == RECORD_GROUP) {
			r = names_add(&c->groups, c->parts.head.uid, c->parts.name);
		} else if (c->parts.head.kind == RECORD_HOST && c->parts.name.size) {
			const char *end =
				memchr(c->parts.name.at, '\n', c->parts.name.size);
			size_t size = end ? (size_t)(end - c->parts.name.at)
					  : c->parts.name.size;

			c->boot = text_part(c->parts.name, 0, size);
			c->host = text_part(c->parts.name, size + 1, c->parts.name.size);
		}
	}
	names_sort(&c->users);
	names_sort(&c->groups);
	return r;
}

/* A census names parents by pid only: give them their start, where the table knows it. */
static void take_census_parents(struct collector *c, struct text census)
{
	struct text record;

	while ((record = census_next(&census)).size) {
		struct process *process, *parent;

		if (record_read(record, &c->parts) != RECORD_READ ||
		    c->parts.head.kind != RECORD_CENSUS)
			continue;
		process = process_table_living(c->table, c->parts.head.pid);
		parent = process_table_living(c->table, c->parts.head.parent_pid);
		if (process && parent)
			process->parent = parent->key;
	}
}

int collector_create(const struct process_table_limits *limits, struct text census,
		     struct collector **out)
{
	struct collector *c = calloc(1, sizeof(*c));
	int r;

	if (!c)
		return -ENOMEM;
	collector_pack(c, NULL);
	c->table = process_table_create(limits);
	r = c->table ? take_census(c, census) : -ENOMEM;
	if (r) {
		collector_free(c);
		return r;
	}
	take_census_parents(c, census);
	*out = c;
	return 0;
}

void collector_free(struct collector *c)
{
	if (!c)
		return;
	process_table_free(c->table);
	names_done(&c->users);
	names_done(&c->groups);
	free(c);
}

void collector_pack(struct collector *c, const struct pack *pack)
{
	for (unsigned i = 0; i < FIELD_COUNT; i++)
		c->numbers[i] = pack ? pack_field(pack, field_info(i)->sigma)
				     : (uint16_t)EVENT_FIELD_NONE;
}

void collector_clock(struct collector *c, int64_t offset_ns)
{
	c->clock_offset_ns = offset_ns;
}

void collector_skip(struct collector *c, enum record_kind kind)
{
	if (kind <= RECORD_EXIT)
		c->skipped[kind] = true;
}

bool collector_follow(struct collector *c, uint32_t pid)
{
	struct process *process = process_table_living(c->table, pid);

	if (process)
		process->marks |= PROCESS_FOLLOWED;
	return process != NULL;
}

bool collector_followed(const struct collector *c)
{
	return c->followed;
}

struct text collector_host(const struct collector *c)
{
	return c->host;
}

struct text collector_boot(const struct collector *c)
{
	return c->boot;
}

void collector_counters(const struct collector *c, struct collector_counters *out)
{
	*out = c->counters;
	process_table_counters(c->table, &out->processes);
}

uint32_t collector_process_count(const struct collector *c)
{
	return process_table_count(c->table);
}
