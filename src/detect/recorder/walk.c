// SPDX-License-Identifier: Apache-2.0
// From block to block through a segment, whatever its bytes are.
#include "detect/recorder/walk.h"

#include "detect/recorder/code.h"
#include "format/crc32.h"

#include <errno.h>

/* The largest block whole, so that no block needs more than one window. */
#define WINDOW_SIZE (CODE_PAYLOAD_MAX + 4096)

int walk_init(struct walk *walk, walk_read *read, void *user)
{
	*walk = (struct walk){ .read = read, .user = user };
	walk->window = malloc(WINDOW_SIZE);
	return walk->window ? 0 : -ENOMEM;
}

void walk_done(struct walk *walk)
{
	free(walk->window);
	walk->window = NULL;
}

/* Bring the bytes from ${at} into the window. */
static void look(struct walk *walk, uint64_t at)
{
	size_t want = WINDOW_SIZE;
	ssize_t got;

	if (want > walk->size - at)
		want = (size_t)(walk->size - at);
	got = walk->read(walk->user, walk->number, walk->window, want, at);
	walk->window_at = at;
	walk->window_size = got > 0 ? (size_t)got : 0;
}

static bool has(const struct walk *walk, uint64_t at, size_t size)
{
	return at >= walk->window_at && at - walk->window_at <= walk->window_size &&
	       size <= walk->window_size - (size_t)(at - walk->window_at);
}

/* The ${size} bytes at ${at} in the window; NULL where the file has not as many. */
static const char *bytes_at(struct walk *walk, uint64_t at, size_t size)
{
	if (at > walk->size || size > walk->size - at)
		return NULL;
	if (!has(walk, at, size))
		look(walk, at);
	return has(walk, at, size) ? walk->window + (at - walk->window_at) : NULL;
}

bool walk_begin(struct walk *walk, unsigned number, uint64_t size)
{
	struct text bytes;

	walk->number = number;
	walk->size = size;
	walk->used = walk->damaged = 0;
	walk->in_damage = false;
	look(walk, 0);
	bytes = (struct text){ .at = walk->window, .size = walk->window_size };
	if (!segment_head_read(bytes, &walk->head, walk->fields))
		return false;
	walk->at = walk->used = walk->head.size;
	return true;
}

/* The block at walk->at, if there is a good one. */
static bool read_block(struct walk *walk, struct block_head *head, struct text *payload)
{
	const char *at = bytes_at(walk, walk->at, sizeof(*head));

	if (!at)
		return false;
	memcpy(head, at, sizeof(*head));
	if (!block_head_is_good(head, walk->head.id))
		return false;
	at = bytes_at(walk, walk->at, sizeof(*head) + head->payload_size);
	if (!at)
		return false;
	*payload = (struct text){ .at = at + sizeof(*head), .size = head->payload_size };
	return crc32_of((const uint8_t *)payload->at, payload->size, 0) ==
	       head->payload_checksum;
}

static bool is_empty(const char *at, size_t size)
{
	return at[0] == '\0' && memcmp(at, at + 1, size - 1) == 0;
}

/*
 * Pass over what is no block, to the next place where one could stand.  A torn block's own word
 * on its size is not taken: where a writer was started again, the next one may stand within.
 */
static bool pass_over(struct walk *walk)
{
	const char *at = bytes_at(walk, walk->at, SEGMENT_ALIGN);

	if (!at)
		return false;
	if (!is_empty(at, SEGMENT_ALIGN)) {
		walk->damaged += !walk->in_damage;
		walk->in_damage = true;
		walk->used = walk->at + SEGMENT_ALIGN;
	}
	walk->at += SEGMENT_ALIGN;
	return true;
}

static bool may_begin(struct walk *walk)
{
	const char *at = bytes_at(walk, walk->at, sizeof(struct block_head));
	const uint32_t magic = BLOCK_MAGIC;

	return at && memcmp(at, &magic, sizeof(magic)) == 0;
}

bool walk_next(struct walk *walk, struct block_head *head, struct text *payload)
{
	/* What was empty may have been written since: look again. */
	if (!may_begin(walk) && walk->at <= walk->size)
		look(walk, walk->at);
	for (;;) {
		if (may_begin(walk) && read_block(walk, head, payload)) {
			walk->at += block_size(head);
			walk->used = walk->at;
			walk->in_damage = false;
			return true;
		}
		if (!pass_over(walk))
			return false;
	}
}
