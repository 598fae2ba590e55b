/* SPDX-License-Identifier: Apache-2.0 */
/* For tests and fuzzing: writes small Windows event logs, token by token. */
#pragma once

#include "base/buffer.h"
#include "format/evtx_binxml.h"

#define TESTING_NAMES     256 /* in a chunk */
#define TESTING_TEMPLATES 32
#define TESTING_TIME      132223104001234567u /* FILETIME of 2020-01-01T00:00:00.1234567Z */

struct testing_name {
	char text[64];
	uint32_t at; /* in the chunk */
};

/* A value of an instance. */
struct testing_value {
	uint8_t type;
	uint16_t size;
	const void *at;
};

/* A chunk that is being written; it fails the test where it would be full. */
struct testing_chunk {
	uint8_t at[EVTX_CHUNK_SIZE];
	uint32_t used;
	uint32_t record;                    /* where the one at hand begins */
	uint32_t sizes[EVTX_DEPTH_MAX * 4]; /* of elements, to be filled in */
	unsigned depth;
	struct testing_name names[TESTING_NAMES];
	unsigned name_count;
	uint32_t templates[TESTING_TEMPLATES]; /* where each is; 0: not yet */
};

/* An empty chunk. */
void testing_chunk_init(struct testing_chunk *chunk);

/* Its header and checksums; then it can still be damaged. */
void testing_chunk_seal(struct testing_chunk *chunk);

/* Append the header of a file of ${count} chunks. */
void testing_file_head(struct buffer *file, uint16_t count, uint32_t flags);

void testing_record(struct testing_chunk *chunk, uint64_t id);
void testing_record_end(struct testing_chunk *chunk);

/* Bytes as they are. */
void testing_bytes(struct testing_chunk *chunk, const void *at, uint32_t size);
void testing_u8(struct testing_chunk *chunk, uint8_t number);
void testing_u16(struct testing_chunk *chunk, uint16_t number);
void testing_u32(struct testing_chunk *chunk, uint32_t number);

/* Tokens. */
void testing_fragment(struct testing_chunk *chunk);
void testing_open(struct testing_chunk *chunk, const char *name);
void testing_open_with(struct testing_chunk *chunk, const char *name); /* attributes */
void testing_attribute(struct testing_chunk *chunk, const char *name);
void testing_inside(struct testing_chunk *chunk); /* the start of an element ends */
void testing_close(struct testing_chunk *chunk);
void testing_text(struct testing_chunk *chunk, const char *ascii);
void testing_substitution(struct testing_chunk *chunk, uint16_t index, uint8_t type,
			  bool is_optional);
void testing_end(struct testing_chunk *chunk);

/* <name>text</name>; ${text} NULL: nothing in it. */
void testing_element(struct testing_chunk *chunk, const char *name, const char *text);

/*
 * testing_instance(chunk, number), testing_template_end, testing_values:
 * An instance of template ${number}.  True: its BinXML must follow, then template_end, then in
 * any case the values.
 */
bool testing_instance(struct testing_chunk *chunk, unsigned number);
void testing_template_end(struct testing_chunk *chunk);
void testing_values(struct testing_chunk *chunk, const struct testing_value *values,
		    uint32_t count);

/* UTF-16 of ASCII, for values; ${size} in bytes. */
struct testing_value testing_utf16(const char *ascii, uint16_t room[256]);

/*
 * testing_sysmon(chunk, id, image):
 * A record as Sysmon has it: a template for the event with all of System, in whose values another
 * template stands for EventData, with ${image} as Image.
 */
void testing_sysmon(struct testing_chunk *chunk, uint64_t id, const char *image);

/*
 * testing_multiplying(chunk):
 * A record of six templates, each in all 40 values of the one before: 40^6 texts if nobody stops.
 */
void testing_multiplying(struct testing_chunk *chunk);
