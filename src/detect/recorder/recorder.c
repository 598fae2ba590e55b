// SPDX-License-Identifier: Apache-2.0
// The flight recorder: the last hours of events, compressed, in a ring of segments.
#include "detect/recorder/recorder.h"

#include "detect/recorder/code.h"
#include "detect/recorder/pressed.h"
#include "detect/recorder/walk.h"
#include "format/crc32.h"

#include <errno.h>

#define BLOCK_RAW_SIZE (256u << 10) /* bytes of events with which a block is full */

/* What is in each file of the ring. */
struct slot {
	uint64_t number; /* of its segment; 0: none */
	uint64_t ran_ns; /* of its last block, as far as this process knows */
};

struct recorder {
	struct recorder_disk disk;
	uint64_t segment_size;
	int64_t age_ns;
	struct walk walk;
	struct code *code;
	struct pressed *pressed;
	char *out; /* a block on its way to the disk */
	struct slot slots[RECORDER_SEGMENTS];
	int current; /* the slot that is written; -1: none */
	struct segment_head head;
	uint64_t at; /* in the current segment */
	/* The block that is being filled. */
	struct block_head block;
	int64_t block_since_ns; /* its first event came */
	uint64_t position,
		kept; /* in the channel: of the last event; of the last block */
	bool is_dirty, is_syncing;
	int64_t dirty_since_ns;
	/* Over all starts. */
	uint64_t segments, blocks, events;
	uint64_t ran_before_ns; /* by others, until ${began_ns} */
	int64_t began_ns;
	/* Pausing. */
	int64_t resume_ns, error_wait_ns;
	uint64_t lost_unsaid; /* not yet in a block's head */
	struct recorder_counters counters;
};

static ssize_t read_segment(void *user, unsigned segment, void *to, size_t size,
			    uint64_t at)
{
	const struct recorder *r = user;

	return r->disk.read(r->disk.user, segment, to, size, at);
}

int recorder_create(const struct recorder_limits *limits,
		    const struct recorder_disk *disk, struct recorder **out)
{
	uint64_t size = limits->size ? limits->size : RECORDER_SIZE_DEFAULT;
	struct recorder *r;

	if (size < RECORDER_SIZE_MIN || size > RECORDER_SIZE_MAX || limits->age_ns < 0)
		return -EINVAL;
	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->disk = *disk;
	r->segment_size = size / RECORDER_SEGMENTS & ~(uint64_t)4095;
	r->age_ns = limits->age_ns ? limits->age_ns : RECORDER_AGE_DEFAULT;
	r->current = -1;
	r->code = code_create();
	r->pressed = pressed_create(true);
	r->out = malloc(sizeof(struct block_head) + CODE_PAYLOAD_MAX + SEGMENT_ALIGN);
	if (walk_init(&r->walk, read_segment, r) < 0 || !r->code || !r->pressed ||
	    !r->out) {
		recorder_free(r);
		return -ENOMEM;
	}
	*out = r;
	return 0;
}

void recorder_free(struct recorder *r)
{
	if (!r)
		return;
	walk_done(&r->walk);
	code_free(r->code);
	pressed_free(r->pressed);
	free(r->out);
	free(r);
}

static uint64_t ran_ns(const struct recorder *r, struct recorder_now now)
{
	return r->ran_before_ns + (uint64_t)(now.steady_ns - r->began_ns);
}

static void begin_block(struct recorder *r, uint32_t flags)
{
	code_begin(r->code, 0);
	r->block = (struct block_head){ .flags = flags,
					.channel = r->block.channel,
					.earliest_ns = INT64_MAX,
					.latest_ns = INT64_MIN };
}

/* Pausing: nothing is written before the time comes to try again. */

static void pause_for(struct recorder *r, int error, int64_t wait_ns,
		      struct recorder_now now)
{
	r->counters.error = error;
	r->resume_ns = now.steady_ns + wait_ns;
}

/* The segment can't be trusted to take anything more: what is in it may be read, or not. */
static void give_up_segment(struct recorder *r, int error, struct recorder_now now)
{
	r->current = -1;
	r->is_dirty = false;
	/* Each try costs the oldest segment: a broken disk must not eat the past in seconds. */
	r->error_wait_ns = r->error_wait_ns ? 2 * r->error_wait_ns : RECORDER_ERROR_NS;
	if (r->error_wait_ns > RECORDER_ERROR_MAX_NS)
		r->error_wait_ns = RECORDER_ERROR_MAX_NS;
	pause_for(r, error, r->error_wait_ns, now);
}

static void failed(struct recorder *r, int error, struct recorder_now now)
{
	if (error == ENOSPC || error == EDQUOT)
		pause_for(r, error, RECORDER_FULL_NS, now);
	else
		give_up_segment(r, error, now);
}

static bool is_paused(struct recorder *r, struct recorder_now now)
{
	return r->counters.error && now.steady_ns < r->resume_ns;
}

/* Segments */

/* Begin to sync what is dirty, or see what came of it. */
static void sync_step(struct recorder *r, bool wait, struct recorder_now now)
{
	int error = 0;

	if (!r->is_syncing) {
		error = -r->disk.sync(r->disk.user, (unsigned)r->current);
		r->is_dirty = false;
		r->is_syncing = error == 0;
	}
	if (r->is_syncing)
		error = -r->disk.synced(r->disk.user, wait);
	if (error == EINPROGRESS)
		return;
	r->is_syncing = false;
	/* What the kernel could not write it has forgotten: asking again would say all is well. */
	if (error) {
		r->counters.syncs_failed++;
		give_up_segment(r, error, now);
	} else {
		r->error_wait_ns = 0;
	}
}

static void sync_all(struct recorder *r, struct recorder_now now)
{
	while (r->is_syncing || r->is_dirty)
		sync_step(r, true, now);
}

/* An empty slot, or the one with the oldest segment. */
static unsigned next_slot(const struct recorder *r)
{
	unsigned best = 0;

	for (unsigned i = 1; i < RECORDER_SEGMENTS; i++)
		if (r->slots[i].number < r->slots[best].number)
			best = i;
	return best;
}

/* Files of a recorder that might take more: the oldest go until the rest is within the limit. */
static void trim(struct recorder *r)
{
	uint64_t size[RECORDER_SEGMENTS], all = 0;

	for (unsigned i = 0; i < RECORDER_SEGMENTS; i++) {
		int64_t is = r->disk.size(r->disk.user, i);

		size[i] = is > 0 ? (uint64_t)is : 0;
		all += size[i];
	}
	while (all > r->segment_size * RECORDER_SEGMENTS) {
		int oldest = -1;

		for (int i = 0; i < RECORDER_SEGMENTS; i++)
			if (size[i] && i != r->current &&
			    (oldest < 0 || r->slots[i].number < r->slots[oldest].number))
				oldest = i;
		if (oldest < 0 || r->disk.clear(r->disk.user, (unsigned)oldest, 0) < 0)
			return;
		r->slots[oldest] = (struct slot){ 0 };
		all -= size[oldest];
		size[oldest] = 0;
	}
}

static bool begin_segment(struct recorder *r, struct recorder_now now)
{
	unsigned slot = next_slot(r);
	uint64_t id = 0;
	size_t size;
	ssize_t written;
	int error = -r->disk.random(r->disk.user, &id);

	if (error == 0)
		error = -r->disk.clear(r->disk.user, slot, r->segment_size);
	if (error) {
		/* Nothing is begun, so nothing is given up. */
		pause_for(r, error,
			  error == ENOSPC || error == EDQUOT ? RECORDER_FULL_NS
							     : RECORDER_ERROR_NS,
			  now);
		return false;
	}
	r->head = (struct segment_head){ .id = id,
					 .number = r->segments + 1,
					 .made_ns = now.time_ns,
					 .ran_ns = ran_ns(r, now) };
	size = segment_head_write(&r->head, r->out);
	r->current = (int)slot;
	r->slots[slot] =
		(struct slot){ .number = ++r->segments, .ran_ns = r->head.ran_ns };
	trim(r);
	r->at = size;
	written = r->disk.write(r->disk.user, slot, r->out, size, 0);
	if (written == (ssize_t)size)
		return true;
	give_up_segment(r, written < 0 ? (int)-written : EIO, now);
	return false;
}

static bool is_old(const struct recorder *r, uint64_t since_ns, int64_t age_ns,
		   struct recorder_now now)
{
	return (int64_t)(ran_ns(r, now) - since_ns) > age_ns;
}

/* See to it that a block of ${size} bytes can be written. */
static bool find_place(struct recorder *r, uint64_t size, struct recorder_now now)
{
	if (r->current >= 0 &&
	    (size > r->segment_size - r->at ||
	     is_old(r, r->head.ran_ns, r->age_ns / RECORDER_SEGMENTS, now))) {
		sync_all(r, now);
		r->current = -1;
	}
	/* The sync may just have failed. */
	if (is_paused(r, now))
		return false;
	return r->current >= 0 || begin_segment(r, now);
}

/* Take away what is older than is to be kept.  By running time: no clock that is set decides. */
static void remove_old(struct recorder *r, struct recorder_now now)
{
	for (unsigned i = 0; i < RECORDER_SEGMENTS; i++) {
		struct slot *slot = &r->slots[i];

		if (!slot->number || (int)i == r->current ||
		    !is_old(r, slot->ran_ns, r->age_ns, now))
			continue;
		/* What can't be taken away now is used again when its turn comes. */
		if (r->disk.clear(r->disk.user, i, 0) == 0)
			*slot = (struct slot){ 0 };
	}
}

/* Blocks */

/* The block as bytes in out[]; its size with the padding, or 0 where that can't be. */
static size_t fill_block(struct recorder *r, struct recorder_now now)
{
	struct block_head *block = &r->block;
	char *payload = r->out + sizeof(*block);
	size_t size, whole;

	size = pressed_write(
		r->pressed,
		(struct text){ .at = r->code->raw, .size = r->code->raw_size }, payload,
		CODE_PAYLOAD_MAX);
	if (size == 0)
		return 0;
	if (block->event_count == 0)
		block->earliest_ns = block->latest_ns = 0;
	block->payload_size = (uint32_t)size;
	block->payload_checksum = crc32_of((const uint8_t *)payload, size, 0);
	block->raw_size = (uint32_t)r->code->raw_size;
	block->segment = r->head.id;
	block->number = r->blocks;
	block->first_event = r->events;
	block->ran_ns = ran_ns(r, now);
	block->channel_position = r->position;
	block->lost = r->lost_unsaid;
	block_head_seal(block);
	memcpy(r->out, block, sizeof(*block));
	whole = block_size(block);
	memset(payload + size, 0, whole - sizeof(*block) - size);
	return whole;
}

static bool write_block(struct recorder *r, struct recorder_now now)
{
	/* Not known before it is compressed, and it can't be before its segment is known. */
	const uint64_t most =
		sizeof(r->block) + pressed_bound(r->code->raw_size) + SEGMENT_ALIGN;
	ssize_t written;
	size_t size;

	if (is_paused(r, now) || !find_place(r, most, now))
		return false;
	size = fill_block(r, now);
	if (size == 0)
		return false;
	written = r->disk.write(r->disk.user, (unsigned)r->current, r->out, size, r->at);
	if (written != (ssize_t)size) {
		/* Never write again over what may be there. */
		r->at += written > 0 ? block_size(&r->block) : 0;
		failed(r, written < 0 ? (int)-written : ENOSPC, now);
		return false;
	}
	r->at += size;
	r->slots[r->current].ran_ns = r->block.ran_ns;
	r->blocks++;
	r->events += r->block.event_count;
	r->counters.bytes += size;
	r->counters.error = 0;
	r->lost_unsaid = 0;
	if (!r->is_dirty)
		r->dirty_since_ns = now.steady_ns;
	r->is_dirty = true;
	return true;
}

/* Write the block that is being filled, and begin another. */
static void end_block(struct recorder *r, struct recorder_now now)
{
	bool written = write_block(r, now);

	if (!written)
		recorder_lost(r, r->block.event_count);
	r->kept = r->position;
	/* That a process began here must be said in the first block that can be written. */
	begin_block(r, written ? 0 : r->block.flags);
}

/* The recorder */

/* Go on behind the last block of the newest segment that has one. */
static bool find_end(struct recorder *r, unsigned slot, bool is_newest)
{
	struct block_head block, last = { 0 };
	int64_t size = r->disk.size(r->disk.user, slot);
	struct text payload;

	if (size <= 0 || !walk_begin(&r->walk, slot, (uint64_t)size))
		return false;
	while (walk_next(&r->walk, &block, &payload))
		last = block;
	if (is_newest && (uint64_t)size == r->segment_size &&
	    r->walk.head.schema == field_schema_hash()) {
		r->current = (int)slot;
		r->head = r->walk.head;
		r->at = r->walk.used;
	}
	if (last.magic == 0)
		return false;
	r->blocks = last.number + 1;
	r->events = last.first_event + last.event_count;
	r->ran_before_ns = last.ran_ns;
	r->slots[slot].ran_ns = last.ran_ns;
	if (last.channel == r->block.channel)
		r->position = r->kept = last.channel_position;
	return true;
}

/* What each file has: its number and, until more is known, the time it was made. */
static void read_heads(struct recorder *r)
{
	for (unsigned i = 0; i < RECORDER_SEGMENTS; i++) {
		int64_t size = r->disk.size(r->disk.user, i);

		if (size <= 0 || !walk_begin(&r->walk, i, (uint64_t)size))
			continue;
		r->slots[i].number = r->walk.head.number;
		r->slots[i].ran_ns = r->walk.head.ran_ns;
		if (r->walk.head.number > r->segments)
			r->segments = r->walk.head.number;
	}
}

void recorder_begin(struct recorder *r, uint64_t channel, struct recorder_now now)
{
	uint64_t below = UINT64_MAX;
	bool is_newest = true, found = false;

	r->block.channel = channel;
	r->began_ns = now.steady_ns;
	read_heads(r);
	while (!found) {
		int slot = -1;

		for (unsigned i = 0; i < RECORDER_SEGMENTS; i++)
			if (r->slots[i].number && r->slots[i].number < below &&
			    (slot < 0 || r->slots[i].number > r->slots[slot].number))
				slot = (int)i;
		if (slot < 0)
			break;
		below = r->slots[slot].number;
		found = find_end(r, (unsigned)slot, is_newest);
		is_newest = false;
	}
	trim(r);
	begin_block(r, BLOCK_FIRST);
}

static void add(struct recorder *r, const struct sensed *sensed, uint64_t position,
		struct recorder_now now)
{
	int64_t time_ns = sensed->event.time_ns;

	r->position = position;
	if (r->block.event_count++ == 0)
		r->block_since_ns = now.steady_ns;
	if (time_ns < r->block.earliest_ns)
		r->block.earliest_ns = time_ns;
	if (time_ns > r->block.latest_ns)
		r->block.latest_ns = time_ns;
}

static void lose(struct recorder *r, uint64_t position)
{
	r->position = position;
	recorder_lost(r, 1);
}

void recorder_put(struct recorder *r, const struct sensed *sensed, uint64_t position,
		  struct recorder_now now)
{
	bool fits;

	if (is_paused(r, now)) {
		lose(r, position);
		return;
	}
	fits = code_write(r->code, sensed);
	if (!fits && r->block.event_count) {
		end_block(r, now);
		fits = code_write(r->code, sensed);
	}
	if (!fits) {
		lose(r, position);
		return;
	}
	add(r, sensed, position, now);
	if (r->code->raw_size >= BLOCK_RAW_SIZE)
		end_block(r, now);
}

void recorder_lost(struct recorder *r, uint64_t count)
{
	r->counters.lost += count;
	r->lost_unsaid += count;
}

void recorder_tick(struct recorder *r, struct recorder_now now)
{
	if (r->block.event_count && now.steady_ns - r->block_since_ns >= RECORDER_WAIT_NS)
		end_block(r, now);
	if (r->is_syncing ||
	    (r->is_dirty && now.steady_ns - r->dirty_since_ns >= RECORDER_WAIT_NS))
		sync_step(r, false, now);
	remove_old(r, now);
}

bool recorder_is_idle(const struct recorder *r)
{
	return r->block.event_count == 0 && !r->is_dirty && !r->is_syncing;
}

void recorder_end(struct recorder *r, struct recorder_now now)
{
	r->block.flags |= BLOCK_LAST;
	end_block(r, now);
	sync_all(r, now);
}

uint64_t recorder_position(const struct recorder *r)
{
	return r->block.event_count ? r->kept : r->position;
}

void recorder_counters(const struct recorder *r, struct recorder_counters *out)
{
	*out = r->counters;
	out->events = r->events;
	out->blocks = r->blocks;
}
