// SPDX-License-Identifier: Apache-2.0
// Audit records -> audit events: which records belong together.
#include "format/auditd_event.h"

#include <errno.h>

#include "format/auditd_parse.h"

#define AUDITD_EOE 1320 /* says that an event is over, and nothing else */
#define SIZE_FIRST 4096 /* bytes that an event begins with */

enum slot_state { SLOT_FREE, SLOT_OPEN, SLOT_COMPLETE };

struct slot {
	uint8_t state;  /* enum slot_state */
	uint64_t order; /* when it was opened, or completed */
	uint64_t serial;
	struct auditd_lines lines;
};

struct auditd_events {
	struct slot slots[AUDITD_OPEN_MAX];
	struct slot *latest; /* that a record was added to; or NULL */
	struct slot *given;  /* to the caller; freed at the next call */
	uint64_t order;
	size_t held; /* bytes of records in all slots */
	unsigned complete;
	struct auditd_parser parser;
};

int auditd_events_create(struct auditd_events **out)
{
	struct auditd_events *events = calloc(1, sizeof(*events));

	if (!events)
		return -ENOMEM;
	*out = events;
	return 0;
}

void auditd_events_free(struct auditd_events *events)
{
	if (!events)
		return;
	for (unsigned i = 0; i < AUDITD_OPEN_MAX; i++)
		free(events->slots[i].lines.at);
	free(events);
}

static void release(struct auditd_events *events, struct slot *slot)
{
	events->held -= slot->lines.size;
	slot->state = SLOT_FREE;
	slot->lines.size = slot->lines.count = slot->lines.dropped = 0;
	if (events->latest == slot)
		events->latest = NULL;
}

void auditd_events_clear(struct auditd_events *events)
{
	for (unsigned i = 0; i < AUDITD_OPEN_MAX; i++)
		release(events, &events->slots[i]);
	events->given = NULL;
	events->complete = 0;
}

bool auditd_events_is_empty(const struct auditd_events *events)
{
	for (unsigned i = 0; i < AUDITD_OPEN_MAX; i++)
		if (events->slots[i].state != SLOT_FREE &&
		    &events->slots[i] != events->given)
			return false;
	return true;
}

static void complete(struct auditd_events *events, struct slot *slot)
{
	slot->state = SLOT_COMPLETE;
	slot->order = events->order++;
	events->complete++;
	if (events->latest == slot)
		events->latest = NULL;
}

/* The one in ${state} that came first, or NULL. */
static struct slot *oldest(struct auditd_events *events, enum slot_state state)
{
	struct slot *found = NULL;

	for (unsigned i = 0; i < AUDITD_OPEN_MAX; i++) {
		struct slot *slot = &events->slots[i];

		if (slot->state == state && (!found || slot->order < found->order))
			found = slot;
	}
	return found;
}

static bool is_of(const struct slot *slot, const struct auditd_head *head)
{
	const struct auditd_lines *lines = &slot->lines;

	return slot->state == SLOT_OPEN && slot->serial == head->serial &&
	       lines->time_ns == head->time_ns &&
	       text_is((struct text){ lines->at + lines->node_at, lines->node_size },
		       head->node);
}

/* The open event that the record belongs to, or NULL; those that are over by now are complete. */
static struct slot *find(struct auditd_events *events, const struct auditd_head *head)
{
	struct slot *found = NULL, *slot;

	if (events->latest && is_of(events->latest, head))
		return events->latest;
	/* In the order in which they began. */
	for (unsigned i = 0; i < AUDITD_OPEN_MAX; i++)
		if (is_of(&events->slots[i], head))
			found = &events->slots[i];
	while ((slot = oldest(events, SLOT_OPEN)) && slot != found &&
	       head->time_ns - slot->lines.time_ns >= AUDITD_AGE_NS)
		complete(events, slot);
	return found;
}

/* A slot for a new event.  There is always one: the given one is free again by now. */
static struct slot *open_slot(struct auditd_events *events)
{
	struct slot *slot = oldest(events, SLOT_FREE);

	slot->state = SLOT_OPEN;
	slot->order = events->order++;
	return slot;
}

/* See to it that ${size} bytes more fit; moves what is there. */
static int grow(struct auditd_lines *lines, size_t size)
{
	size_t capacity = lines->capacity ? lines->capacity : SIZE_FIRST;
	char *at;

	if (lines->at && lines->size + size <= lines->capacity)
		return 0;
	while (capacity < lines->size + size)
		capacity *= 2;
	at = realloc(lines->at, AUDITD_ALLOCATED(capacity));
	if (!at)
		return -ENOMEM;
	lines->at = at;
	lines->capacity = capacity;
	return 0;
}

int auditd_events_add(struct auditd_events *events, struct text line,
		      const struct auditd_head *head, uint64_t number, uint64_t offset)
{
	struct auditd_lines *lines;
	struct slot *slot;
	unsigned open = 0, type;
	int r;

	if (events->given)
		release(events, events->given);
	events->given = NULL;
	slot = find(events, head);
	type = auditd_type_number(head->type);
	if (type == AUDITD_EOE) {
		if (slot)
			complete(events, slot);
		return 0;
	}
	if (!slot) {
		slot = open_slot(events);
		slot->serial = head->serial;
		lines = &slot->lines;
		lines->time_ns = head->time_ns;
		lines->line = number;
		lines->offset = offset;
		lines->node_size = 0;
	}
	lines = &slot->lines;
	if (lines->count == AUDITD_RECORDS_MAX ||
	    line.size > AUDITD_SIZE_MAX - lines->size) {
		lines->dropped++;
	} else {
		r = grow(lines, line.size);
		if (r) {
			release(events, slot);
			return r;
		}
		if (!lines->count) {
			lines->node_at =
				head->node.at ? (uint32_t)(head->node.at - line.at) : 0;
			lines->node_size = (uint32_t)head->node.size;
			lines->stamp_at = (uint32_t)(head->stamp.at - line.at);
			lines->stamp_size = (uint32_t)head->stamp.size;
		}
		memcpy(lines->at + lines->size, line.at, line.size);
		lines->lines[lines->count++] = (struct auditd_place){
			.at = (uint32_t)lines->size,
			.size = (uint32_t)line.size,
			.body = (uint32_t)head->size,
			.type_at = (uint32_t)(head->type.at - line.at),
			.type_size = (uint32_t)head->type.size
		};
		lines->size += line.size;
		events->held += line.size;
	}
	events->latest = slot;
	if (auditd_type_ends(type))
		complete(events, slot);
	for (unsigned i = 0; i < AUDITD_OPEN_MAX; i++)
		open += events->slots[i].state != SLOT_FREE;
	/* One is kept free for the next event. */
	if (open == AUDITD_OPEN_MAX || events->held > AUDITD_HELD_MAX) {
		slot = oldest(events, SLOT_OPEN);
		if (slot)
			complete(events, slot);
	}
	return 0;
}

const struct auditd_event *auditd_events_next(struct auditd_events *events, bool at_end)
{
	struct slot *slot = NULL;

	if (events->given)
		release(events, events->given);
	events->given = NULL;
	if (events->complete) {
		slot = oldest(events, SLOT_COMPLETE);
		events->complete--;
	} else if (at_end) {
		slot = oldest(events, SLOT_OPEN);
	}
	if (!slot)
		return NULL;
	events->given = slot;
	return auditd_parse(&events->parser, &slot->lines);
}
