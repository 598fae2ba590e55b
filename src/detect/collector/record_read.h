/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a record, every size checked. */
#pragma once

#include "base/text.h"
#include "detect/kernel/record.h"

struct record_parts {
	struct record head;
	struct record_exec exec;         /* RECORD_EXEC, RECORD_CENSUS */
	struct text texts[RECORD_TEXTS]; /* the same; inside the record */
	struct text name;                /* RECORD_USER, RECORD_GROUP, RECORD_HOST */
};

enum record_result { RECORD_READ, RECORD_MALFORMED, RECORD_UNKNOWN };

/* The head of ${record}, its size and kind checked. */
enum record_result record_head(struct text record, struct record *out);

/*
 * record_take(record, fixed, fixed_size, text_size, limits, count, texts):
 * Take a record apart that is a struct of ${fixed_size} bytes and then ${count} texts: the
 * struct is copied to ${fixed}, in which ${text_size} lies with the sizes of the texts.  None may
 * exceed its limit.  The ${texts} are inside of ${record}.
 */
enum record_result record_take(struct text record, void *fixed, size_t fixed_size,
			       const uint32_t *text_size, const uint32_t *limits,
			       unsigned count, struct text *texts);

/* Take ${record} of a process, or of a census, apart.  ${out} is valid as long as its bytes are. */
enum record_result record_read(struct text record, struct record_parts *out);

/*
 * record_path(components, out, room):
 * Write a path whose components stand in reverse ("c\0b\0a\0" -> "/a/b/c"; none -> "/").  What does
 * not fit is cut at the front.  Returns the size, at most ${room}.
 */
size_t record_path(struct text components, char *out, size_t room);
