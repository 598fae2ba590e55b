/* SPDX-License-Identifier: Apache-2.0 */
/* For tests only: events of JSON, and what is in an event's fields. */
#pragma once

#include "detect/intake/intake.h"
#include "detect/intake/testing_pack.h"
#include "format/json_stream.h"
#include "format/testing_stream.h"

/* Make ${event} of ${text}, which is one JSON document: its shape.  It lives in ${json}. */
enum intake_shape testing_take(struct intake *intake, struct json_stream *json,
			       const char *text, struct event *event);

/* The values of ${name}, in their order, joined by '|', are ${expected}; null is "NULL". */
void testing_field_is(const struct pack *pack, const struct event *event,
		      const char *name, const char *expected);
