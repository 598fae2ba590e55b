/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the collector share.  A subject is a file take_SUBJECT.c with a function for
 * each of its kinds of records, named in collector.c; it reads the record's body (record_take), and
 * makes the event: complete_process, complete_wanted, complete_begin, complete_program, put_...,
 * complete_end.
 */
#pragma once

#include "base/moment.h"
#include "detect/collector/collector.h"
#include "detect/collector/dns.h"
#include "detect/collector/environment.h"
#include "detect/collector/names.h"
#include "detect/collector/record_kind.h"
#include "detect/collector/record_read.h"

/* All texts of one event: a record's, each perhaps twice, and those of its ancestors. */
#define COLLECTOR_BYTES_SIZE (256u << 10)

struct collector {
	struct process_table *table;
	struct names users, groups;
	struct text host, boot;
	int64_t clock_offset_ns;
	bool followed;
	uint64_t wanted; /* set of kinds */
	uint64_t marked; /* kinds that came of the marker */
	int64_t second;  /* whose text the next line is */
	char second_text[MOMENT_SIZE];
	uint16_t numbers[FIELD_COUNT]; /* in the running pack */
	struct collector_counters counters;
	struct record head;        /* of the record that is being taken */
	struct record_parts parts; /* of a process's record */
	struct environments environments;
	struct dns_message dns;
	struct sensed sensed;
	size_t used;
	char bytes[COLLECTOR_BYTES_SIZE];
};

/* Make an event of the record whose head is c->head; NULL where none is to be made. */
typedef const struct sensed *collector_taker(struct collector *c, struct text record);

collector_taker take_fork, take_exec, take_exit, take_environment;
collector_taker take_exec_failed, take_credentials, take_namespace, take_access,
	take_signal;
collector_taker take_module, take_bpf, take_mount, take_session, take_container;
collector_taker take_connection, take_listen, take_close, take_dns;
collector_taker take_file;

/* The process runs the program of the record in c->parts from now on. */
void take_program(struct collector *c, struct process *process);

/* complete.c: what every event has */

/* The process of c->head, in the table with its users; made where it is new. */
struct process *complete_place(struct collector *c);

/* The same where it should be there: it is counted as unknown where it is not. */
struct process *complete_process(struct collector *c);

/* Whether the event is to be made at all. */
bool complete_wanted(struct collector *c, const struct process *process);

/* A new event: source, action, time, process and users. */
void complete_begin(struct collector *c, const struct process *process);

/* What the process runs, and where: Image, ProcessName, CommandLine, ContainerId. */
void complete_program(struct collector *c, const struct process *process);

/* Parents and ancestors; the event is done. */
const struct sensed *complete_end(struct collector *c, const struct process *process);

/* The record makes no sense: count it.  NULL. */
const struct sensed *complete_malformed(struct collector *c);

/* put.c: a value of the event.  An empty text is none; what has no room is counted. */

void put_text(struct collector *c, enum field field, struct text text);
void put_number(struct collector *c, enum field field, uint64_t number);
void put_true(struct collector *c, enum field field);
void put_bool(struct collector *c, enum field field, bool truth);
void put_time(struct collector *c, enum field field, uint64_t boot_time_ns);
void put_guid(struct collector *c, enum field field, struct process_key key);
void put_process_text(struct collector *c, enum field field,
		      const struct process *process, enum process_text which);

/* A path from its components in reverse: see record_path. */
void put_path(struct collector *c, enum field field, struct text components);

/* A path as typed; a relative one after the directory, as components, that it was typed in. */
void put_typed(struct collector *c, enum field field, struct text typed,
	       struct text directory);

/* The last component of the value that was put last. */
void put_name_of_last(struct collector *c, enum field field);

/* The bytes of c->bytes from ${from} to what is used now are a value. */
void put_from(struct collector *c, enum field field, enum value_type type, size_t from);
