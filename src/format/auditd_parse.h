/* SPDX-License-Identifier: Apache-2.0 */
/* The lines of one audit event -> its records and fields; what auditd_event.c works with. */
#pragma once

#include "format/auditd_event.h"

#define AUDITD_PADDING 64 /* readable bytes behind the lines, and behind the room */

/* Room: decoded values are no longer than what they are made of; names and addresses come to it,
   and what the caller joins of all of it. */
#define AUDITD_ROOM(capacity) (2 * (capacity) + 65536)
#define AUDITD_ALLOCATED(capacity)                                                       \
	((capacity) + AUDITD_PADDING + AUDITD_ROOM(capacity) + AUDITD_PADDING)

struct auditd_place {
	uint32_t at, size;                 /* of the line */
	uint32_t body, type_at, type_size; /* in the line */
};

/* The lines of an event, one after another. */
struct auditd_lines {
	char *at; /* capacity bytes, padding, room, padding */
	size_t capacity, size;
	uint64_t line, offset;
	int64_t time_ns;
	uint32_t node_at, node_size, stamp_at, stamp_size; /* in the first line */
	uint32_t count, dropped;
	struct auditd_place lines[AUDITD_RECORDS_MAX];
};

struct auditd_parser {
	struct auditd_event event;
	struct auditd_record records[AUDITD_RECORDS_MAX];
	struct auditd_field fields[AUDITD_FIELDS_MAX];
};

/* The event of ${lines}; it lives in the parser and in their bytes. */
const struct auditd_event *auditd_parse(struct auditd_parser *parser,
					const struct auditd_lines *lines);
