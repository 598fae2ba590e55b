/* SPDX-License-Identifier: Apache-2.0 */
/* The living processes: who each is, in memory that does not grow. */
#pragma once

#include "base/auto.h"

#include <stdbool.h>
#include <stdint.h>

#define LIVES_MAX 49152 /* processes; more are not remembered */

struct life {
	uint32_t pid;      /* 0: nobody's place */
	uint32_t threads;  /* that have not ended */
	uint64_t start_ns; /* CLOCK_BOOTTIME, a whole number of ticks */
	uint64_t parent_start_ns;
	uint64_t
		counted_ns; /* CLOCK_BOOTTIME: what happened to its threads before is known */
	uint32_t parent;
	uint32_t uid, euid, gid, egid;
};

struct lives;

/* NULL: no memory. */
struct lives *lives_create(void) MUST_USE;
void lives_free(struct lives *lives);

/* The process ${pid}, or NULL.  Valid until the next lives_put or lives_remove. */
struct life *lives_find(struct lives *lives, uint32_t pid);

/* Remember ${life} in place of who had its pid before.  NULL where there is no room. */
struct life *lives_put(struct lives *lives, const struct life *life);
void lives_remove(struct lives *lives, uint32_t pid);

/*
 * lives_next(lives, place):
 * Walk over all of them: ${*place} begins at 0.  NULL at the end, with ${*place} 0 again.  Who is
 * removed on the way may make the walk pass over another one; the next walk meets that one.
 */
const struct life *lives_next(const struct lives *lives, uint32_t *place);
uint32_t lives_count(const struct lives *lives);

static inline void auto_lives(struct lives **lives)
{
	lives_free(*lives);
}
