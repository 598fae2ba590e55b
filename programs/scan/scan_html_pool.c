// SPDX-License-Identifier: Apache-2.0
// The texts of a page, each once, as members of one JSON array.
#include "scan_html_pool.h"

#define XXH_INLINE_ALL
#include <errno.h>
#include <sys/random.h>
#include <xxhash.h>

#include "format/json_unescape.h"

#define WORK_SIZE_MAX (256u << 20)

void scan_html_pool_init(struct scan_html_pool *pool, size_t limit)
{
	*pool = (struct scan_html_pool){ .count = 0 };
	buffer_init(&pool->json, limit);
	buffer_init(&pool->quoted, WORK_SIZE_MAX);
	buffer_init(&pool->escaped, WORK_SIZE_MAX);
	/* Who writes the logs must not choose which texts share a slot. */
	if (getrandom(&pool->seed, sizeof(pool->seed), GRND_NONBLOCK) < 0)
		pool->seed = (uintptr_t)pool;
}

void scan_html_pool_done(struct scan_html_pool *pool)
{
	buffer_done(&pool->json);
	buffer_done(&pool->quoted);
	buffer_done(&pool->escaped);
	free(pool->members);
	free(pool->slots);
	pool->members = NULL;
	pool->slots = NULL;
	pool->count = pool->capacity = pool->mask = 0;
}

static const char *escape_of(char c)
{
	return c == '<' ? "\\u003c" : c == '>' ? "\\u003e" : c == '&' ? "\\u0026" : NULL;
}

void scan_html_escape(struct buffer *out, struct text json)
{
	size_t plain = 0;

	for (size_t i = 0; i < json.size; i++) {
		const char *escape = escape_of(json.at[i]);

		if (!escape)
			continue;
		buffer_text(out, text_part(json, plain, i - plain));
		buffer_string(out, escape);
		plain = i + 1;
	}
	buffer_text(out, text_part(json, plain, SIZE_MAX));
}

static struct text member_of(const struct scan_html_pool *pool, uint32_t number)
{
	const struct scan_html_member *member = &pool->members[number];

	return (struct text){ .at = pool->json.at + member->at, .size = member->size };
}

static void place(struct scan_html_pool *pool, uint32_t number)
{
	uint32_t slot = pool->members[number].hash & pool->mask;

	while (pool->slots[slot])
		slot = (slot + 1) & pool->mask;
	pool->slots[slot] = number + 1;
}

/* See to it that one more fits: half of the slots stay free. */
static int grow(struct scan_html_pool *pool)
{
	uint32_t capacity = pool->capacity ? 2 * pool->capacity : 1024;
	struct scan_html_member *members;
	uint32_t *slots;

	if (pool->count < pool->capacity)
		return 0;
	if (pool->count == SCAN_HTML_MEMBERS_MAX)
		return -E2BIG;
	members = realloc(pool->members, capacity * sizeof(*members));
	if (!members)
		return -ENOMEM;
	pool->members = members;
	slots = calloc((size_t)2 * capacity, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(pool->slots);
	pool->slots = slots;
	pool->capacity = capacity;
	pool->mask = 2 * capacity - 1;
	for (uint32_t i = 0; i < pool->count; i++)
		place(pool, i);
	return 0;
}

static bool find(const struct scan_html_pool *pool, struct text json, uint32_t hash,
		 uint32_t *number)
{
	if (!pool->slots)
		return false;
	for (uint32_t slot = hash & pool->mask; pool->slots[slot];
	     slot = (slot + 1) & pool->mask) {
		uint32_t known = pool->slots[slot] - 1;

		if (pool->members[known].hash == hash &&
		    text_is(member_of(pool, known), json)) {
			*number = known;
			return true;
		}
	}
	return false;
}

int scan_html_pool_json(struct scan_html_pool *pool, struct text json, uint32_t *number)
{
	uint32_t hash = (uint32_t)XXH3_64bits_withSeed(json.at, json.size, pool->seed);
	int r;

	if (find(pool, json, hash, number))
		return 0;
	r = grow(pool);
	r = r ? r : buffer_need(&pool->json, json.size + 1);
	if (r)
		return r;
	if (pool->count)
		buffer_char(&pool->json, ',');
	pool->members[pool->count] = (struct scan_html_member){
		.at = (uint32_t)pool->json.size, .size = (uint32_t)json.size, .hash = hash
	};
	buffer_text(&pool->json, json);
	place(pool, pool->count);
	*number = pool->count++;
	return 0;
}

static bool needs_escape(struct text text)
{
	bool needs = false;

	for (size_t i = 0; i < text.size; i++)
		needs |= text.at[i] == '<' || text.at[i] == '>' || text.at[i] == '&';
	return needs;
}

int scan_html_pool_text(struct scan_html_pool *pool, struct text text, uint32_t *number)
{
	buffer_clear(&pool->quoted);
	buffer_clear(&pool->escaped);
	json_quote(&pool->quoted, text);
	if (!needs_escape(text) && !pool->quoted.failed)
		return scan_html_pool_json(pool, buffer_view(&pool->quoted), number);
	scan_html_escape(&pool->escaped, buffer_view(&pool->quoted));
	if (pool->quoted.failed || pool->escaped.failed)
		return -E2BIG;
	return scan_html_pool_json(pool, buffer_view(&pool->escaped), number);
}
