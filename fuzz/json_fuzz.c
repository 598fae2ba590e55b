// SPDX-License-Identifier: Apache-2.0
// Any bytes as a log: the JSON reader, then the intake, with what they promise checked.
#include <assert.h>
#include <stdint.h>

#include "base/buffer.h"
#include "detect/intake/intake.h"
#include "format/json_stream.h"
#include "format/json_unescape.h"

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

static const char mapping[] = "when: {mapped.by: '*'}\n"
			      "source: some//thing\n"
			      "time: at\n"
			      "id: number\n"
			      "fields: {a.b: Image, c: CommandLine}\n";

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
static unsigned touch(const struct event *event)
{
	unsigned sum = 0;

	for (uint32_t i = 0; i < event->count; i++) {
		const struct event_value *value = &event->values[i];
		struct text text = event_text(event, value);

		assert(text.size == value->size);
		for (size_t k = 0; k < text.size; k++)
			sum += (unsigned char)text.at[k];
	}
	return sum;
}

/* What is written on one line must read back as it was. */
static void check_minified(const struct json_document *document)
{
	AUTO(buffer) struct buffer line;

	buffer_init(&line, 1 << 24);
	json_minify(&line, (struct text){ .at = document->base, .size = document->used });
	assert(!line.failed && !memchr(line.at, '\n', line.size));
}

static void run(struct intake *intake, struct json_stream *json, struct input input,
		struct event *event)
{
	struct why why = { 0 };
	size_t size = input.size, steps = 0;
	volatile unsigned sum = 0;
	int r;

	json_stream_start(json, give, &input);
	while ((r = json_stream_next(json, &why)) > 0) {
		/* Each step consumes something. */
		assert(++steps <= size + 1);
		if (r == JSON_STREAM_BAD) {
			assert(why.line && why.column && why.reason[0]);
			continue;
		}
		(void)intake_json(intake, json_stream_document(json), event);
		sum += touch(event);
		check_minified(json_stream_document(json));
	}
	assert(r == JSON_STREAM_END);
	(void)sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct event event;
	struct json_stream *json = NULL;
	struct intake *intake = NULL;
	struct mappings mappings = { 0 };
	struct why why;

	if (mappings_parse(text_of(mapping), "mapping", &mappings, &why) ||
	    json_stream_create(&json) || intake_create(NULL, &mappings, &intake))
		abort();
	run(intake, json, (struct input){ bytes, size, SIZE_MAX }, &event);
	/* The same in small pieces must end the same way. */
	run(intake, json, (struct input){ bytes, size, 1 + size / 7 }, &event);
	intake_free(intake);
	json_stream_free(json);
	mappings_done(&mappings);
	return 0;
}
