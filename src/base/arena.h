/* SPDX-License-Identifier: Apache-2.0 */
/* Many small allocations that die together. */
#pragma once

#include "base/auto.h"
#include "base/text.h"

struct arena;

/*
 * arena_create(limit):
 * An arena that hands out at most ${limit} bytes in all.  NULL where memory is out.
 */
struct arena *arena_create(size_t limit) MUST_USE;

/* Free the arena and all that came out of it.  Accepts NULL. */
void arena_free(struct arena *arena);

/*
 * arena_alloc(arena, size):
 * ${size} zeroed bytes aligned to 16, valid until arena_free; NULL where memory is out or
 * the limit reached.
 */
void *arena_alloc(struct arena *arena, size_t size) MUST_USE;

/* ${count} zeroed elements of ${size} bytes; a product that would wrap gives NULL. */
void *arena_array(struct arena *arena, size_t count, size_t size) MUST_USE;

/* A NUL-terminated copy of ${text} (the NUL is not counted in the copy's size). */
int arena_copy(struct arena *arena, struct text text, struct text *out) MUST_USE;

/* A moment in the arena's life. */
struct arena_mark {
	void *newest;
	size_t used, handed_out;
};

struct arena_mark arena_mark(const struct arena *arena);

/* Take back all that was handed out after ${mark}; earlier allocations stay as they are. */
void arena_rewind(struct arena *arena, struct arena_mark mark);

/* Bytes handed out after ${mark}, padding included. */
size_t arena_since(const struct arena *arena, struct arena_mark mark);

static inline void auto_arena(struct arena **arena)
{
	arena_free(*arena);
}
