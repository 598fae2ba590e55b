/* SPDX-License-Identifier: Apache-2.0 */
/* One thing that happened, as the engine sees it: numbered fields over one record of bytes. */
#pragma once

#include "base/text.h"

#define EVENT_VALUES_MAX 1024 /* values of one event; more are counted and dropped */
#define EVENT_VALUE_SIZE_MAX                                                             \
	(1 << 20)                   /* bytes of one value; the rest is cut and flagged */
#define EVENT_FIELD_NONE    0xffffu /* no rule of the pack names this field */
#define EVENT_CLASS_UNKNOWN 0xffffffffu /* whoever evaluates the event looks it up */
#define EVENT_ID_NONE       0xffffffffu /* the source has no event ids, or this event none */

enum value_type {
	VALUE_NULL, /* there, and null; has no bytes */
	VALUE_TEXT,
	VALUE_NUMBER, /* its decimal text stands in the bytes */
	VALUE_BOOL,   /* "true" or "false" stands in the bytes */
};

enum value_flags {
	VALUE_CUT = 1,    /* the value was longer than what is kept of it */
	VALUE_UNREAD = 2, /* its bytes are not there: event_complete() brings them */
};

/*
 * A value is an offset and a size inside the event's record, never a pointer: the reader
 * checks both (event_text), so a wrong one can show the wrong bytes but never leave the record.
 * A field with several values has several entries, anywhere in the list.
 */
struct event_value {
	uint16_t field; /* the running pack's number for the field, or EVENT_FIELD_NONE */
	uint8_t type;   /* enum value_type */
	uint8_t flags;  /* enum value_flags */
	uint32_t at;    /* offset in the record */
	uint32_t size;  /* bytes */
};

struct event {
	struct text record; /* all bytes that values point into */
	/* Which log it is of, in lower case: "windows:security", "linux:process_creation". */
	struct text source;
	uint32_t id;      /* event id within the source, or EVENT_ID_NONE */
	uint32_t count;   /* entries in values[] */
	uint32_t dropped; /* values that did not fit */
	int64_t time_ns;  /* since 1970-01-01 UTC; 0: not known */
	/* Its class in the running pack where whoever read it knows that; EVENT_CLASS_UNKNOWN. */
	uint32_t class;
	/*
	 * Most of an event is of no interest to any rule of its class.  Whoever reads it may
	 * leave such values unread, as long as it leaves word of how to read them after all.
	 */
	void (*complete)(void *reader); /* reads them; NULL: none is unread */
	void *reader;
	/*
	 * Where not empty: bytes in which all ASCII of each value stands, but that ", \ and control
	 * bytes of it may be written otherwise; text_keeps_ascii() holds for them.
	 */
	struct text whole;
	struct event_value values[EVENT_VALUES_MAX];
};

/* Make ${event} an event without values over ${record}. */
static inline void event_clear(struct event *event, struct text record)
{
	event->record = record;
	event->source = (struct text){ 0 };
	event->id = EVENT_ID_NONE;
	event->count = 0;
	event->dropped = 0;
	event->time_ns = 0;
	event->class = EVENT_CLASS_UNKNOWN;
	event->complete = NULL;
	event->reader = NULL;
	event->whole = (struct text){ 0 };
}

/* Append a value whose bytes are at ${at} in the record; counted as dropped when full. */
static inline void event_add(struct event *event, uint16_t field, enum value_type type,
			     size_t at, size_t size)
{
	struct event_value *value;
	bool cut = size > EVENT_VALUE_SIZE_MAX;

	if (event->count == EVENT_VALUES_MAX || at > UINT32_MAX) {
		event->dropped++;
		return;
	}
	value = &event->values[event->count++];
	value->field = field;
	value->type = (uint8_t)type;
	value->flags = cut ? VALUE_CUT : 0;
	value->at = (uint32_t)at;
	value->size = cut ? EVENT_VALUE_SIZE_MAX : (uint32_t)size;
}

/*
 * event_complete(event):
 * Read what is unread, and so change the event that ${event} points to: values get their bytes.
 * Until the next event is read.  Values of no field may be added; the places of the others stay.
 */
static inline void event_complete(const struct event *event)
{
	if (event->complete)
		event->complete(event->reader);
}

/* The bytes of ${value}; empty where they are unread, or would leave the record. */
static inline struct text event_text(const struct event *event,
				     const struct event_value *value)
{
	if (value->at > event->record.size ||
	    value->size > event->record.size - value->at || value->flags & VALUE_UNREAD)
		return TEXT("");
	return (struct text){ .at = event->record.at + value->at, .size = value->size };
}
