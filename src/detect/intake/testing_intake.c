// SPDX-License-Identifier: Apache-2.0
// For tests only: events of JSON, and what is in an event's fields.
#include "detect/intake/testing_intake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/buffer.h"

enum intake_shape testing_take(struct intake *intake, struct json_stream *json,
			       const char *text, struct event *event)
{
	struct testing_stream stream = testing_stream_of(text_of(text));
	struct why why = { 0 };

	json_stream_start(json, testing_stream_read, &stream);
	if (json_stream_next(json, &why) != JSON_STREAM_DOCUMENT)
		fail_msg("%u:%u: %s", why.line, why.column, why.reason);
	return intake_json(intake, json_stream_document(json), event);
}

void testing_field_is(const struct pack *pack, const struct event *event,
		      const char *name, const char *expected)
{
	AUTO(buffer) struct buffer joined;
	uint16_t field = pack_field(pack, text_of(name));

	assert_int_not_equal(field, EVENT_FIELD_NONE);
	buffer_init(&joined, 10000);
	for (uint32_t i = 0; i < event->count; i++) {
		const struct event_value *value = &event->values[i];

		if (value->field != field)
			continue;
		if (joined.size)
			buffer_char(&joined, '|');
		if (value->type == VALUE_NULL)
			buffer_string(&joined, "NULL");
		else
			buffer_text(&joined, event_text(event, value));
	}
	if (!text_is(buffer_view(&joined), text_of(expected)))
		fail_msg("%s is '%.*s', not '%s'", name, (int)joined.size,
			 joined.at ? joined.at : "", expected);
}
