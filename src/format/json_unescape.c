// SPDX-License-Identifier: Apache-2.0
// The inside of a JSON text without its escapes, and back.
#include "format/json_unescape.h"

#include "base/fold.h"
#include "format/json_copy.h"

#define REPLACEMENT 0xfffdu

/* The escapes of one letter; zero: none. */
static const char simple[256] = {
	['"'] = '"',  ['\\'] = '\\', ['/'] = '/',  ['b'] = '\b',
	['f'] = '\f', ['n'] = '\n',  ['r'] = '\r', ['t'] = '\t',
};

long json_hex4(const char *at)
{
	long value = 0;

	for (int i = 0; i < 4; i++) {
		unsigned char c = (unsigned char)at[i];

		value <<= 4;
		if (c >= '0' && c <= '9')
			value |= c - '0';
		else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
			value |= (c | 0x20) - 'a' + 10;
		else
			return -1;
	}
	return value;
}

/* The character of the \\u escape at ${from}: how many bytes it takes, or 0. */
static size_t read_unicode(const char *from, uint32_t *point)
{
	long high = json_hex4(from + 2), low;

	if (high < 0)
		return 0;
	*point = (uint32_t)high;
	if (high < 0xd800 || high > 0xdfff)
		return 6;
	if (high <= 0xdbff && from[6] == '\\' && from[7] == 'u') {
		low = json_hex4(from + 8);
		if (low >= 0xdc00 && low <= 0xdfff) {
			*point = 0x10000u + (((uint32_t)high - 0xd800u) << 10) +
				 ((uint32_t)low - 0xdc00u);
			return 12;
		}
	}
	*point = REPLACEMENT;
	return 6;
}

size_t json_unescape(const char *from, char *to)
{
	const char *start = to;

	for (;;) {
		unsigned stops = json_copy(to, from), run;

		if (!stops) {
			from += JSON_STRIDE;
			to += JSON_STRIDE;
			continue;
		}
		run = (unsigned)__builtin_ctz(stops);
		from += run;
		to += run;
		/* Escapes come in flocks: \r\n\t\t. */
		while (*from == '\\') {
			uint32_t point;
			size_t used;

			if (simple[(unsigned char)from[1]]) {
				*to++ = simple[(unsigned char)from[1]];
				from += 2;
				continue;
			}
			used = from[1] == 'u' ? read_unicode(from, &point) : 0;
			if (!used)
				return (size_t)(to - start);
			to += utf8_write(point, to);
			from += used;
		}
		if (*from == '"' || (unsigned char)*from < 0x20)
			return (size_t)(to - start);
	}
}

static void quote_special(struct buffer *out, const char *at, size_t size)
{
	static const char letters[32] = {
		['\b'] = 'b', ['\f'] = 'f', ['\n'] = 'n', ['\r'] = 'r', ['\t'] = 't'
	};
	unsigned char c = (unsigned char)*at;

	if (c == '"' || c == '\\') {
		buffer_char(out, '\\');
		buffer_char(out, (char)c);
	} else if (c < 0x20 && letters[c]) {
		buffer_char(out, '\\');
		buffer_char(out, letters[c]);
	} else if (c < 0x20 || c == 0x7f) {
		buffer_format(out, "\\u%04x", c);
	} else if (size == 1) {
		buffer_string(out, "\xef\xbf\xbd");
	} else {
		buffer_add(out, at, size);
	}
}

void json_quote(struct buffer *out, struct text text)
{
	size_t done = 0, at = 0;

	buffer_char(out, '"');
	while (at < text.size && !out->failed) {
		unsigned char c = (unsigned char)text.at[at];
		size_t size = 1;
		uint32_t point;

		if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\') {
			at++;
			continue;
		}
		if (c >= 0x80)
			size = utf8_read(text.at + at, text.size - at, &point);
		if (size == 1) {
			buffer_add(out, text.at + done, at - done);
			quote_special(out, text.at + at, 1);
			done = at + 1;
		}
		at += size;
	}
	if (text.size > done)
		buffer_add(out, text.at + done, text.size - done);
	buffer_char(out, '"');
}

void json_minify(struct buffer *out, struct text json)
{
	bool inside = false;
	size_t done = 0;

	if (!memchr(json.at, '\n', json.size) && !memchr(json.at, '\r', json.size)) {
		buffer_text(out, json);
		return;
	}
	for (size_t at = 0; at < json.size; at++) {
		char c = json.at[at];

		if (inside) {
			if (c == '\\')
				at++;
			else if (c == '"')
				inside = false;
		} else if (c == '"') {
			inside = true;
		} else if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
			buffer_add(out, json.at + done, at - done);
			done = at + 1;
		}
	}
	buffer_add(out, json.at + done, json.size - done);
}
