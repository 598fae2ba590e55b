// SPDX-License-Identifier: Apache-2.0
// What must hold of an event of any bytes.
#include "event_check.h"

#include <stdlib.h>

const struct pack event_check_pack = { .by_letter = true };

static uint64_t add(uint64_t sum, struct text text)
{
	for (size_t i = 0; i < text.size; i++)
		sum = 31 * sum + (unsigned char)text.at[i];
	return sum;
}

uint64_t event_check(const struct event *event)
{
	uint64_t sum = event->count + (uint64_t)event->time_ns + event->id;

	for (uint32_t i = 0; i < event->count; i++) {
		const struct event_value *value = &event->values[i];
		struct text text = event_text(event, value);

		if (text.size != value->size)
			abort();
		sum = add(sum, text);
	}
	return add(sum, event->source);
}
