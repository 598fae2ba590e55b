/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of the flight recorder's segments: docs/formats/recorder.md in C. */
#pragma once

#include "base/text.h"
#include "model/field.h"

#define SEGMENT_MAGIC    0x3147455343455257u /* "WRECSEG1" */
#define BLOCK_MAGIC      0x314b4c42u         /* "BLK1" */
#define SEGMENT_ALIGN    64u         /* heads of blocks stand at multiples of this */
#define SEGMENT_HEAD_MAX (16u << 10) /* bytes, names of fields included */

/* All numbers are little-endian.  The names of the fields follow. */
struct segment_head {
	uint64_t magic;
	uint32_t checksum; /* CRC-32 of what follows, up to ${size} */
	uint32_t size;     /* of the head, with the names; a multiple of SEGMENT_ALIGN */
	uint64_t id;       /* drawn at random: nobody who can't read the files knows it */
	uint64_t number;   /* each new segment's is higher by one */
	uint64_t schema;   /* field_schema_hash() of the writer */
	int64_t made_ns;   /* time of day */
	uint64_t ran_ns;   /* for how long this recorder has run, over all its starts */
	uint32_t field_count; /* for each: type, size of the name, name */
	uint32_t reserved;
};

enum block_flag {
	BLOCK_FIRST = 1, /* a process began to write here */
	BLOCK_LAST = 2,  /* it ended in good order: nothing was lost behind this */
};

struct block_head {
	uint32_t magic;
	uint32_t checksum; /* CRC-32 of the rest of the head */
	uint32_t payload_size;
	uint32_t payload_checksum; /* CRC-32 */
	uint32_t raw_size;         /* of the payload once it is decompressed */
	uint32_t event_count;
	uint32_t flags; /* enum block_flag */
	uint32_t reserved;
	uint64_t segment;     /* the segment's id */
	uint64_t number;      /* each new block's is higher by one, over all segments */
	uint64_t first_event; /* number of its first event, counted the same way */
	int64_t earliest_ns;  /* of its events, by the time of day */
	int64_t latest_ns;
	uint64_t ran_ns;
	uint64_t channel;          /* where its events came from ... */
	uint64_t channel_position; /* ... and where in it their last one ended */
	uint64_t lost; /* events that were not written since the block before */
};

_Static_assert(sizeof(struct segment_head) == 64 && sizeof(struct block_head) == 104,
	       "heads have no holes");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "heads are used in place");

/*
 * segment_head_write(head, out):
 * Fill in all but id, number, made_ns and ran_ns of ${head}, and write it with the names of
 * field.def to ${out} (SEGMENT_HEAD_MAX bytes).  Returns its size.
 */
size_t segment_head_write(struct segment_head *head, char *out);

/* No field of ours. */
#define SEGMENT_FIELD_UNKNOWN 0xff

/*
 * segment_head_read(bytes, head, fields):
 * Read the head at the start of ${bytes}.  ${fields}[n] becomes our number of the writer's field
 * n, found by name where the writer had another field.def, or SEGMENT_FIELD_UNKNOWN.  False
 * where it is no segment's head, or a damaged one.
 */
bool segment_head_read(struct text bytes, struct segment_head *head, uint8_t fields[256]);

/* Set the checksum of the segment's head at ${bytes}, which is as its size says. */
void segment_head_seal(char *bytes);

/* Set magic and checksum of ${head}. */
void block_head_seal(struct block_head *head);

/* Whether ${head} is a block's of the segment ${id}, by magic, checksum and limits. */
bool block_head_is_good(const struct block_head *head, uint64_t id);

/* The bytes a block takes: its head and its payload, up to where the next one may stand. */
static inline uint64_t block_size(const struct block_head *head)
{
	return (sizeof(*head) + head->payload_size + SEGMENT_ALIGN - 1) &
	       ~(uint64_t)(SEGMENT_ALIGN - 1);
}
