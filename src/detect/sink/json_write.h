/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes from outside as JSON text. */
#pragma once

#include "base/buffer.h"

/* Append ${text} in quotes, escaped; a byte that is not UTF-8 becomes U+FFFD. */
void json_write_text(struct buffer *out, struct text text);

/* Append "name": (a comma before it unless ${out} ends with an opening bracket). */
void json_write_name(struct buffer *out, struct text name);

/* Name and value of a member; an empty text is left out. */
void json_write_member(struct buffer *out, const char *name, struct text text);
void json_write_count(struct buffer *out, const char *name, uint64_t count);

/* Open an object as a member, or (NULL) as it stands; close it. */
void json_write_open(struct buffer *out, const char *name);
void json_write_close(struct buffer *out);
