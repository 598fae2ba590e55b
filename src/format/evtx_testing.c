// SPDX-License-Identifier: Apache-2.0
// For tests and fuzzing: writes small Windows event logs, token by token.
#include "format/evtx_testing.h"

#include <assert.h>
#include <zlib.h>

static void put_u32(uint8_t *at, uint32_t number)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (uint8_t)(number >> 8 * i);
}

void testing_bytes(struct testing_chunk *chunk, const void *at, uint32_t size)
{
	assert(size <= EVTX_CHUNK_SIZE - chunk->used);
	if (size)
		memcpy(chunk->at + chunk->used, at, size);
	chunk->used += size;
}

void testing_u8(struct testing_chunk *chunk, uint8_t number)
{
	testing_bytes(chunk, &number, 1);
}

void testing_u16(struct testing_chunk *chunk, uint16_t number)
{
	testing_u8(chunk, (uint8_t)number);
	testing_u8(chunk, (uint8_t)(number >> 8));
}

void testing_u32(struct testing_chunk *chunk, uint32_t number)
{
	testing_u16(chunk, (uint16_t)number);
	testing_u16(chunk, (uint16_t)(number >> 16));
}

void testing_chunk_init(struct testing_chunk *chunk)
{
	memset(chunk, 0, sizeof(*chunk));
	memcpy(chunk->at, "ElfChnk", 8);
	put_u32(chunk->at + 40, 128);
	chunk->used = EVTX_CHUNK_HEAD;
}

void testing_chunk_seal(struct testing_chunk *chunk)
{
	uint8_t *at = chunk->at;

	put_u32(at + 44, chunk->record);
	put_u32(at + 48, chunk->used);
	put_u32(at + 52,
		(uint32_t)crc32(0, at + EVTX_CHUNK_HEAD, chunk->used - EVTX_CHUNK_HEAD));
	put_u32(at + 124, (uint32_t)crc32(crc32(0, at, 120), at + 128, 384));
}

void testing_file_head(struct buffer *file, uint16_t count, uint32_t flags)
{
	static const uint8_t rest[4096 - 128];
	uint8_t head[128] = { 0 };

	memcpy(head, "ElfFile", 8);
	put_u32(head + 32, 128);
	put_u32(head + 36, 3u << 16 | 1);
	put_u32(head + 40, (uint32_t)count << 16 | 4096);
	put_u32(head + 120, flags);
	put_u32(head + 124, (uint32_t)crc32(0, head, 120));
	buffer_add(file, head, sizeof(head));
	buffer_add(file, rest, sizeof(rest));
}

void testing_record(struct testing_chunk *chunk, uint64_t id)
{
	chunk->record = chunk->used;
	chunk->depth = 0;
	testing_bytes(chunk, "**\0\0", 4);
	testing_u32(chunk, 0);
	testing_u32(chunk, (uint32_t)id);
	testing_u32(chunk, (uint32_t)(id >> 32));
	testing_u32(chunk, (uint32_t)TESTING_TIME);
	testing_u32(chunk, (uint32_t)(TESTING_TIME >> 32));
}

void testing_record_end(struct testing_chunk *chunk)
{
	uint32_t size;

	testing_bytes(chunk, "\0\0\0\0\0\0\0", 7 - (chunk->used + 3) % 8);
	size = chunk->used + 4 - chunk->record;
	put_u32(chunk->at + chunk->record + 4, size);
	testing_u32(chunk, size);
}

/* The name's offset and, the first time, the name. */
static void put_name(struct testing_chunk *chunk, const char *name)
{
	struct testing_name *new = &chunk->names[chunk->name_count];
	size_t size = strlen(name);

	for (unsigned i = 0; i < chunk->name_count; i++)
		if (strcmp(chunk->names[i].text, name) == 0) {
			testing_u32(chunk, chunk->names[i].at);
			return;
		}
	assert(chunk->name_count < TESTING_NAMES && size < sizeof(new->text));
	memcpy(new->text, name, size + 1);
	new->at = chunk->used + 4;
	chunk->name_count++;
	testing_u32(chunk, new->at);
	testing_u32(chunk, 0);
	testing_u16(chunk, 0);
	testing_u16(chunk, (uint16_t)size);
	for (size_t i = 0; i <= size; i++)
		testing_u16(chunk, (uint8_t)name[i]);
}

void testing_fragment(struct testing_chunk *chunk)
{
	testing_bytes(chunk, "\x0f\1\1\0", 4);
}

static void open(struct testing_chunk *chunk, uint8_t token, const char *name)
{
	testing_u8(chunk, token);
	testing_u16(chunk, 0xffff);
	assert(chunk->depth < sizeof(chunk->sizes) / sizeof(chunk->sizes[0]));
	chunk->sizes[chunk->depth++] = chunk->used;
	testing_u32(chunk, 0);
	put_name(chunk, name);
}

void testing_open(struct testing_chunk *chunk, const char *name)
{
	open(chunk, 0x01, name);
	testing_u8(chunk, 0x02);
}

void testing_open_with(struct testing_chunk *chunk, const char *name)
{
	open(chunk, 0x41, name);
	testing_u32(chunk, 0);
}

void testing_attribute(struct testing_chunk *chunk, const char *name)
{
	testing_u8(chunk, 0x06);
	put_name(chunk, name);
}

void testing_inside(struct testing_chunk *chunk)
{
	testing_u8(chunk, 0x02);
}

void testing_close(struct testing_chunk *chunk)
{
	uint32_t at = chunk->sizes[--chunk->depth];

	testing_u8(chunk, 0x04);
	put_u32(chunk->at + at, chunk->used - at - 4);
}

void testing_text(struct testing_chunk *chunk, const char *ascii)
{
	testing_u8(chunk, 0x05);
	testing_u8(chunk, EVTX_STRING);
	testing_u16(chunk, (uint16_t)strlen(ascii));
	for (; *ascii; ascii++)
		testing_u16(chunk, (uint8_t)*ascii);
}

void testing_substitution(struct testing_chunk *chunk, uint16_t index, uint8_t type,
			  bool is_optional)
{
	testing_u8(chunk, is_optional ? 0x0e : 0x0d);
	testing_u16(chunk, index);
	testing_u8(chunk, type);
}

void testing_end(struct testing_chunk *chunk)
{
	testing_u8(chunk, 0x00);
}

void testing_element(struct testing_chunk *chunk, const char *name, const char *text)
{
	testing_open(chunk, name);
	if (text)
		testing_text(chunk, text);
	testing_close(chunk);
}

bool testing_instance(struct testing_chunk *chunk, unsigned number)
{
	bool is_new = !chunk->templates[number];

	testing_u8(chunk, 0x0c);
	testing_u8(chunk, 1);
	testing_u32(chunk, number);
	if (is_new)
		chunk->templates[number] = chunk->used + 4;
	testing_u32(chunk, chunk->templates[number]);
	if (!is_new)
		return false;
	testing_u32(chunk, 0);
	for (unsigned i = 0; i < 4; i++)
		testing_u32(chunk, number);
	chunk->sizes[chunk->depth++] = chunk->used;
	testing_u32(chunk, 0);
	testing_fragment(chunk);
	return true;
}

void testing_template_end(struct testing_chunk *chunk)
{
	uint32_t at = chunk->sizes[--chunk->depth];

	testing_end(chunk);
	put_u32(chunk->at + at, chunk->used - at - 4);
}

void testing_values(struct testing_chunk *chunk, const struct testing_value *values,
		    uint32_t count)
{
	testing_u32(chunk, count);
	for (uint32_t i = 0; i < count; i++) {
		testing_u16(chunk, values[i].size);
		testing_u8(chunk, values[i].type);
		testing_u8(chunk, 0);
	}
	for (uint32_t i = 0; i < count; i++)
		testing_bytes(chunk, values[i].at, values[i].size);
}

struct testing_value testing_utf16(const char *ascii, uint16_t room[256])
{
	uint16_t size = 0;

	for (; ascii[size]; size++) {
		assert(size < 256);
		room[size] = (uint8_t)ascii[size];
	}
	return (struct testing_value){ .type = EVTX_STRING,
				       .size = (uint16_t)(2 * size),
				       .at = room };
}

static void put_system(struct testing_chunk *chunk)
{
	testing_open(chunk, "System");
	testing_open_with(chunk, "Provider");
	testing_attribute(chunk, "Name");
	testing_text(chunk, "Microsoft-Windows-Sysmon");
	testing_attribute(chunk, "Guid");
	testing_substitution(chunk, 0, EVTX_GUID, true);
	testing_inside(chunk);
	testing_close(chunk);
	testing_open_with(chunk, "EventID");
	testing_attribute(chunk, "Qualifiers");
	testing_substitution(chunk, 1, EVTX_UINT16, true);
	testing_inside(chunk);
	testing_substitution(chunk, 2, EVTX_UINT16, true);
	testing_close(chunk);
	testing_open_with(chunk, "TimeCreated");
	testing_attribute(chunk, "SystemTime");
	testing_substitution(chunk, 3, EVTX_FILETIME, true);
	testing_inside(chunk);
	testing_close(chunk);
	testing_open_with(chunk, "Correlation");
	testing_attribute(chunk, "ActivityID");
	testing_substitution(chunk, 4, EVTX_GUID, true);
	testing_inside(chunk);
	testing_close(chunk);
	testing_element(chunk, "Channel", "Microsoft-Windows-Sysmon/Operational");
	testing_element(chunk, "Computer", "host");
	testing_close(chunk);
}

static void put_data(struct testing_chunk *chunk, const char *name, uint16_t index,
		     uint8_t type)
{
	testing_open_with(chunk, "Data");
	testing_attribute(chunk, "Name");
	testing_text(chunk, name);
	testing_inside(chunk);
	testing_substitution(chunk, index, type, false);
	testing_close(chunk);
}

/* EventData as a fragment of its own, in the chunk's free bytes; returns its size. */
static void put_event_data(struct testing_chunk *chunk, const char *image)
{
	static const uint8_t pid[4] = { 0x39, 5, 0, 0 };
	uint16_t room[256], hash_room[256];
	const struct testing_value values[] = {
		testing_utf16("-", hash_room),
		{ EVTX_UINT32, 4, pid },
		testing_utf16(image, room),
		{ EVTX_NULL, 0, "" },
	};

	testing_fragment(chunk);
	if (testing_instance(chunk, 1)) {
		testing_open(chunk, "EventData");
		put_data(chunk, "RuleName", 0, EVTX_STRING);
		put_data(chunk, "ProcessId", 1, EVTX_UINT32);
		put_data(chunk, "Image", 2, EVTX_STRING);
		put_data(chunk, "Product", 3, EVTX_STRING);
		testing_close(chunk);
		testing_template_end(chunk);
	}
	testing_values(chunk, values, 4);
	testing_end(chunk);
}

void testing_sysmon(struct testing_chunk *chunk, uint64_t id, const char *image)
{
	static const uint8_t event_id[2] = { 1, 0 };
	static const uint8_t guid[16] = { 0, 1, 2,  3,  4,  5,  6,  7,
					  8, 9, 10, 11, 12, 13, 14, 15 };
	uint64_t time = TESTING_TIME;
	const struct testing_value values[] = {
		{ EVTX_GUID, 16, guid },      { EVTX_NULL, 0, "" },
		{ EVTX_UINT16, 2, event_id }, { EVTX_FILETIME, 8, &time },
		{ EVTX_NULL, 0, "" },         { EVTX_BINXML, 0, "" },
	};
	uint32_t descriptors, from, size;

	testing_record(chunk, id);
	testing_fragment(chunk);
	if (testing_instance(chunk, 0)) {
		testing_open_with(chunk, "Event");
		testing_attribute(chunk, "xmlns");
		testing_text(chunk, "http://example.com/event");
		testing_inside(chunk);
		put_system(chunk);
		testing_substitution(chunk, 5, EVTX_BINXML, true);
		testing_close(chunk);
		testing_template_end(chunk);
	}
	descriptors = chunk->used + 4;
	testing_values(chunk, values, 6);
	from = chunk->used;
	put_event_data(chunk, image);
	size = chunk->used - from;
	chunk->at[descriptors + 5 * 4] = (uint8_t)size;
	chunk->at[descriptors + 5 * 4 + 1] = (uint8_t)(size >> 8);
	testing_end(chunk);
	testing_record_end(chunk);
}

void testing_multiplying(struct testing_chunk *chunk)
{
	uint32_t sizes[6];

	testing_record(chunk, 1);
	for (unsigned level = 0; level < 6; level++) {
		testing_fragment(chunk);
		(void)testing_instance(chunk, 10 + level);
		testing_open(chunk, "a");
		for (unsigned i = 0; i < 40; i++) {
			testing_substitution(chunk, 0, EVTX_BINXML, false);
			testing_element(chunk, "b", NULL);
		}
		testing_close(chunk);
		testing_template_end(chunk);
		testing_u32(chunk, 1);
		sizes[level] = chunk->used;
		testing_u32(chunk, (level < 5 ? EVTX_BINXML : EVTX_NULL) << 16);
	}
	for (unsigned level = 0; level < 5; level++) {
		uint32_t size = chunk->used - sizes[level] - 4;

		chunk->at[sizes[level]] = (uint8_t)size;
		chunk->at[sizes[level] + 1] = (uint8_t)(size >> 8);
	}
	testing_end(chunk);
	testing_record_end(chunk);
}
