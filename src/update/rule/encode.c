// SPDX-License-Identifier: Apache-2.0
// The encodings that modifiers put texts into: UTF-16 and Base64.
#include "update/rule/encode.h"

#include <errno.h>

#include "base/fold.h"

static size_t put_unit(char *out, uint32_t unit, enum utf16_form form)
{
	char low = (char)(unit & 0xff), high = (char)(unit >> 8);

	out[0] = form == UTF16_BE ? high : low;
	out[1] = form == UTF16_BE ? low : high;
	return 2;
}

int encode_utf16(struct text text, enum utf16_form form, struct arena *arena,
		 struct text *out)
{
	/* Two bytes for each of ASCII; no character has more units than bytes. */
	char *bytes = arena_alloc(arena, text.size * 2 + 2);
	size_t size = 0, step;
	uint32_t point;

	if (!bytes)
		return -ENOMEM;
	if (form == UTF16_BOM)
		size += put_unit(bytes, 0xfeff, form);
	for (size_t at = 0; at < text.size; at += step) {
		step = utf8_read(text.at + at, text.size - at, &point);
		if (point > 0xffff) {
			point -= 0x10000;
			size += put_unit(bytes + size, 0xd800 + (point >> 10), form);
			point = 0xdc00 + (point & 0x3ff);
		}
		size += put_unit(bytes + size, point, form);
	}
	*out = (struct text){ .at = bytes, .size = size };
	return 0;
}

/* The Base64 of ${bytes} behind ${skip} zero bytes. */
static int base64_behind(struct text bytes, size_t skip, struct arena *arena,
			 struct text *out)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789+/";
	size_t all = skip + bytes.size, size = 0;
	char *text = arena_alloc(arena, (all + 2) / 3 * 4 + 1);

	if (!text)
		return -ENOMEM;
	for (size_t at = 0; at < all; at += 3) {
		uint32_t group = 0;

		for (size_t i = at; i < at + 3; i++) {
			bool given = i >= skip && i < all;

			group = group << 8 |
				(given ? (unsigned char)bytes.at[i - skip] : 0u);
		}
		text[size++] = digits[group >> 18];
		text[size++] = digits[group >> 12 & 63];
		text[size++] = at + 1 < all ? digits[group >> 6 & 63] : '=';
		text[size++] = at + 2 < all ? digits[group & 63] : '=';
	}
	*out = (struct text){ .at = text, .size = size };
	return 0;
}

int encode_base64(struct text bytes, struct arena *arena, struct text *out)
{
	return base64_behind(bytes, 0, arena, out);
}

int encode_base64_offsets(struct text bytes, struct arena *arena, struct text out[3])
{
	static const size_t front[3] = { 0, 2, 3 };
	static const size_t back[3] = { 0, 3, 2 };
	int r;

	for (size_t i = 0; i < 3; i++) {
		size_t cut = front[i] + back[(bytes.size + i) % 3];
		struct text whole = { 0 };

		r = base64_behind(bytes, i, arena, &whole);
		if (r)
			return r;
		out[i] = text_part(whole, front[i],
				   whole.size > cut ? whole.size - cut : 0);
	}
	return 0;
}
