// SPDX-License-Identifier: Apache-2.0
// A chunk of a Windows event log -> its records: docs/formats/evtx.md.
#include "format/evtx_chunk.h"

#include "format/crc32.h"

#define RECORD_SIZE_MIN (EVTX_RECORD_HEAD + 4)
#define RECORD_MAGIC    0x00002a2au
#define USED_AT         48
#define RECORDS_SUM_AT  52
#define HEAD_SUM_AT     124

/* 1601 to 1970, in 100 ns. */
#define EPOCH_DISTANCE 116444736000000000

int64_t evtx_time_ns(uint64_t filetime)
{
	int64_t since_1970;

	if (filetime > INT64_MAX)
		return 0;
	since_1970 = (int64_t)filetime - EPOCH_DISTANCE;
	if (since_1970 > INT64_MAX / 100 || since_1970 < INT64_MIN / 100)
		return 0;
	return since_1970 * 100;
}

bool evtx_chunk_tell(const uint8_t *at, uint32_t size)
{
	return size >= EVTX_CHUNK_HEAD && memcmp(at, "ElfChnk", 8) == 0;
}

unsigned evtx_chunk_open(struct evtx_chunk *chunk, const uint8_t *at, uint32_t size)
{
	uint32_t used = evtx_u32(at + USED_AT), head;
	unsigned damage = 0;

	if (size < EVTX_CHUNK_SIZE)
		damage |= EVTX_CHUNK_CUT;
	head = crc32_of(at + 128, EVTX_CHUNK_HEAD - 128, crc32_of(at, 120, 0));
	if (head != evtx_u32(at + HEAD_SUM_AT))
		damage |= EVTX_CHUNK_HEAD_SUM;
	if (used < EVTX_CHUNK_HEAD || used > EVTX_CHUNK_SIZE)
		damage |= EVTX_CHUNK_FREE;
	else if (used <= size && crc32_of(at + EVTX_CHUNK_HEAD, used - EVTX_CHUNK_HEAD,
					  0) != evtx_u32(at + RECORDS_SUM_AT))
		damage |= EVTX_CHUNK_RECORDS_SUM;
	*chunk = (struct evtx_chunk){
		.at = at,
		.size = size,
		/* Nonsense tells nothing: then the records go as far as they can be told. */
		.used = damage & EVTX_CHUNK_FREE ? EVTX_CHUNK_SIZE : used,
		.next = EVTX_CHUNK_HEAD,
	};
	return damage;
}

/* Is there a record at ${at}?  NULL, or what it lacks. */
static const char *look(const struct evtx_chunk *chunk, uint32_t at,
			struct evtx_record *record)
{
	const uint8_t *head = chunk->at + at;
	uint32_t left = chunk->size - at, size;

	*record = (struct evtx_record){ .at = at, .size = left };
	if (left < RECORD_SIZE_MIN)
		return "is cut off";
	if (evtx_u32(head) != RECORD_MAGIC)
		return "has no signature";
	size = evtx_u32(head + 4);
	record->id = evtx_u64(head + 8);
	if (size < RECORD_SIZE_MIN)
		return "is smaller than a record can be";
	if (size > EVTX_CHUNK_SIZE - at)
		return "goes on beyond its chunk";
	if (size > left)
		return "is cut off";
	record->time_ns = evtx_time_ns(evtx_u64(head + 16));
	record->size = size;
	record->body = at + EVTX_RECORD_HEAD;
	record->end = at + size - 4;
	return NULL;
}

/* A record's size stands at its end, too. */
static bool has_both_sizes(const struct evtx_chunk *chunk,
			   const struct evtx_record *record)
{
	return evtx_u32(chunk->at + record->end) == record->size;
}

bool evtx_chunk_carve(const struct evtx_chunk *chunk, uint32_t *from,
		      struct evtx_record *record)
{
	static const uint8_t magic[4] = { '*', '*', 0, 0 };
	struct evtx_record found;
	const uint8_t *hit;
	uint32_t at = *from;

	while (at + RECORD_SIZE_MIN <= chunk->size) {
		hit = memmem(chunk->at + at, chunk->size - at, magic, sizeof(magic));
		if (!hit)
			break;
		at = (uint32_t)(hit - chunk->at);
		if (!look(chunk, at, &found) && has_both_sizes(chunk, &found)) {
			*from = at + found.size;
			*record = found;
			return true;
		}
		at++;
	}
	*from = chunk->size;
	return false;
}

/* Nothing but zeroes is what an unused chunk ends in. */
static bool is_blank(const struct evtx_chunk *chunk, uint32_t at, uint32_t end)
{
	while (at < end)
		if (chunk->at[at++])
			return false;
	return true;
}

/* What cannot be a record, up to the next thing that can. */
static enum evtx_record_result pass_over(struct evtx_chunk *chunk,
					 struct evtx_record *record)
{
	uint32_t end = chunk->used < chunk->size ? chunk->used : chunk->size;
	uint32_t at = record->at, from = at + 1;
	struct evtx_record next;

	if (is_blank(chunk, at, end)) {
		chunk->next = chunk->size;
		return EVTX_RECORD_END;
	}
	if (!evtx_chunk_carve(chunk, &from, &next) || next.at >= end)
		next.at = end;
	record->size = next.at - at;
	chunk->next = next.at;
	return EVTX_RECORD_BAD;
}

enum evtx_record_result evtx_chunk_next(struct evtx_chunk *chunk,
					struct evtx_record *record, const char **why)
{
	uint32_t at = chunk->next;
	bool is_known = at < chunk->used;
	struct evtx_record found;
	const char *lacks;

	if (at >= chunk->size)
		return EVTX_RECORD_END;
	lacks = look(chunk, at, &found);
	if (!lacks && !is_known &&
	    (!has_both_sizes(chunk, &found) || !chunk->has_last ||
	     found.id != chunk->last_id + 1))
		lacks = "does not go on";
	if (lacks && !is_known) {
		chunk->next = chunk->size;
		return EVTX_RECORD_END;
	}
	if (lacks) {
		*record = found;
		*why = lacks;
		return pass_over(chunk, record);
	}
	chunk->next = at + found.size;
	chunk->last_id = found.id;
	chunk->has_last = true;
	*record = found;
	return EVTX_RECORD_HERE;
}
