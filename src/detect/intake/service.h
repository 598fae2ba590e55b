/* SPDX-License-Identifier: Apache-2.0 */
/* Which of Sigma's services a program writes for. */
#pragma once

#include "base/text.h"

#define SERVICE_CACHE      64 /* a power of two */
#define SERVICE_CACHED_MAX 16 /* bytes of a name that is remembered */

/* Programs seen of late; zeroes are none. */
struct service_cache {
	struct {
		char program[SERVICE_CACHED_MAX];
		uint8_t size;
		struct text source; /* size 0: what its facility says */
	} seen[SERVICE_CACHE];
};

/*
 * service_source(cache, program, facility):
 * The source of what ${program} logs under ${facility}, a number as text; either may be empty.  The
 * name may have a path, parentheses, or capitals.  Lives as long as the program.
 */
struct text service_source(struct service_cache *cache, struct text program,
			   struct text facility);
