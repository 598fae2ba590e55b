/* SPDX-License-Identifier: Apache-2.0 */
/* Sixty-four bytes of JSON at a time: where quotes, backslashes and control bytes stand. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define JSON_BLOCK 64 /* bytes looked at in one go; one bit each in the masks */

/* Bit 0 is the block's first byte. */
struct json_masks {
	uint64_t quotes;      /* '"' */
	uint64_t backslashes; /* '\\' */
	uint64_t controls;    /* below 0x20: never allowed inside a text */
	uint64_t others;      /* 0x80 and above: not ASCII */
	uint64_t letters;     /* what may stand behind a backslash, but '/' and 'u' */
};

/* The masks of ${count} successive blocks from ${at} on. */
typedef void json_look(const char *at, unsigned count, struct json_masks *out);

/* The twins: plain C, and what this machine does best. */
json_look json_masks_plain;
json_look *json_masks_best(void);

#if defined(__x86_64__)
json_look json_masks_ssse3;
json_look json_masks_avx2; /* only where __builtin_cpu_supports("avx2") */
#endif
