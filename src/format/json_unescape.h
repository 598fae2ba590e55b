/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a JSON text without its escapes, and back. */
#pragma once

#include "base/buffer.h"

/*
 * json_unescape(from, to, written, wrong):
 * Write the inside of a JSON text to ${to} with every escape replaced, and its size to
 * ${*written}.  ${from} is behind the opening quote; a closing one that no backslash escapes must
 * follow, JSON_PADDING readable bytes behind it, and ${to} have room for as many bytes as
 * stand between the quotes, and JSON_PADDING more.  They may not overlap.  Returns NULL, or
 * what was expected, with its place (an offset from ${from}) in ${*wrong}.
 */
const char *json_unescape(const char *from, char *to, size_t *written, size_t *wrong);

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
