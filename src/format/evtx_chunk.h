/* SPDX-License-Identifier: Apache-2.0 */
/* A chunk of a Windows event log -> its records, as far as damage lets them be told. */
#pragma once

#include "base/auto.h"
#include "base/text.h"

#define EVTX_CHUNK_SIZE  65536
#define EVTX_CHUNK_HEAD  512 /* bytes before the first record */
#define EVTX_RECORD_HEAD 24  /* bytes before its BinXML; 4 more follow that */

static inline uint16_t evtx_u16(const uint8_t *at)
{
	return (uint16_t)(at[0] | at[1] << 8);
}

static inline uint32_t evtx_u32(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	       (uint32_t)at[3] << 24;
}

static inline uint64_t evtx_u64(const uint8_t *at)
{
	return evtx_u32(at) | (uint64_t)evtx_u32(at + 4) << 32;
}

/* What is wrong with a chunk; several may be. */
enum evtx_chunk_damage {
	EVTX_CHUNK_CUT = 1 << 0,         /* the file ends inside it */
	EVTX_CHUNK_HEAD_SUM = 1 << 1,    /* checksum of its header */
	EVTX_CHUNK_RECORDS_SUM = 1 << 2, /* checksum of its records */
	EVTX_CHUNK_FREE = 1 << 3, /* its header says nonsense of where the records end */
};

struct evtx_chunk {
	const uint8_t
		*at;      /* EVTX_CHUNK_SIZE bytes, those past the end of the file zero */
	uint32_t size;    /* bytes that the file has of it */
	uint32_t used;    /* where the records end, as its header says */
	uint32_t next;    /* where the next record should be */
	uint64_t last_id; /* of the last record */
	bool has_last;
};

struct evtx_record {
	uint64_t id;
	int64_t time_ns;    /* when it was written, since 1970; 0: nonsense */
	uint32_t at, size;  /* the whole of it, in the chunk */
	uint32_t body, end; /* its BinXML, in the chunk */
};

enum evtx_record_result {
	EVTX_RECORD_END,  /* no more in this chunk */
	EVTX_RECORD_HERE, /* one more */
	EVTX_RECORD_BAD, /* bytes that are no record; the next call goes on behind them */
};

/*
 * evtx_chunk_tell(at, size):
 * Do the ${size} bytes begin with a chunk's signature?
 */
bool evtx_chunk_tell(const uint8_t *at, uint32_t size);

/*
 * evtx_chunk_open(chunk, at, size):
 * Begin with a chunk of which the file has ${size} bytes; EVTX_CHUNK_SIZE are readable at
 * ${at}, zero behind ${size}, and must stay.  Returns bits of enum evtx_chunk_damage: its
 * records can be asked for all the same.
 */
unsigned evtx_chunk_open(struct evtx_chunk *chunk, const uint8_t *at, uint32_t size);

/*
 * evtx_chunk_next(chunk, record, why):
 * The next record.  Behind what the header says is used, records are taken as long as their
 * ids go on: a log that was not closed has records that its header does not know; what is left
 * there of older times has other ids.  For BAD ${*record} says where (at, size), ${*why} why, in
 * words that follow "record".  Every call that is not END moves on.
 */
enum evtx_record_result evtx_chunk_next(struct evtx_chunk *chunk,
					struct evtx_record *record, const char **why);

/*
 * evtx_chunk_carve(chunk, from, record):
 * The next thing at or behind ${*from} that looks like a whole record, wherever it lies; moves
 * ${*from} behind it.  False where there is none.
 */
bool evtx_chunk_carve(const struct evtx_chunk *chunk, uint32_t *from,
		      struct evtx_record *record);

/* FILETIME (100 ns since 1601) -> ns since 1970; 0 where that does not fit. */
int64_t evtx_time_ns(uint64_t filetime);
