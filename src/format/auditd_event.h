/* SPDX-License-Identifier: Apache-2.0 */
/* Audit records -> audit events: the records with one serial number, whatever stands between. */
#pragma once

#include "base/auto.h"
#include "format/auditd.h"

#define AUDITD_OPEN_MAX    32          /* events whose records are still awaited */
#define AUDITD_RECORDS_MAX 1024        /* of one event */
#define AUDITD_FIELDS_MAX  16384       /* of one event */
#define AUDITD_SIZE_MAX    (4u << 20)  /* bytes of one event's records */
#define AUDITD_HELD_MAX    (16u << 20) /* bytes of all events that are open */
#define AUDITD_AGE_NS      INT64_C(2000000000) /* newer records by this much end an event */

struct auditd_record {
	struct text type;      /* by name; as written where it has none */
	uint32_t first, count; /* of the event's fields */
};

/* A whole event.  All texts lie in the record's bytes or in the room behind them. */
struct auditd_event {
	struct text
		base; /* from the first record's beginning to the end of the room's used part */
	char *room; /* what may still be written, and how much of it */
	size_t room_size;
	struct text node, stamp;
	int64_t time_ns;
	uint64_t line, offset; /* of its first record */
	uint32_t record_count, field_count;
	uint32_t dropped; /* records and fields beyond a limit */
	const struct auditd_record *records;
	const struct auditd_field *fields;
};

struct auditd_events;

/* 0 or -ENOMEM. */
int auditd_events_create(struct auditd_events **out) MUST_USE;
void auditd_events_free(struct auditd_events *events);

/* Forget all that is open. */
void auditd_events_clear(struct auditd_events *events);

/* Whether no event is open. */
bool auditd_events_is_empty(const struct auditd_events *events);

/*
 * auditd_events_add(events, line, head, number, offset):
 * Take a record in, copying it.  Events that it shows to be complete wait for auditd_events_next,
 * which must be called until it gives none before the next record comes.  0 or -ENOMEM.
 */
int auditd_events_add(struct auditd_events *events, struct text line,
		      const struct auditd_head *head, uint64_t number,
		      uint64_t offset) MUST_USE;

/*
 * auditd_events_next(events, at_end):
 * The next complete event; with ${at_end} the open ones are complete, too.  NULL: none.  It is
 * valid until the next call of next or add.  Values are decoded; system calls, addresses and
 * the types of records are named as enriched logs name them.
 */
const struct auditd_event *auditd_events_next(struct auditd_events *events, bool at_end);
