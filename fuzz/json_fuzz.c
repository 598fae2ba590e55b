// SPDX-License-Identifier: Apache-2.0
// Any bytes as a log: the JSON reader, then the intake, with what they promise checked.
#include <assert.h>
#include <stdint.h>

#include "base/buffer.h"
#include "detect/intake/intake.h"
#include "event_check.h"
#include "format/json_stream.h"
#include "format/json_unescape.h"

static const char mapping[] = "when: {mapped.by: '*'}\n"
			      "source: some//thing\n"
			      "time: at\n"
			      "id: number\n"
			      "fields: {a.b: Image, c: CommandLine}\n";

/* What is written on one line must read back as it was. */
static void check_minified(const struct json_document *document)
{
	AUTO(buffer) struct buffer line;

	buffer_init(&line, 1 << 24);
	json_minify(&line, (struct text){ .at = document->base, .size = document->used });
	assert(!line.failed && !memchr(line.at, '\n', line.size));
}

static void run(struct intake *intake, struct json_stream *json,
		struct testing_stream input, struct event *event)
{
	struct why why = { 0 };
	size_t size = input.size, steps = 0;
	volatile uint64_t sum = 0;
	int r;

	json_stream_start(json, testing_stream_read, &input);
	while ((r = json_stream_next(json, &why)) > 0) {
		/* Each step consumes something. */
		assert(++steps <= size + 1);
		if (r == JSON_STREAM_BAD) {
			assert(why.line && why.column && why.reason[0]);
			continue;
		}
		(void)intake_json(intake, json_stream_document(json), event);
		sum += event_check(event);
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
	    json_stream_create(&json) ||
	    intake_create(&event_check_pack, &mappings, &intake))
		abort();
	run(intake, json, (struct testing_stream){ (const char *)bytes, size, SIZE_MAX },
	    &event);
	/* The same in small pieces must end the same way. */
	run(intake, json,
	    (struct testing_stream){ (const char *)bytes, size, 1 + size / 7 }, &event);
	intake_free(intake);
	json_stream_free(json);
	mappings_done(&mappings);
	return 0;
}
