/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a JSON text without its escapes, and back. */
#pragma once

#include "base/buffer.h"

/*
 * json_unescape(from, to):
 * Write the inside of a JSON text to ${to} with every escape replaced, and return its size.
 * ${from} is behind the opening quote; a closing one that no backslash escapes must follow,
 * JSON_PADDING readable bytes behind it, and ${to} have room for as many bytes as stand between
 * the quotes, and JSON_PADDING more.  They may not overlap.  The text has been checked: escapes
 * that JSON does not know, and control bytes, end it.
 */
size_t json_unescape(const char *from, char *to);

/* The value of four hex digits, or -1; it ends at the first byte that is none. */
long json_hex4(const char *at);

/*
 * json_quote(out, text):
 * Append ${text} as a JSON text with its quotes.  Control characters are escaped, and bytes that
 * are not UTF-8 become U+FFFD each, so that the result is always valid JSON.
 */
void json_quote(struct buffer *out, struct text text);

/*
 * json_minify(out, json):
 * Append ${json}, which must have been parsed without fault, on one line: without the white
 * space between its values.
 */
void json_minify(struct buffer *out, struct text json);
