/* SPDX-License-Identifier: Apache-2.0 */
/* An event of the sensor's own: each value also knows which field of field.def it is. */
#pragma once

#include "model/event.h"
#include "model/field.h"

struct sensed {
	struct event event;
	uint8_t fields[EVENT_VALUES_MAX]; /* enum field of event.values[i] */
};

_Static_assert(FIELD_COUNT <= UINT8_MAX, "a field's number fits into a byte");
