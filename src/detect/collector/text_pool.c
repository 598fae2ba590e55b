// SPDX-License-Identifier: Apache-2.0
// Texts of any length in a fixed amount of memory.
#include "detect/collector/text_pool.h"

#include <errno.h>

/* Small enough that a path wastes little, large enough that links cost little. */
#define BLOCK_BYTES 60

struct block {
	uint32_t next; /* from 1; 0: the last */
	char bytes[BLOCK_BYTES];
};

struct text_pool {
	uint32_t count, free_count;
	uint32_t free_first; /* list of blocks given back */
	uint32_t fresh;      /* blocks beyond this number were never handed out */
	struct block blocks[];
};

void text_pool_touch(void *memory, size_t size)
{
	volatile char *bytes = memory;

	/* No page is smaller; that it is written is what counts, not what. */
	for (size_t at = 0; at < size; at += 4096)
		bytes[at] = bytes[at];
}

struct text_pool *text_pool_create(size_t size)
{
	size_t count = size / sizeof(struct block);
	struct text_pool *pool;

	if (count > UINT32_MAX / 2)
		return NULL;
	pool = calloc(1, sizeof(*pool) + count * sizeof(struct block));
	if (!pool)
		return NULL;
	text_pool_touch(pool, sizeof(*pool) + count * sizeof(struct block));
	pool->count = pool->free_count = (uint32_t)count;
	return pool;
}

void text_pool_free(struct text_pool *pool)
{
	free(pool);
}

static uint32_t take_block(struct text_pool *pool)
{
	uint32_t number = pool->free_first;

	pool->free_count--;
	if (number) {
		pool->free_first = pool->blocks[number - 1].next;
		return number;
	}
	return ++pool->fresh;
}

int text_pool_keep(struct text_pool *pool, struct text text, struct pooled *out)
{
	struct pooled kept = { .size = (uint32_t)text.size };
	uint32_t *link = &kept.first;

	if (text.size > UINT32_MAX - BLOCK_BYTES ||
	    (text.size + BLOCK_BYTES - 1) / BLOCK_BYTES > pool->free_count)
		return -ENOSPC;
	for (size_t at = 0; at < text.size; at += BLOCK_BYTES) {
		struct text part = text_part(text, at, BLOCK_BYTES);
		uint32_t number = take_block(pool);
		struct block *block = &pool->blocks[number - 1];

		memcpy(block->bytes, part.at, part.size);
		block->next = 0;
		*link = number;
		link = &block->next;
	}
	*out = kept;
	return 0;
}

void text_pool_drop(struct text_pool *pool, struct pooled *text)
{
	uint32_t number = text->first, next;

	for (; number; number = next) {
		struct block *block = &pool->blocks[number - 1];

		next = block->next;
		block->next = pool->free_first;
		pool->free_first = number;
		pool->free_count++;
	}
	*text = (struct pooled){ 0 };
}

size_t text_pool_copy(const struct text_pool *pool, struct pooled text, char *out,
		      size_t room)
{
	size_t left = text.size < room ? text.size : room, done = 0;

	for (uint32_t number = text.first; number && done < left;) {
		const struct block *block = &pool->blocks[number - 1];
		size_t here = left - done < BLOCK_BYTES ? left - done : BLOCK_BYTES;

		memcpy(out + done, block->bytes, here);
		done += here;
		number = block->next;
	}
	return done;
}
