/* SPDX-License-Identifier: Apache-2.0 */
/* Events as the bytes of a block: what repeats from one to the next is said once. */
#pragma once

#include "base/auto.h"
#include "model/sensed.h"

#define CODE_RAW_MAX     (768u << 10) /* bytes of one block's events */
#define CODE_TEXT_MAX    (2u << 20)   /* bytes of their distinct values */
#define CODE_PAYLOAD_MAX (1u << 20)   /* bytes of one block's events, compressed */
#define CODE_FIELDS_MAX  255          /* numbers of fields; the last one is the source */
#define CODE_REPEATS_MAX 16 /* values of a field within an event that have a memory */

_Static_assert(FIELD_COUNT < CODE_FIELDS_MAX, "a field's number is left for the source");

/*
 * One block being written or read.  Both sides keep each value's bytes in ${texts}, and where
 * the last value of each field is in there: a value is written as what it has in common with
 * that one, and the rest.
 */
struct code {
	char *raw; /* CODE_RAW_MAX bytes */
	size_t raw_size, raw_at;
	char *texts; /* CODE_TEXT_MAX bytes */
	size_t texts_size;
	int64_t time_ns; /* of the event before */
	struct code_value {
		uint32_t at, size;
	} last[CODE_FIELDS_MAX + 1][CODE_REPEATS_MAX];
	uint8_t repeats[CODE_FIELDS_MAX + 1]; /* in this event */
};

/* Allocate a code's memory, some 3 MiB.  NULL: there is none. */
struct code *code_create(void) MUST_USE;
void code_free(struct code *code);

/* Begin a block, to be written, or to be read from the ${raw_size} bytes that are in raw[]. */
void code_begin(struct code *code, size_t raw_size);

/* Append the event.  False, and nothing is changed, where it does not fit into the block. */
bool code_write(struct code *code, const struct sensed *sensed);

enum code_read {
	CODE_EVENT,
	CODE_END,     /* of the block */
	CODE_DAMAGED, /* no event can be read from here on */
};

/*
 * code_read(code, fields, sensed, unknown):
 * The next event, with our numbers of fields (${fields}: the writer's to ours, 0xff for none;
 * such values are left out and added to ${*unknown}) and EVENT_FIELD_NONE as the pack's.
 * Whatever the bytes are, it stays within them and within texts[].
 */
enum code_read code_read(struct code *code, const uint8_t fields[256],
			 struct sensed *sensed, uint64_t *unknown);
