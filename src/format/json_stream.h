/* SPDX-License-Identifier: Apache-2.0 */
/* A stream of JSON documents: one a line, over many lines, or the elements of one array. */
#pragma once

#include "base/why.h"
#include "format/json.h"
#include "format/window.h"

struct json_stream;

enum json_stream_result {
	JSON_STREAM_END,      /* the input is over */
	JSON_STREAM_DOCUMENT, /* here is the next one */
	JSON_STREAM_BAD, /* something there is no JSON; the stream goes on behind it */
};

/* 0 or -ENOMEM. */
int json_stream_create(struct json_stream **out) MUST_USE;
void json_stream_free(struct json_stream *stream);

/* Begin with an input; what was left of the one before is forgotten. */
void json_stream_start(struct json_stream *stream, window_read *read, void *user);

/* A place in an input where a line begins, and no document is under way. */
struct json_stream_place {
	uint64_t line, offset;
	bool in_array; /* inside the array that is around all documents */
};

/* Begin with what an input has from ${place} on; 0 is where all begins. */
void json_stream_resume(struct json_stream *stream, const struct json_stream_place *place,
			window_read *read, void *user);

/*
 * json_stream_rests(stream, in_array):
 * Only ${read} may ask: is it called between two documents, in the array around them or not as
 * ${in_array} says?  If it says so where a line begins, and the input ended there, what is behind
 * could be read on its own by json_stream_resume: the same documents would come, and the same
 * faults.
 */
bool json_stream_rests(const struct json_stream *stream, bool in_array);

/*
 * json_stream_next(stream, why):
 * Go to the next document.  Returns an enum json_stream_result, or negative errno where the
 * input can't be read.  For BAD ${why} has line, column and reason; the stream then goes on
 * with the next line or, inside a document of many lines, with the next line that could begin
 * one like it.  A document beyond a limit of format/json.h is BAD, too.
 */
int json_stream_next(struct json_stream *stream, struct why *why) MUST_USE;

/* The document; it and its bytes are valid until the next call of next or start. */
const struct json_document *json_stream_document(const struct json_stream *stream);

/* Where it begins: the line, from 1, and the offset in bytes. */
uint64_t json_stream_line(const struct json_stream *stream);
uint64_t json_stream_offset(const struct json_stream *stream);
