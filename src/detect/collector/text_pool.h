/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of any length in a fixed amount of memory. */
#pragma once

#include "base/auto.h"
#include "base/text.h"

struct text_pool;

/* A text in a pool; zeroes: the empty text. */
struct pooled {
	uint32_t first; /* block, from 1 */
	uint32_t size;  /* bytes */
};

/*
 * A pool of ${size} bytes, with what it needs to keep order taken from them.  All of it is
 * resident from the start.  NULL: no memory.
 */
struct text_pool *text_pool_create(size_t size) MUST_USE;
void text_pool_free(struct text_pool *pool);

/* Make every page of ${memory} resident now: what is used later must not look like growth. */
void text_pool_touch(void *memory, size_t size);

/* Keep a copy of ${text}; -ENOSPC where there is no room: then nothing is kept. */
int text_pool_keep(struct text_pool *pool, struct text text, struct pooled *out) MUST_USE;

/* Give the room back; ${*text} becomes the empty text. */
void text_pool_drop(struct text_pool *pool, struct pooled *text);

/* Copy at most ${room} bytes of the text to ${out}; returns how many. */
size_t text_pool_copy(const struct text_pool *pool, struct pooled text, char *out,
		      size_t room);
