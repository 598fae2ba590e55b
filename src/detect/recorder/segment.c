// SPDX-License-Identifier: Apache-2.0
// The bytes of the flight recorder's segments: heads written, and read with distrust.
#include "detect/recorder/segment.h"

#include "detect/recorder/code.h"
#include "format/crc32.h"

#include <stddef.h>

#define AFTER(head) (offsetof(__typeof__(head), checksum) + sizeof((head).checksum))

static uint32_t head_checksum(const struct segment_head *head, const char *bytes)
{
	return crc32_of((const uint8_t *)bytes + AFTER(*head), head->size - AFTER(*head),
			0);
}

void segment_head_seal(char *bytes)
{
	struct segment_head head;

	memcpy(&head, bytes, sizeof(head));
	head.checksum = head_checksum(&head, bytes);
	memcpy(bytes, &head, sizeof(head));
}

size_t segment_head_write(struct segment_head *head, char *out)
{
	size_t size = sizeof(*head);

	memset(out, 0, SEGMENT_HEAD_MAX);
	for (unsigned i = 0; i < FIELD_COUNT; i++) {
		const struct field_info *info = field_info(i);

		out[size++] = (char)info->type;
		out[size++] = (char)info->sigma.size;
		memcpy(out + size, info->sigma.at, info->sigma.size);
		size += info->sigma.size;
	}
	head->magic = SEGMENT_MAGIC;
	head->size = (uint32_t)((size + SEGMENT_ALIGN - 1) & ~(SEGMENT_ALIGN - 1));
	head->schema = field_schema_hash();
	head->field_count = FIELD_COUNT;
	head->reserved = 0;
	memcpy(out, head, sizeof(*head));
	segment_head_seal(out);
	memcpy(head, out, sizeof(*head));
	return head->size;
}

/* A field that changed its type means something else: its values are not ours. */
static uint8_t find_field(unsigned type, struct text name)
{
	for (unsigned i = 0; i < FIELD_COUNT; i++)
		if (field_info(i)->type == type && text_is(field_info(i)->sigma, name))
			return (uint8_t)i;
	return SEGMENT_FIELD_UNKNOWN;
}

static bool read_names(struct text names, uint32_t count, uint8_t fields[256])
{
	for (uint32_t i = 0; i < count; i++) {
		struct text name;

		if (names.size < 2 || names.size - 2 < (uint8_t)names.at[1])
			return false;
		name = text_part(names, 2, (uint8_t)names.at[1]);
		fields[i] = find_field((uint8_t)names.at[0], name);
		names = text_part(names, 2 + name.size, names.size);
	}
	return true;
}

bool segment_head_read(struct text bytes, struct segment_head *head, uint8_t fields[256])
{
	if (bytes.size < sizeof(*head))
		return false;
	memcpy(head, bytes.at, sizeof(*head));
	if (head->magic != SEGMENT_MAGIC || head->size < sizeof(*head) ||
	    head->size > SEGMENT_HEAD_MAX || head->size > bytes.size ||
	    head->size % SEGMENT_ALIGN || head->field_count > CODE_FIELDS_MAX)
		return false;
	if (head_checksum(head, bytes.at) != head->checksum)
		return false;
	memset(fields, SEGMENT_FIELD_UNKNOWN, 256);
	return read_names(text_part(bytes, sizeof(*head), head->size - sizeof(*head)),
			  head->field_count, fields);
}

static uint32_t block_checksum(const struct block_head *head)
{
	return crc32_of((const uint8_t *)head + AFTER(*head),
			sizeof(*head) - AFTER(*head), 0);
}

void block_head_seal(struct block_head *head)
{
	head->magic = BLOCK_MAGIC;
	head->checksum = block_checksum(head);
}

bool block_head_is_good(const struct block_head *head, uint64_t id)
{
	return head->magic == BLOCK_MAGIC && head->segment == id &&
	       head->payload_size <= CODE_PAYLOAD_MAX && head->raw_size <= CODE_RAW_MAX &&
	       block_checksum(head) == head->checksum;
}
