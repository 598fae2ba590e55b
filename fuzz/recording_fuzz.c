// SPDX-License-Identifier: Apache-2.0
// Any bytes as a segment of the flight recorder, as a block's payload, and as its events.

#include <stdlib.h>

#include "detect/recorder/code.h"
#include "detect/recorder/pressed.h"
#include "detect/recorder/recording.h"
#include "detect/recorder/segment.h"
#include "format/crc32.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#define ID 0x77696e64686f7665u

static void check_event(const struct sensed *sensed)
{
	const struct event *event = &sensed->event;
	unsigned nuls = 0;

	if (event->count > EVENT_VALUES_MAX)
		abort();
	for (uint32_t i = 0; i < event->count; i++) {
		const struct event_value *value = &event->values[i];
		struct text text = event_text(event, value);

		if (sensed->fields[i] >= FIELD_COUNT || text.size != value->size)
			abort();
		/* Every byte is looked at, for a sanitizer to see. */
		nuls += text.size && memchr(text.at, '\0', text.size);
	}
	nuls += event->source.size && memchr(event->source.at, '\0', event->source.size);
	if (nuls > event->count + 1)
		abort();
}

static void check_segments(const struct text *segments, unsigned count)
{
	struct recording_counters counters;
	struct recording *recording = NULL;
	const struct sensed *sensed;
	uint64_t events = 0;

	if (recording_open_bytes(segments, count, &recording))
		return;
	while ((sensed = recording_next(recording))) {
		check_event(sensed);
		events++;
	}
	recording_counters(recording, &counters);
	if (events > counters.events || counters.segments > count)
		abort();
	recording_newest(recording, 3);
	while ((sensed = recording_next(recording)))
		check_event(sensed);
	recording_close(recording);
}

/* Put a block with this payload at ${at} of ${out}; its size. */
static size_t put_block(char *out, struct text payload, uint32_t raw_size,
			uint64_t number)
{
	struct block_head head = { .payload_size = (uint32_t)payload.size,
				   .payload_checksum = crc32_of(
					   (const uint8_t *)payload.at, payload.size, 0),
				   .raw_size = raw_size,
				   .event_count = 64,
				   .segment = ID,
				   .number = number,
				   .first_event = number * 64 };

	block_head_seal(&head);
	memcpy(out, &head, sizeof(head));
	memcpy(out + sizeof(head), payload.at, payload.size);
	return block_size(&head);
}

/* In a segment as it should be, the input once as a block's payload and once as its events. */
static void check_blocks(struct text input)
{
	size_t room = SEGMENT_HEAD_MAX + 2 * (CODE_PAYLOAD_MAX + 4096), pressed_size, at;
	struct segment_head head = { .id = ID, .number = 1 };
	AUTO(free) char *segment = calloc(1, room);
	AUTO(free) char *payload = malloc(CODE_PAYLOAD_MAX);
	struct pressed *pressed = pressed_create(true);
	struct text part;

	if (!segment || !payload || !pressed || input.size > CODE_RAW_MAX) {
		pressed_free(pressed);
		return;
	}
	at = segment_head_write(&head, segment);
	at += put_block(segment + at, input, 65536, 0);
	pressed_size = pressed_write(pressed, input, payload, CODE_PAYLOAD_MAX);
	part = (struct text){ .at = payload, .size = pressed_size };
	at += put_block(segment + at, part, (uint32_t)input.size, 1);
	part = (struct text){ .at = segment, .size = at };
	check_segments(&part, 1);
	pressed_free(pressed);
}

/* The first byte: how many of the rest are a first segment, in 64ths; the others are a second. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct text input = { .at = (const char *)bytes, .size = size }, segments[2];
	size_t first;

	if (!bytes || size < 2)
		return 0;
	input = text_part(input, 1, size);
	first = input.size * (bytes[0] & 63) / 64;
	segments[0] = text_part(input, first, input.size);
	segments[1] = text_part(input, 0, first);
	check_segments(segments, 2);
	check_blocks(input);
	return 0;
}
