/* SPDX-License-Identifier: Apache-2.0 */
/* For tests and fuzz targets only: bytes in memory that are read as a stream's are. */
#pragma once

#include "base/text.h"

struct testing_stream {
	const char *at;
	size_t size;
	size_t step; /* bytes that a read gives at most */
};

/* All of ${text}, as much at a time as is asked for. */
static inline struct testing_stream testing_stream_of(struct text text)
{
	return (struct testing_stream){ text.at, text.size, SIZE_MAX };
}

/* A window_read: ${user} is a testing_stream, of which the rest is left. */
static inline ssize_t testing_stream_read(void *user, char *at, size_t size)
{
	struct testing_stream *stream = user;

	if (size > stream->size)
		size = stream->size;
	if (size > stream->step)
		size = stream->step;
	if (size)
		memcpy(at, stream->at, size);
	stream->at += size;
	stream->size -= size;
	return (ssize_t)size;
}
