// SPDX-License-Identifier: Apache-2.0
// Bytes from outside as JSON text.
#include "detect/sink/json_write.h"

/*
 * The size of the UTF-8 character at ${at}, or 0 where the bytes are none: overlong forms,
 * surrogates and what is beyond U+10FFFF included (RFC 3629).
 */
static size_t utf8_size(const uint8_t *at, size_t left)
{
	uint8_t low = 0x80, high = 0xbf;
	size_t size;

	if (at[0] < 0x80)
		return 1;
	if (at[0] < 0xc2 || at[0] > 0xf4)
		return 0;
	size = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	if (left < size)
		return 0;
	if (at[0] == 0xe0)
		low = 0xa0;
	else if (at[0] == 0xed)
		high = 0x9f;
	else if (at[0] == 0xf0)
		low = 0x90;
	else if (at[0] == 0xf4)
		high = 0x8f;
	if (at[1] < low || at[1] > high)
		return 0;
	for (size_t i = 2; i < size; i++)
		if (at[i] < 0x80 || at[i] > 0xbf)
			return 0;
	return size;
}

static void write_escape(struct buffer *out, uint8_t c)
{
	switch (c) {
	case '\n':
		buffer_string(out, "\\n");
		return;
	case '\t':
		buffer_string(out, "\\t");
		return;
	case '\r':
		buffer_string(out, "\\r");
		return;
	case '"':
		buffer_string(out, "\\\"");
		return;
	case '\\':
		buffer_string(out, "\\\\");
		return;
	default:
		buffer_format(out, "\\u%04x", c);
	}
}

void json_write_text(struct buffer *out, struct text text)
{
	const uint8_t *bytes = (const uint8_t *)text.at;
	size_t plain = 0, i = 0;

	buffer_char(out, '"');
	while (i < text.size) {
		bool escape = bytes[i] < 0x20 || bytes[i] == 0x7f || bytes[i] == '"' ||
			      bytes[i] == '\\';
		size_t size = escape ? 0 : utf8_size(bytes + i, text.size - i);

		if (size) {
			i += size;
			continue;
		}
		buffer_text(out, text_part(text, plain, i - plain));
		if (escape)
			write_escape(out, bytes[i]);
		else
			buffer_string(out, "\xef\xbf\xbd");
		plain = ++i;
	}
	buffer_text(out, text_part(text, plain, i - plain));
	buffer_char(out, '"');
}

void json_write_name(struct buffer *out, struct text name)
{
	char last = out->size ? out->at[out->size - 1] : '{';

	if (last != '{' && last != '[')
		buffer_char(out, ',');
	json_write_text(out, name);
	buffer_char(out, ':');
}

void json_write_member(struct buffer *out, const char *name, struct text text)
{
	if (text.size == 0)
		return;
	json_write_name(out, text_of(name));
	json_write_text(out, text);
}

void json_write_count(struct buffer *out, const char *name, uint64_t count)
{
	json_write_name(out, text_of(name));
	buffer_format(out, "%llu", (unsigned long long)count);
}

void json_write_open(struct buffer *out, const char *name)
{
	if (name)
		json_write_name(out, text_of(name));
	buffer_char(out, '{');
}

void json_write_close(struct buffer *out)
{
	buffer_char(out, '}');
}
