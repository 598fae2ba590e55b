// SPDX-License-Identifier: Apache-2.0
// A block's events, compressed with zstd in memory got beforehand.
#define ZSTD_STATIC_LINKING_ONLY /* contexts in memory of our own */
#include "detect/recorder/pressed.h"

#include "detect/recorder/code.h"

#include <zstd.h>

#define LEVEL 1 /* docs/modules/recorder.md has what others cost and give */

struct pressed {
	ZSTD_CCtx *writer;
	ZSTD_DCtx *reader;
	_Alignas(16) char memory[];
};

struct pressed *pressed_create(bool writes)
{
	/* For no more than a block at a time, whose size is known. */
	ZSTD_compressionParameters parameters = ZSTD_getCParams(LEVEL, CODE_RAW_MAX, 0);
	size_t size = writes ? ZSTD_estimateCCtxSize_usingCParams(parameters)
			     : ZSTD_estimateDCtxSize();
	struct pressed *pressed;

	/* The estimate is for the parameters of this size; smaller blocks may ask for others. */
	if (writes && ZSTD_estimateCCtxSize(LEVEL) > size)
		size = ZSTD_estimateCCtxSize(LEVEL);
	pressed = calloc(1, sizeof(*pressed) + size);
	if (!pressed)
		return NULL;
	if (writes)
		pressed->writer = ZSTD_initStaticCCtx(pressed->memory, size);
	else
		pressed->reader = ZSTD_initStaticDCtx(pressed->memory, size);
	if (!pressed->writer && !pressed->reader) {
		free(pressed);
		return NULL;
	}
	return pressed;
}

void pressed_free(struct pressed *pressed)
{
	free(pressed);
}

size_t pressed_bound(size_t raw_size)
{
	return ZSTD_COMPRESSBOUND(raw_size);
}

size_t pressed_write(struct pressed *pressed, struct text raw, char *out, size_t room)
{
	size_t size =
		ZSTD_compressCCtx(pressed->writer, out, room, raw.at, raw.size, LEVEL);

	return ZSTD_isError(size) ? 0 : size;
}

bool pressed_read(struct pressed *pressed, struct text payload, char *out,
		  size_t raw_size)
{
	size_t size = ZSTD_decompressDCtx(pressed->reader, out, raw_size, payload.at,
					  payload.size);

	return !ZSTD_isError(size) && size == raw_size;
}
