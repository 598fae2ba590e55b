// SPDX-License-Identifier: Apache-2.0
// Any bytes as a text log: syslog, audit records, web servers' logs, with what is promised checked.
#include <assert.h>
#include <stdint.h>

#include "detect/intake/text_log.h"
#include "event_check.h"
#include "format/json_stream.h"

/* What is written of an event is one JSON document, of which the intake knows the shape. */
static void check_json(struct text_log *log, struct intake *intake,
		       struct json_stream *json)
{
	static struct event twin;
	AUTO(buffer) struct buffer line;
	struct why why = { 0 };
	struct testing_stream input;
	enum intake_shape shape;

	buffer_init(&line, 64u << 20);
	text_log_json(log, &line);
	assert(!line.failed && !memchr(line.at, '\n', line.size));
	input = testing_stream_of(buffer_view(&line));
	json_stream_start(json, testing_stream_read, &input);
	assert(json_stream_next(json, &why) == JSON_STREAM_DOCUMENT);
	shape = intake_json(intake, json_stream_document(json), &twin);
	assert(shape == text_log_shape(log) || text_log_shape(log) == SHAPE_UNKNOWN ||
	       shape == SHAPE_AUDITD || text_log_shape(log) == SHAPE_AUDITD);
	assert(json_stream_next(json, &why) == JSON_STREAM_END);
}

/* A sum over all events, and over what is said of bad lines. */
static uint64_t run(struct text_log *log, struct testing_stream input,
		    struct intake *twins, struct json_stream *json)
{
	static struct event event;
	size_t size = input.size, steps = 0;
	struct why why = { 0 };
	uint64_t sum = 0;
	int r;

	text_log_start(log, testing_stream_read, &input, INT64_C(1721433600000000000));
	while ((r = text_log_next(log, &event, &why)) > 0) {
		/* Each step consumes something. */
		assert(++steps <= size + 1);
		if (r == TEXT_LOG_BAD) {
			assert(why.line && why.reason[0]);
			sum = 31 * sum + why.line;
			continue;
		}
		assert(text_log_line(log) > 0 && text_log_offset(log) < size);
		sum = 31 * sum + event_check(&event);
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
	if (!log && (json_stream_create(&json) ||
		     intake_create(&event_check_pack, NULL, &intake) ||
		     intake_create(&event_check_pack, NULL, &twins) ||
		     text_log_create(intake, &log)))
		abort();
	sum = run(log, (struct testing_stream){ (const char *)bytes, size, SIZE_MAX },
		  twins, json);
	/* The same in small pieces gives the same. */
	assert(sum ==
	       run(log,
		   (struct testing_stream){ (const char *)bytes, size, 1 + size / 7 },
		   twins, NULL));
	return 0;
}
