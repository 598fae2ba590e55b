// SPDX-License-Identifier: Apache-2.0
// Any bytes as a text log: syslog, audit records, web servers' logs, with what is promised checked.
#include <assert.h>
#include <stdint.h>

#include "detect/intake/text_log.h"
#include "format/json_stream.h"

/* A double of a pack: a few names, so that values have fields. */
uint32_t pack_class_of(const struct pack *pack, struct text source, uint32_t id)
{
	(void)pack;
	(void)source;
	(void)id;
	return 0;
}

bool pack_wants(const struct pack *pack, uint32_t class, uint16_t field)
{
	(void)pack;
	(void)class;
	(void)field;
	return true;
}

uint16_t pack_field(const struct pack *pack, struct text name)
{
	(void)pack;
	return name.size && name.size < 12 ? (uint16_t)(name.at[0] & 7)
					   : EVENT_FIELD_NONE;
}

struct input {
	const uint8_t *at;
	size_t size, step;
};

static ssize_t give(void *user, char *at, size_t size)
{
	struct input *input = user;

	if (size > input->size)
		size = input->size;
	if (size > input->step)
		size = input->step;
	if (size)
		memcpy(at, input->at, size);
	input->at += size;
	input->size -= size;
	return (ssize_t)size;
}

/* Sums every byte of every value, so that a sanitizer sees one that is outside. */
static uint64_t touch(const struct event *event)
{
	uint64_t sum = event->count + (uint64_t)event->time_ns + event->id;

	for (uint32_t i = 0; i < event->count; i++) {
		const struct event_value *value = &event->values[i];
		struct text text = event_text(event, value);

		assert(text.size == value->size);
		for (size_t k = 0; k < text.size; k++)
			sum = 31 * sum + (unsigned char)text.at[k];
	}
	for (size_t k = 0; k < event->source.size; k++)
		sum = 31 * sum + (unsigned char)event->source.at[k];
	return sum;
}

/* What is written of an event is one JSON document, of which the intake knows the shape. */
static void check_json(struct text_log *log, struct intake *intake,
		       struct json_stream *json)
{
	static struct event twin;
	AUTO(buffer) struct buffer line;
	struct why why = { 0 };
	struct input input;
	enum intake_shape shape;

	buffer_init(&line, 64u << 20);
	text_log_json(log, &line);
	assert(!line.failed && !memchr(line.at, '\n', line.size));
	input = (struct input){ (const uint8_t *)line.at, line.size, SIZE_MAX };
	json_stream_start(json, give, &input);
	assert(json_stream_next(json, &why) == JSON_STREAM_DOCUMENT);
	shape = intake_json(intake, json_stream_document(json), &twin);
	assert(shape == text_log_shape(log) || text_log_shape(log) == SHAPE_UNKNOWN ||
	       shape == SHAPE_AUDITD || text_log_shape(log) == SHAPE_AUDITD);
	assert(json_stream_next(json, &why) == JSON_STREAM_END);
}

/* A sum over all events, and over what is said of bad lines. */
static uint64_t run(struct text_log *log, struct input input, struct intake *twins,
		    struct json_stream *json)
{
	static struct event event;
	size_t size = input.size, steps = 0;
	struct why why = { 0 };
	uint64_t sum = 0;
	int r;

	text_log_start(log, give, &input, INT64_C(1721433600000000000));
	while ((r = text_log_next(log, &event, &why)) > 0) {
		/* Each step consumes something. */
		assert(++steps <= size + 1);
		if (r == TEXT_LOG_BAD) {
			assert(why.line && why.reason[0]);
			sum = 31 * sum + why.line;
			continue;
		}
		assert(text_log_line(log) > 0 && text_log_offset(log) < size);
		sum = 31 * sum + touch(&event);
		if (json)
			check_json(log, twins, json);
	}
	assert(r == TEXT_LOG_END);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	/* Made once: making them takes longer than most inputs do. */
	static struct intake *intake, *twins;
	static struct json_stream *json;
	static struct text_log *log;
	uint64_t sum;

	(void)text_log_tell((struct text){ (const char *)bytes, size }, true);
	if (!log && (json_stream_create(&json) || intake_create(NULL, NULL, &intake) ||
		     intake_create(NULL, NULL, &twins) || text_log_create(intake, &log)))
		abort();
	sum = run(log, (struct input){ bytes, size, SIZE_MAX }, twins, json);
	/* The same in small pieces gives the same. */
	assert(sum == run(log, (struct input){ bytes, size, 1 + size / 7 }, twins, NULL));
	return 0;
}
