// SPDX-License-Identifier: Apache-2.0
// What every event has: when, who, whose child, under which name.
#include "detect/collector/collector_inside.h"

#include "base/fold.h"

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
		c->used +=
			process_table_text(c->table, chain[i], PROCESS_IMAGE,
					   c->bytes + from, COLLECTOR_BYTES_SIZE - from);
		put_from(c, FIELD_ANCESTORS, VALUE_TEXT, from);
		put_number(c, FIELD_ANCESTOR_IDS, chain[i]->key.pid);
	}
}

/* The process of the record, in the table with the record's users. */
struct process *complete_place(struct collector *c)
{
	const struct record *head = &c->head;
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

struct process *complete_process(struct collector *c)
{
	struct process_key key = { .start_ns = c->head.start_ns, .pid = c->head.pid };

	if (!process_table_find(c->table, key))
		process_table_unknown(c->table);
	return complete_place(c);
}

bool complete_wanted(struct collector *c, const struct process *process)
{
	bool is_marker = process->marks & PROCESS_MARKER;

	if (is_marker)
		c->marked |= RECORD_BIT(c->head.kind);
	if (!is_marker &&
	    (c->wanted & RECORD_BIT(c->head.kind) || process->marks & PROCESS_FOLLOWED))
		return true;
	c->counters.events[c->head.kind]++;
	return false;
}

void complete_begin(struct collector *c, const struct process *process)
{
	const struct record_kind_info *kind = record_kind_info(c->head.kind);
	struct event *event = &c->sensed.event;

	c->used = 0;
	event_clear(event, (struct text){ .at = c->bytes, .size = COLLECTOR_BYTES_SIZE });
	event->source = kind->source;
	event->time_ns = (int64_t)c->head.time_ns + c->clock_offset_ns;
	put_text(c, FIELD_EVENT_ACTION, kind->name);
	put_time(c, FIELD_UTC_TIME, c->head.time_ns);
	put_text(c, FIELD_COMPUTER, c->host);
	/* What nobody is known to have done has no process and no users. */
	if (process->key.pid == 0)
		return;
	put_guid(c, FIELD_PROCESS_GUID, process->key);
	put_number(c, FIELD_PROCESS_ID, process->key.pid);
	put_time(c, FIELD_START_TIME, process->key.start_ns);
	put_users(c, &c->head);
}

void complete_program(struct collector *c, const struct process *process)
{
	if (process->key.pid == 0)
		return;
	put_process_text(c, FIELD_IMAGE, process, PROCESS_IMAGE);
	put_name_of_last(c, FIELD_PROCESS_NAME);
	put_process_text(c, FIELD_COMMAND_LINE, process, PROCESS_COMMAND_LINE);
	put_process_text(c, FIELD_CONTAINER_ID, process, PROCESS_CONTAINER);
}

const struct sensed *complete_end(struct collector *c, const struct process *process)
{
	struct event *event = &c->sensed.event;

	put_ancestors(c, process);
	event->record.size = c->used;
	if (text_keeps_ascii(event->record))
		event->whole = event->record;
	c->followed = process->marks & PROCESS_FOLLOWED;
	c->counters.events[c->head.kind]++;
	c->counters.values_dropped += event->dropped;
	return &c->sensed;
}

const struct sensed *collector_loss(struct collector *c, enum record_class class,
				    uint64_t lost, uint64_t time_ns)
{
	struct event *event = &c->sensed.event;

	c->used = 0;
	event_clear(event, (struct text){ .at = c->bytes, .size = COLLECTOR_BYTES_SIZE });
	event->source = TEXT("linux:sensor");
	event->time_ns = (int64_t)time_ns + c->clock_offset_ns;
	put_text(c, FIELD_EVENT_ACTION, TEXT("events-lost"));
	put_time(c, FIELD_UTC_TIME, time_ns);
	put_text(c, FIELD_COMPUTER, c->host);
	put_text(c, FIELD_HEALTH, record_class_name(class));
	put_number(c, FIELD_LOST_EVENTS, lost);
	event->record.size = c->used;
	c->followed = false;
	return &c->sensed;
}

const struct sensed *complete_malformed(struct collector *c)
{
	c->counters.malformed++;
	return NULL;
}
