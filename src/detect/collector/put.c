// SPDX-License-Identifier: Apache-2.0
// Writing the values of the event that is being made.
#include "detect/collector/collector_inside.h"

/* The bytes from ${from} to what is used now are a value of ${field}. */
void put_from(struct collector *c, enum field field, enum value_type type, size_t from)
{
	struct event *event = &c->sensed.event;
	uint32_t count = event->count;

	event_add(event, c->numbers[field], type, from, c->used - from);
	if (event->count > count)
		c->sensed.fields[count] = (uint8_t)field;
}

static void put(struct collector *c, enum field field, enum value_type type,
		struct text text)
{
	size_t from = c->used;

	if (text.size == 0)
		return;
	if (text.size > COLLECTOR_BYTES_SIZE - from) {
		c->sensed.event.dropped++;
		return;
	}
	memcpy(c->bytes + from, text.at, text.size);
	c->used += text.size;
	put_from(c, field, type, from);
}

void put_text(struct collector *c, enum field field, struct text text)
{
	put(c, field, VALUE_TEXT, text);
}

void put_number(struct collector *c, enum field field, uint64_t number)
{
	char digits[24], *at = digits + sizeof(digits);

	do
		*--at = (char)('0' + number % 10);
	while (number /= 10);
	put(c, field, VALUE_NUMBER,
	    (struct text){ .at = at, .size = (size_t)(digits + sizeof(digits) - at) });
}

void put_bool(struct collector *c, enum field field, bool truth)
{
	put(c, field, VALUE_BOOL, truth ? TEXT("true") : TEXT("false"));
}

void put_true(struct collector *c, enum field field)
{
	put_bool(c, field, true);
}

/* Most times are of the same second as the one before: only their fraction is written anew. */
void put_time(struct collector *c, enum field field, uint64_t boot_time_ns)
{
	int64_t time_ns = (int64_t)boot_time_ns + c->clock_offset_ns;
	int64_t second = time_ns / 1000000000, fraction = time_ns % 1000000000 / 1000;
	char *text = c->second_text;

	if (second != c->second || !text[0] || time_ns < 0) {
		moment_format(time_ns, text);
		c->second = second;
	} else {
		for (int i = 25; i > 19; i--, fraction /= 10)
			text[i] = (char)('0' + fraction % 10);
	}
	put_text(c, field, text_of(text));
}

static void put_hex(char *out, unsigned digits, uint64_t number)
{
	for (unsigned i = digits; i-- > 0; number >>= 4)
		out[i] = "0123456789abcdef"[number & 15];
}

/* "BOOT-START-PID" in hex: the boot id's first 32 bits, ns since boot, pid. */
void put_guid(struct collector *c, enum field field, struct process_key key)
{
	char guid[8 + 1 + 16 + 1 + 8];

	if (key.pid == 0)
		return;
	memset(guid, '0', 8);
	if (c->boot.size)
		memcpy(guid, c->boot.at, c->boot.size < 8 ? c->boot.size : 8);
	guid[8] = guid[25] = '-';
	put_hex(guid + 9, 16, key.start_ns);
	put_hex(guid + 26, 8, key.pid);
	put_text(c, field, (struct text){ .at = guid, .size = sizeof(guid) });
}

void put_process_text(struct collector *c, enum field field,
		      const struct process *process, enum process_text which)
{
	size_t from = c->used;

	c->used += process_table_text(c->table, process, which, c->bytes + from,
				      COLLECTOR_BYTES_SIZE - from);
	if (c->used > from)
		put_from(c, field, VALUE_TEXT, from);
}

/* The last component of the value that was put last. */
void put_name_of_last(struct collector *c, enum field field)
{
	const struct event *event = &c->sensed.event;
	struct text path, name;
	const char *slash;

	if (event->count == 0)
		return;
	path = event_text(event, &event->values[event->count - 1]);
	slash = path.size ? memrchr(path.at, '/', path.size) : NULL;
	name = slash ? text_part(path, (size_t)(slash + 1 - path.at), path.size) : path;
	put_text(c, field, name);
}

void put_path(struct collector *c, enum field field, struct text components)
{
	size_t from = c->used;

	c->used += record_path(components, c->bytes + from, COLLECTOR_BYTES_SIZE - from);
	put_from(c, field, VALUE_TEXT, from);
}

void put_typed(struct collector *c, enum field field, struct text typed,
	       struct text directory)
{
	size_t from = c->used;

	if (typed.size == 0)
		return;
	if (directory.size == 0 || typed.at[0] == '/') {
		put_text(c, field, typed);
		return;
	}
	if (typed.size + directory.size + 2 > COLLECTOR_BYTES_SIZE - from) {
		c->sensed.event.dropped++;
		return;
	}
	c->used += record_path(directory, c->bytes + from, COLLECTOR_BYTES_SIZE - from);
	if (text_starts(typed, TEXT("./")))
		typed = text_part(typed, 2, typed.size);
	c->bytes[c->used++] = '/';
	memcpy(c->bytes + c->used, typed.at, typed.size);
	c->used += typed.size;
	put_from(c, field, VALUE_TEXT, from);
}
