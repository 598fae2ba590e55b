// SPDX-License-Identifier: Apache-2.0
// A growing run of bytes with a ceiling given at creation.
#include "base/buffer.h"

#include <errno.h>
#include <stdarg.h>

void buffer_init(struct buffer *buffer, size_t limit)
{
	*buffer = (struct buffer){ .limit = limit };
}

void buffer_done(struct buffer *buffer)
{
	free(buffer->at);
	*buffer = (struct buffer){ .limit = buffer->limit };
}

void buffer_clear(struct buffer *buffer)
{
	buffer->size = 0;
	buffer->failed = false;
}

int buffer_need(struct buffer *buffer, size_t more)
{
	size_t want = buffer->capacity ? buffer->capacity : 256;
	char *grown;

	if (more <= buffer->capacity - buffer->size)
		return 0;
	if (more > buffer->limit || buffer->size > buffer->limit - more) {
		buffer->failed = true;
		return -E2BIG;
	}
	while (want < buffer->size + more)
		want *= 2;
	if (want > buffer->limit)
		want = buffer->limit;
	grown = realloc(buffer->at, want);
	if (!grown) {
		buffer->failed = true;
		return -ENOMEM;
	}
	buffer->at = grown;
	buffer->capacity = want;
	return 0;
}

void buffer_add(struct buffer *buffer, const void *bytes, size_t size)
{
	if (size == 0 || buffer_need(buffer, size) < 0)
		return;
	memcpy(buffer->at + buffer->size, bytes, size);
	buffer->size += size;
}

void buffer_text(struct buffer *buffer, struct text text)
{
	buffer_add(buffer, text.at, text.size);
}

void buffer_string(struct buffer *buffer, const char *string)
{
	buffer_add(buffer, string, strlen(string));
}

void buffer_char(struct buffer *buffer, char c)
{
	buffer_add(buffer, &c, 1);
}

void buffer_format(struct buffer *buffer, const char *format, ...)
{
	va_list arguments, again;
	int size;

	va_start(arguments, format);
	va_copy(again, arguments);
	size = vsnprintf(NULL, 0, format, arguments);
	if (size < 0 || buffer_need(buffer, (size_t)size + 1) < 0) {
		buffer->failed = true;
	} else {
		(void)vsnprintf(buffer->at + buffer->size, (size_t)size + 1, format,
				again);
		buffer->size += (size_t)size;
	}
	va_end(again);
	va_end(arguments);
}
