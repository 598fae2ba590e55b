// SPDX-License-Identifier: Apache-2.0
// Events as the bytes of a block: what repeats from one to the next is said once.
#include "detect/recorder/code.h"

#define SOURCE     CODE_FIELDS_MAX /* the source's place among the fields */
#define VARINT_MAX 10              /* bytes */
#define PREFIX_MIN 4               /* bytes in common that are worth saying so */

/* How a value is written, beside its type in the lowest two bits. */
enum code_how {
	HOW_TYPE = 3,
	HOW_CUT = 4,
	HOW_SAME = 8,    /* as the last one of this field: nothing follows */
	HOW_PREFIX = 16, /* what it has in common with that, then the rest */
	HOW_ALL = 31,
};

struct code *code_create(void)
{
	struct code *code = calloc(1, sizeof(*code));

	if (!code)
		return NULL;
	code->raw = malloc(CODE_RAW_MAX);
	code->texts = malloc(CODE_TEXT_MAX);
	if (!code->raw || !code->texts) {
		code_free(code);
		return NULL;
	}
	return code;
}

void code_free(struct code *code)
{
	if (!code)
		return;
	free(code->raw);
	free(code->texts);
	free(code);
}

void code_begin(struct code *code, size_t raw_size)
{
	code->raw_size = raw_size;
	code->raw_at = code->texts_size = 0;
	code->time_ns = 0;
	memset(code->last, 0, sizeof(code->last));
}

/* Writing */

static void put_varint(struct code *code, uint64_t number)
{
	for (; number >= 0x80; number >>= 7)
		code->raw[code->raw_size++] = (char)(number | 0x80);
	code->raw[code->raw_size++] = (char)number;
}

static size_t common(const char *a, const char *b, size_t size)
{
	size_t at = 0;
	uint64_t x, y;

	for (; at + 8 <= size; at += 8) {
		memcpy(&x, a + at, 8);
		memcpy(&y, b + at, 8);
		if (x != y)
			return at + (size_t)__builtin_ctzll(x ^ y) / 8;
	}
	while (at < size && a[at] == b[at])
		at++;
	return at;
}

/* Where the last value of ${field} like the one to come is kept; NULL: nowhere. */
static struct code_value *place(struct code *code, unsigned field)
{
	if (code->repeats[field] == CODE_REPEATS_MAX)
		return NULL;
	return &code->last[field][code->repeats[field]++];
}

static void put_value(struct code *code, unsigned field, unsigned how, struct text text)
{
	struct code_value *last = place(code, field);
	size_t most = last && last->size < text.size ? last->size : text.size;
	size_t prefix = last ? common(code->texts + last->at, text.at, most) : 0;

	if (last && prefix == text.size && last->size == text.size) {
		code->raw[code->raw_size++] = (char)(how | HOW_SAME);
		return;
	}
	if (prefix < PREFIX_MIN)
		prefix = 0;
	code->raw[code->raw_size++] = (char)(how | (prefix ? HOW_PREFIX : 0));
	if (prefix)
		put_varint(code, prefix);
	put_varint(code, text.size - prefix);
	memcpy(code->raw + code->raw_size, text.at + prefix, text.size - prefix);
	code->raw_size += text.size - prefix;
	if (!last)
		return;
	memcpy(code->texts + code->texts_size, text.at, text.size);
	*last = (struct code_value){ .at = (uint32_t)code->texts_size,
				     .size = (uint32_t)text.size };
	code->texts_size += text.size;
}

/* Both ends use as much of texts[], so what fits here fits there. */
static bool fits(const struct code *code, const struct sensed *sensed)
{
	const struct event *event = &sensed->event;
	size_t texts = event->source.size, raw = 8 * VARINT_MAX;

	for (uint32_t i = 0; i < event->count; i++)
		texts += event->values[i].size;
	raw += texts + event->count * (2 + 2 * VARINT_MAX);
	return raw <= CODE_RAW_MAX - code->raw_size &&
	       texts <= CODE_TEXT_MAX - code->texts_size;
}

static uint64_t zigzag(int64_t number)
{
	return (uint64_t)number << 1 ^ (uint64_t)(number >> 63);
}

bool code_write(struct code *code, const struct sensed *sensed)
{
	const struct event *event = &sensed->event;

	if (!fits(code, sensed))
		return false;
	memset(code->repeats, 0, sizeof(code->repeats));
	put_value(code, SOURCE, VALUE_TEXT, event->source.at ? event->source : TEXT(""));
	/* Two's complement all the way: a clock that jumps from end to end wraps back. */
	put_varint(code,
		   zigzag((int64_t)((uint64_t)event->time_ns - (uint64_t)code->time_ns)));
	put_varint(code, event->id == EVENT_ID_NONE ? 0 : (uint64_t)event->id + 1);
	put_varint(code, event->dropped);
	put_varint(code, event->count);
	for (uint32_t i = 0; i < event->count; i++) {
		const struct event_value *value = &event->values[i];
		unsigned how = (value->type & HOW_TYPE) |
			       (value->flags & VALUE_CUT ? HOW_CUT : 0);
		struct text text = event_text(event, value);

		code->raw[code->raw_size++] = (char)sensed->fields[i];
		put_value(code, sensed->fields[i], how, text.at ? text : TEXT(""));
	}
	code->time_ns = event->time_ns;
	return true;
}

/* Reading */

static bool get_byte(struct code *code, unsigned *out)
{
	if (code->raw_at == code->raw_size)
		return false;
	*out = (uint8_t)code->raw[code->raw_at++];
	return true;
}

static bool get_varint(struct code *code, uint64_t most, uint64_t *out)
{
	uint64_t number = 0;
	unsigned byte = 0x80;

	for (unsigned shift = 0; byte & 0x80; shift += 7) {
		if (shift > 63 || !get_byte(code, &byte))
			return false;
		number |= (uint64_t)(byte & 0x7f) << shift;
	}
	*out = number;
	return number <= most;
}

/* Append to texts[]: ${prefix} bytes from ${last} and ${rest} bytes of the block. */
static bool get_text(struct code *code, const struct code_value *last, size_t prefix,
		     size_t rest, struct code_value *out)
{
	char *to = code->texts + code->texts_size;

	if (prefix > last->size || rest > code->raw_size - code->raw_at ||
	    prefix + rest > CODE_TEXT_MAX - code->texts_size)
		return false;
	memcpy(to, code->texts + last->at, prefix);
	memcpy(to + prefix, code->raw + code->raw_at, rest);
	code->raw_at += rest;
	*out = (struct code_value){ .at = (uint32_t)code->texts_size,
				    .size = (uint32_t)(prefix + rest) };
	code->texts_size += prefix + rest;
	return true;
}

static bool get_value(struct code *code, unsigned field, unsigned *how,
		      struct code_value *out)
{
	static const struct code_value none;
	struct code_value *last = place(code, field);
	uint64_t prefix = 0, rest = 0;

	if (!get_byte(code, how) || *how > HOW_ALL)
		return false;
	if (*how & HOW_SAME) {
		if (!last || *how & HOW_PREFIX)
			return false;
		*out = *last;
		return true;
	}
	if (*how & HOW_PREFIX && !get_varint(code, CODE_TEXT_MAX, &prefix))
		return false;
	if (!get_varint(code, CODE_RAW_MAX, &rest) ||
	    !get_text(code, last ? last : &none, prefix, rest, out))
		return false;
	if (last)
		*last = *out;
	return true;
}

static bool get_values(struct code *code, uint32_t count, const uint8_t fields[256],
		       struct sensed *sensed, uint64_t *unknown)
{
	struct event *event = &sensed->event;
	struct code_value text;
	unsigned field, how;

	for (uint32_t i = 0; i < count; i++) {
		struct event_value *value = &event->values[event->count];

		if (!get_byte(code, &field) || field == SOURCE ||
		    !get_value(code, field, &how, &text))
			return false;
		if (fields[field] >= FIELD_COUNT) {
			++*unknown;
			continue;
		}
		sensed->fields[event->count++] = fields[field];
		*value = (struct event_value){ .field = EVENT_FIELD_NONE,
					       .type = how & HOW_TYPE,
					       .flags = how & HOW_CUT ? VALUE_CUT : 0,
					       .at = text.at,
					       .size = text.size };
	}
	return true;
}

enum code_read code_read(struct code *code, const uint8_t fields[256],
			 struct sensed *sensed, uint64_t *unknown)
{
	struct event *event = &sensed->event;
	uint64_t time, id, dropped, count;
	struct code_value source;
	unsigned how;

	if (code->raw_at == code->raw_size)
		return CODE_END;
	memset(code->repeats, 0, sizeof(code->repeats));
	event_clear(event, (struct text){ .at = code->texts });
	if (!get_value(code, SOURCE, &how, &source) ||
	    !get_varint(code, UINT64_MAX, &time) ||
	    !get_varint(code, EVENT_ID_NONE, &id) ||
	    !get_varint(code, UINT32_MAX, &dropped) ||
	    !get_varint(code, EVENT_VALUES_MAX, &count) ||
	    !get_values(code, (uint32_t)count, fields, sensed, unknown))
		return CODE_DAMAGED;
	time = (uint64_t)code->time_ns + (time >> 1 ^ (0 - (time & 1)));
	code->time_ns = event->time_ns = (int64_t)time;
	event->id = id ? (uint32_t)(id - 1) : EVENT_ID_NONE;
	event->dropped = (uint32_t)dropped;
	event->source =
		(struct text){ .at = code->texts + source.at, .size = source.size };
	event->record.size = code->texts_size;
	return CODE_EVENT;
}
