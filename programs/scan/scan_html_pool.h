/* SPDX-License-Identifier: Apache-2.0 */
/* The texts of a page, each once, as members of one JSON array. */
#pragma once

#include "base/buffer.h"

#define SCAN_HTML_MEMBERS_MAX (4u << 20) /* of one pool, however short they are */

/* Make one with scan_html_pool_init. */
struct scan_html_pool {
	struct buffer json;            /* the members, with commas between them */
	struct buffer quoted, escaped; /* the text at hand */
	uint64_t seed;
	struct scan_html_member {
		uint32_t at, size, hash; /* in json */
	} * members;
	uint32_t *slots; /* member + 1; 0 is free */
	uint32_t count, capacity, mask;
};

/* Make ${pool} empty; its JSON may grow to ${limit} bytes, less than 4 GiB. */
void scan_html_pool_init(struct scan_html_pool *pool, size_t limit);
void scan_html_pool_done(struct scan_html_pool *pool);

/*
 * scan_html_pool_text(pool, text, number):
 * The number, from 0, of the member that is ${text}, which is added where there is none: as a
 * JSON text in which no byte is '<', '>' or '&', so that nothing in it can end, or begin,
 * anything of HTML.  Bytes that are not UTF-8 become U+FFFD.  0, -ENOMEM, or -E2BIG at the limit.
 */
int scan_html_pool_text(struct scan_html_pool *pool, struct text text,
			uint32_t *number) MUST_USE;

/* The same for a member that is JSON already, without such bytes. */
int scan_html_pool_json(struct scan_html_pool *pool, struct text json,
			uint32_t *number) MUST_USE;

/* Append ${json}, which is JSON, with '<', '>' and '&' escaped; they stand in texts only. */
void scan_html_escape(struct buffer *out, struct text json);
