// SPDX-License-Identifier: Apache-2.0
// A Windows event log -> its events, and what is wrong with it.
#include "detect/intake/evtx.h"

#include <errno.h>

#include "base/why.h"
#include "detect/intake/evtx_carver.h"
#include "detect/intake/evtx_event.h"
#include "format/evtx_file.h"
#include "format/evtx_json.h"

/* What has been found wrong and is still to be told, as bits, beside the record's own fault. */
struct pending {
	unsigned file, chunk;
	evtx_fault record;
};

struct evtx_reader {
	struct evtx_maker *maker;
	struct evtx_json *json; /* made when it is first asked for */
	window_read *read;
	void *user;
	struct evtx_chunk chunk;
	struct evtx_record record;
	struct pending pending;
	bool has_started, has_chunk;
	enum intake_shape shape;
	struct evtx_carver *carver; /* or NULL: nothing is looked for */
	bool is_carving;            /* the chunk's own records have come */
	uint32_t carve_from;
	uint64_t damaged_chunks, lost_records;
	bool is_damaged; /* the chunk at hand is among them */
	struct evtx_file file;
};

int evtx_reader_create(struct intake *intake, struct evtx_reader **out)
{
	struct evtx_reader *reader = calloc(1, sizeof(*reader));
	int r;

	if (!reader)
		return -ENOMEM;
	r = evtx_maker_create(intake, &reader->maker);
	if (r) {
		free(reader);
		return r;
	}
	*out = reader;
	return 0;
}

void evtx_reader_free(struct evtx_reader *reader)
{
	if (!reader)
		return;
	evtx_maker_free(reader->maker);
	evtx_json_free(reader->json);
	evtx_carver_free(reader->carver);
	free(reader);
}

void evtx_reader_start(struct evtx_reader *reader, window_read *read, void *user)
{
	reader->read = read;
	reader->user = user;
	reader->has_started = reader->has_chunk = false;
	reader->pending = (struct pending){ 0 };
	reader->record = (struct evtx_record){ 0 };
	reader->shape = SHAPE_UNKNOWN;
	reader->is_carving = reader->is_damaged = false;
	evtx_carver_clear(reader->carver);
}

int evtx_reader_carve(struct evtx_reader *reader)
{
	return reader->carver ? 0 : evtx_carver_create(&reader->carver);
}

bool evtx_reader_is_carved(const struct evtx_reader *reader)
{
	return reader->is_carving;
}

uint64_t evtx_reader_damaged_chunks(const struct evtx_reader *reader)
{
	return reader->damaged_chunks;
}

uint64_t evtx_reader_lost_records(const struct evtx_reader *reader)
{
	return reader->lost_records;
}

/* Something of the chunk at hand is damaged. */
static int damaged(struct evtx_reader *reader)
{
	reader->damaged_chunks += !reader->is_damaged;
	reader->is_damaged = true;
	return EVTX_DAMAGED;
}

void evtx_reader_resume(struct evtx_reader *reader, window_read *read, void *user,
			uint32_t number, uint64_t offset, bool is_dirty)
{
	evtx_reader_start(reader, read, user);
	evtx_file_resume(&reader->file, read, user, number, offset, is_dirty);
	reader->has_started = true;
}

/* Takes the lowest bit out of ${*bits} and returns its number. */
static unsigned take_bit(unsigned *bits)
{
	unsigned number = (unsigned)__builtin_ctz(*bits);

	*bits &= *bits - 1;
	return number;
}

/* Tell what is pending of the file, or of the chunk. */
static int tell(struct evtx_reader *reader, struct why *why)
{
	static const char *const of_file[] = {
		"the file ends inside its header",
		"the file has no header, it begins with a chunk",
		"the file's version is not 3: read as if it were",
		"the checksum of the file's header is wrong",
	};
	static const char *const of_chunk[] = {
		"the file ends inside the chunk",
		"the checksum of its header is wrong: read all the same",
		"the checksum of its records is wrong: read all the same",
		"its header does not say where its records end: looked for to its end",
	};
	struct pending *pending = &reader->pending;

	if (pending->file) {
		why_set(why, 0, 0, "%s", of_file[take_bit(&pending->file)]);
		return EVTX_DAMAGED;
	}
	why_set(why, 0, 0, "chunk %u: %s", reader->file.number,
		of_chunk[take_bit(&pending->chunk)]);
	return damaged(reader);
}

/* Look through the block at hand for records that are still there. */
static void begin_carving(struct evtx_reader *reader)
{
	reader->has_chunk = reader->is_carving = true;
	reader->carve_from = EVTX_CHUNK_HEAD;
}

/* The next one: EVENT, or END where there is none any more. */
static int carve(struct evtx_reader *reader, struct event *event)
{
	struct evtx_record *record = &reader->record;
	evtx_fault fault;
	int r;

	while (evtx_chunk_carve(&reader->chunk, &reader->carve_from, record)) {
		if (evtx_carver_knows(reader->carver, record))
			continue;
		r = evtx_maker_event(reader->maker, record, event, &fault);
		if (r)
			return r;
		if (fault || !event->count) {
			reader->lost_records++;
			continue;
		}
		evtx_carver_add(reader->carver, record);
		return EVTX_EVENT;
	}
	reader->has_chunk = reader->is_carving = false;
	return EVTX_END;
}

static int next_chunk(struct evtx_reader *reader, struct why *why)
{
	unsigned damage = 0;
	int r = evtx_file_next(&reader->file, &reader->chunk, &damage);

	reader->is_damaged = false;
	if (r == EVTX_FILE_BAD) {
		if (reader->carver) {
			(void)evtx_chunk_open(&reader->chunk, reader->file.block,
					      EVTX_CHUNK_SIZE);
			evtx_maker_chunk(reader->maker, reader->chunk.at);
			begin_carving(reader);
		}
		why_set(why, 0, 0, "chunk %u (offset %llu): has no signature",
			reader->file.number, (unsigned long long)reader->file.offset);
		return damaged(reader);
	}
	if (r != EVTX_FILE_CHUNK)
		return r;
	/* A log that is being written has checksums of an earlier state. */
	if (reader->file.is_dirty)
		damage &= ~(unsigned)(EVTX_CHUNK_HEAD_SUM | EVTX_CHUNK_RECORDS_SUM);
	reader->pending.chunk = damage;
	reader->has_chunk = true;
	reader->is_carving = false;
	evtx_maker_chunk(reader->maker, reader->chunk.at);
	return EVTX_EVENT;
}

static int start(struct evtx_reader *reader)
{
	unsigned damage = 0;
	int r = evtx_file_start(&reader->file, reader->read, reader->user, &damage);

	if (r)
		return r;
	reader->has_started = true;
	reader->pending.file = damage;
	return EVTX_EVENT;
}

static int bad_record(struct evtx_reader *reader, const char *reason, struct why *why)
{
	const struct evtx_record *record = &reader->record;
	char name[40] = "a record";

	if (record->id)
		(void)snprintf(name, sizeof(name), "record %llu",
			       (unsigned long long)record->id);
	why_set(why, 0, 0, "chunk %u, %s (offset %llu, %u bytes): %s",
		reader->file.number, name, (unsigned long long)evtx_reader_offset(reader),
		record->size, reason);
	return damaged(reader);
}

static void set_shape(struct evtx_reader *reader, const struct event *event)
{
	reader->shape = event->source.size ? SHAPE_WINDOWS_NESTED : SHAPE_UNKNOWN;
}

int evtx_reader_next(struct evtx_reader *reader, struct event *event, struct why *why)
{
	const char *reason;
	evtx_fault fault;
	int r = EVTX_EVENT;

	if (!reader->has_started) {
		r = start(reader);
		if (r < 0)
			return r;
	}
	if (reader->pending.record) {
		reason = TAKE(reader->pending.record);
		return bad_record(reader, reason, why);
	}
	for (;;) {
		if (reader->pending.file || reader->pending.chunk)
			return tell(reader, why);
		if (!reader->has_chunk) {
			r = next_chunk(reader, why);
			if (r != EVTX_EVENT)
				return r;
			continue;
		}
		if (reader->is_carving) {
			r = carve(reader, event);
			if (r == EVTX_END)
				continue;
			if (r == EVTX_EVENT)
				set_shape(reader, event);
			return r;
		}
		switch (evtx_chunk_next(&reader->chunk, &reader->record, &reason)) {
		case EVTX_RECORD_END:
			if (reader->carver)
				begin_carving(reader);
			else
				reader->has_chunk = false;
			continue;
		case EVTX_RECORD_BAD:
			return bad_record(reader, reason, why);
		default:
			break;
		}
		r = evtx_maker_event(reader->maker, &reader->record, event, &fault);
		if (r)
			return r;
		/* What has no value is no event. */
		if (!event->count)
			return bad_record(reader, fault ? fault : "holds nothing", why);
		reader->pending.record = fault;
		set_shape(reader, event);
		if (reader->carver)
			evtx_carver_add(reader->carver, &reader->record);
		return EVTX_EVENT;
	}
}

enum intake_shape evtx_reader_shape(const struct evtx_reader *reader)
{
	return reader->shape;
}

uint64_t evtx_reader_record(const struct evtx_reader *reader)
{
	return reader->record.id;
}

uint64_t evtx_reader_offset(const struct evtx_reader *reader)
{
	return reader->file.offset + reader->record.at;
}

void evtx_reader_json(struct evtx_reader *reader, struct buffer *out)
{
	if (!reader->json && evtx_json_create(&reader->json)) {
		out->failed = true;
		return;
	}
	(void)evtx_json_write(reader->json, reader->chunk.at, reader->record.body,
			      reader->record.end, out);
}
