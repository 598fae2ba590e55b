/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of any length in a fixed amount of memory. */
#pragma once

#include "base/auto.h"
#include "base/text.h"

struct pool;

/* A text in a pool; zeroes: the empty text. */
struct pool_text {
	uint32_t first; /* block, from 1 */
	uint32_t size;  /* bytes */
};

/* A pool of ${size} bytes, with what it needs to keep order taken from them.  NULL: no memory. */
struct pool *pool_create(size_t size) MUST_USE;
void pool_free(struct pool *pool);

/* Keep a copy of ${text}; -ENOSPC where there is no room: then nothing is kept. */
int pool_keep(struct pool *pool, struct text text, struct pool_text *out) MUST_USE;

/* Give the room back; ${*text} becomes the empty text. */
void pool_drop(struct pool *pool, struct pool_text *text);

/* Copy at most ${room} bytes of the text to ${out}; returns how many. */
size_t pool_copy(const struct pool *pool, struct pool_text text, char *out, size_t room);
