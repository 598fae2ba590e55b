/* SPDX-License-Identifier: Apache-2.0 */
/* The encodings that modifiers put texts into: UTF-16 and Base64. */
#pragma once

#include "base/arena.h"

enum utf16_form {
	UTF16_NONE,
	UTF16_LE,
	UTF16_BE,
	UTF16_BOM, /* little-endian behind a byte order mark */
};

/* The bytes of ${text} (UTF-8) in UTF-16.  0 or -ENOMEM. */
int encode_utf16(struct text text, enum utf16_form form, struct arena *arena,
		 struct text *out) MUST_USE;

/* ${bytes} in Base64 (RFC 4648, section 4), padded.  0 or -ENOMEM. */
int encode_base64(struct text bytes, struct arena *arena, struct text *out) MUST_USE;

/*
 * encode_base64_offsets(bytes, arena, out):
 * What of the Base64 of any text with ${bytes} in it depends on them alone, where they begin
 * 0, 1 and 2 bytes into a group of three: the first characters and the last that share bits
 * with neighbours are cut off.  A part may be empty.  0 or -ENOMEM.
 */
int encode_base64_offsets(struct text bytes, struct arena *arena,
			  struct text out[3]) MUST_USE;
