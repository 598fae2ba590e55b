/* SPDX-License-Identifier: Apache-2.0 */
/* From the kernel's record to a whole event: names, times, parents and ancestors. */
#pragma once

#include "base/auto.h"
#include "detect/collector/process_table.h"
#include "detect/kernel/record.h"
#include "model/pack.h"
#include "model/sensed.h"

#define COLLECTOR_ANCESTORS_MAX 8

struct collector;

struct collector_counters {
	uint64_t events[RECORD_KINDS]; /* by record kind */
	uint64_t malformed;            /* records whose sizes do not add up */
	uint64_t unknown;        /* records of a kind that this version does not know */
	uint64_t values_dropped; /* values that did not fit into an event */
	struct process_table_counters processes;
};

/*
 * collector_create(limits, census, out):
 * A collector that knows what ${census} (see census.h) tells; its bytes must outlive the
 * collector.  All memory is allocated here.  0 or -ENOMEM.
 */
int collector_create(const struct process_table_limits *limits, struct text census,
		     struct collector **out) MUST_USE;
void collector_free(struct collector *collector);

/* Events carry ${pack}'s numbers of fields from now on; NULL: EVENT_FIELD_NONE. */
void collector_pack(struct collector *collector, const struct pack *pack);

/* What is to be added to CLOCK_BOOTTIME for the time of day; to be told now and then. */
void collector_clock(struct collector *collector, int64_t offset_ns);

/*
 * collector_want(collector, kinds):
 * Only the events of these kinds of records are asked for, a set (at first: all): records of others
 * only keep the process table right, and collector_take returns NULL for them unless their
 * process is followed.
 */
void collector_want(struct collector *collector, uint64_t kinds);

/* Follow the living process ${pid} and all that it starts.  False: there is none. */
bool collector_follow(struct collector *collector, uint32_t pid);

/*
 * collector_mark(collector, pid):
 * The living process ${pid} is a marker of the self-check, with all that it starts: no events are
 * made of what they do, and collector_marked tells the kinds of records that came of it, a set.
 * False: there is no such process.
 */
bool collector_mark(struct collector *collector, uint32_t pid);
uint64_t collector_marked(const struct collector *collector);

/*
 * collector_take(collector, record):
 * Take in one record of the ring.  Returns the event that it is, valid until the next call, or
 * NULL where it is none (malformed, unknown, an exit told twice).  Allocates nothing.
 */
const struct sensed *collector_take(struct collector *collector, struct text record);

/*
 * collector_loss(collector, class, lost, time_ns):
 * The event that ${lost} records of ${class} found no room in their ring by ${time_ns}
 * (CLOCK_BOOTTIME), since the last such event; valid until the next call.
 */
const struct sensed *collector_loss(struct collector *collector, enum record_class class,
				    uint64_t lost, uint64_t time_ns);

/* Whether the process of the last event is followed. */
bool collector_followed(const struct collector *collector);

/* The host's name, and the boot's id in full; empty where the census did not say. */
struct text collector_host(const struct collector *collector);
struct text collector_boot(const struct collector *collector);

void collector_counters(const struct collector *collector,
			struct collector_counters *out);
uint32_t collector_process_count(const struct collector *collector);
