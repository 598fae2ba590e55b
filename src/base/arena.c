// SPDX-License-Identifier: Apache-2.0
// Many small allocations that die together.
#include "base/arena.h"

#include <errno.h>

#define ARENA_BLOCK 65536

struct block {
	struct block *next;
	size_t used, capacity;
	_Alignas(16) char bytes[];
};

struct arena {
	struct block *newest;
	size_t handed_out, limit;
};

struct arena *arena_create(size_t limit)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (arena)
		arena->limit = limit;
	return arena;
}

void arena_free(struct arena *arena)
{
	if (!arena)
		return;
	for (struct block *block = arena->newest, *next; block; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
}

void *arena_alloc(struct arena *arena, size_t size)
{
	struct block *block = arena->newest;
	size_t padded, capacity;
	void *place;

	if (size > SIZE_MAX - 15)
		return NULL;
	padded = size ? (size + 15) & ~(size_t)15 : 16;
	if (padded > arena->limit - arena->handed_out)
		return NULL;
	if (!block || padded > block->capacity - block->used) {
		capacity = padded > ARENA_BLOCK ? padded : ARENA_BLOCK;
		block = calloc(1, sizeof(*block) + capacity);
		if (!block)
			return NULL;
		block->capacity = capacity;
		block->next = arena->newest;
		arena->newest = block;
	}
	place = block->bytes + block->used;
	block->used += padded;
	arena->handed_out += padded;
	return place;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
	size_t all;

	if (__builtin_mul_overflow(count, size, &all))
		return NULL;
	return arena_alloc(arena, all);
}

int arena_copy(struct arena *arena, struct text text, struct text *out)
{
	char *copy;

	if (text.size == SIZE_MAX)
		return -ENOMEM;
	copy = arena_alloc(arena, text.size + 1);
	if (!copy)
		return -ENOMEM;
	if (text.size)
		memcpy(copy, text.at, text.size);
	*out = (struct text){ .at = copy, .size = text.size };
	return 0;
}

struct arena_mark arena_mark(const struct arena *arena)
{
	return (struct arena_mark){ .newest = arena->newest,
				    .used = arena->newest ? arena->newest->used : 0,
				    .handed_out = arena->handed_out };
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
	struct block *block = arena->newest, *next;

	for (; block != mark.newest; block = next) {
		next = block->next;
		free(block);
	}
	arena->newest = block;
	/* What is handed out again has to be zeroes again. */
	if (block) {
		memset(block->bytes + mark.used, 0, block->used - mark.used);
		block->used = mark.used;
	}
	arena->handed_out = mark.handed_out;
}

size_t arena_since(const struct arena *arena, struct arena_mark mark)
{
	return arena->handed_out - mark.handed_out;
}
