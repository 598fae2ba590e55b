// SPDX-License-Identifier: Apache-2.0
// The flight recorder's past, read again: events out of segments, while others are written.
#include "detect/recorder/recording.h"

#include "detect/recorder/code.h"
#include "detect/recorder/pressed.h"
#include "detect/recorder/walk.h"

#include <errno.h>
#include <sys/stat.h>

struct segment {
	int fd; /* -1: in memory */
	struct text bytes;
	uint64_t size;
	uint64_t number; /* 0: not readable */
};

struct recording {
	struct segment segments[RECORDING_SEGMENTS_MAX]; /* as they were given */
	uint8_t order[RECORDING_SEGMENTS_MAX];           /* by their numbers */
	unsigned count, readable;
	unsigned next; /* in order[] */
	bool in_segment, in_block;
	struct walk walk;
	struct code *code;
	struct pressed *pressed;
	struct block_head block,
		before; /* the one before; number 0 and no events: none */
	bool has_before;
	uint32_t events_left; /* in the block, by its head */
	int64_t since_ns, until_ns;
	uint64_t from_event;           /* by number; older ones are not given */
	uint64_t done;                 /* bytes of the segments that are behind us */
	uint64_t damaged_before;       /* by the walks of these */
	uint16_t numbers[FIELD_COUNT]; /* in the pack */
	uint64_t failed_reads;         /* of segments: the disk's fault, not the bytes' */
	struct recording_counters counters;
	struct sensed sensed;
};

static ssize_t read_segment(void *user, unsigned number, void *to, size_t size,
			    uint64_t at)
{
	struct recording *r = user;
	const struct segment *segment = &r->segments[number];
	struct text part;
	ssize_t got;

	if (segment->fd >= 0) {
		got = pread(segment->fd, to, size, (off_t)at);
		r->failed_reads += got < 0;
		return got < 0 ? -errno : got;
	}
	part = text_part(segment->bytes, (size_t)at, size);
	if (part.size)
		memcpy(to, part.at, part.size);
	return (ssize_t)part.size;
}

/* The size that a segment's file has now.  False where that can't be told. */
static bool find_size(struct segment *segment)
{
	struct stat st;

	if (segment->fd < 0)
		return true; /* in memory, or not there */
	segment->size = 0;
	if (fstat(segment->fd, &st) < 0)
		return false;
	segment->size = st.st_size < 0 ? 0 : (uint64_t)st.st_size;
	return true;
}

/* Which segments there are now, by their numbers. */
static void read_heads(struct recording *r)
{
	r->readable = 0;
	r->counters.segments_damaged = 0;
	for (unsigned i = 0; i < r->count; i++) {
		struct segment *segment = &r->segments[i];
		unsigned at = r->readable;
		bool known = find_size(segment);

		segment->number = 0;
		if (known && segment->size == 0)
			continue;
		if (!known || !walk_begin(&r->walk, i, segment->size)) {
			r->counters.segments_damaged++;
			continue;
		}
		segment->number = r->walk.head.number;
		for (; at && r->segments[r->order[at - 1]].number > segment->number; at--)
			r->order[at] = r->order[at - 1];
		r->order[at] = (uint8_t)i;
		r->readable++;
	}
}

static int create(unsigned count, struct recording **out)
{
	struct recording *r;

	if (count > RECORDING_SEGMENTS_MAX)
		return -EINVAL;
	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->count = count;
	r->since_ns = INT64_MIN;
	r->until_ns = INT64_MAX;
	recording_pack(r, NULL);
	r->code = code_create();
	r->pressed = pressed_create(false);
	if (walk_init(&r->walk, read_segment, r) < 0 || !r->code || !r->pressed) {
		recording_close(r);
		return -ENOMEM;
	}
	*out = r;
	return 0;
}

int recording_open(const int *fds, unsigned count, struct recording **out)
{
	struct recording *recording;
	int r = create(count, &recording);

	if (r)
		return r;
	for (unsigned i = 0; i < count; i++)
		recording->segments[i].fd = fds[i];
	recording_rewind(recording);
	*out = recording;
	return 0;
}

int recording_open_bytes(const struct text *segments, unsigned count,
			 struct recording **out)
{
	struct recording *recording;
	int r = create(count, &recording);

	if (r)
		return r;
	for (unsigned i = 0; i < count; i++)
		recording->segments[i] = (struct segment){ .fd = -1,
							   .bytes = segments[i],
							   .size = segments[i].size };
	recording_rewind(recording);
	*out = recording;
	return 0;
}

void recording_close(struct recording *r)
{
	if (!r)
		return;
	walk_done(&r->walk);
	code_free(r->code);
	pressed_free(r->pressed);
	free(r);
}

void recording_pack(struct recording *r, const struct pack *pack)
{
	for (unsigned i = 0; i < FIELD_COUNT; i++)
		r->numbers[i] = pack ? pack_field(pack, field_info(i)->sigma)
				     : (uint16_t)EVENT_FIELD_NONE;
}

void recording_span(struct recording *r, int64_t since_ns, int64_t until_ns)
{
	r->since_ns = since_ns;
	r->until_ns = until_ns;
}

void recording_rewind(struct recording *r)
{
	r->counters = (struct recording_counters){ 0 };
	r->next = 0;
	r->in_segment = r->in_block = r->has_before = false;
	r->done = r->damaged_before = 0;
	read_heads(r);
}

/* Reading */

/* False after the last segment. */
static bool next_segment(struct recording *r)
{
	while (r->next < r->readable) {
		unsigned i = r->order[r->next++];
		uint64_t failed = r->failed_reads;

		/* One that was begun anew since we looked is the newest now: not its turn. */
		if (!walk_begin(&r->walk, i, r->segments[i].size) ||
		    r->walk.head.number != r->segments[i].number) {
			r->counters.segments_damaged += r->failed_reads > failed;
			r->done += r->segments[i].size;
			continue;
		}
		r->counters.segments++;
		r->in_segment = true;
		return true;
	}
	return false;
}

/* Whether the recorder has begun another segment where this one was being read. */
static bool was_begun_anew(struct recording *r)
{
	struct segment_head head;
	ssize_t got = read_segment(r, r->walk.number, &head, sizeof(head), 0);

	/* What can't be read any more is damage. */
	return got >= 0 && (got != (ssize_t)sizeof(head) || head.id != r->walk.head.id);
}

static void end_segment(struct recording *r)
{
	/* Then what was passed over is no damage, and what follows has no connection to it. */
	if (was_begun_anew(r)) {
		r->walk.damaged = 0;
		r->has_before = false;
	}
	r->damaged_before += r->walk.damaged;
	r->walk.damaged = 0;
	r->done += r->walk.size;
	r->in_segment = false;
}

/* What the head says of what came before it. */
static void compare_with_before(struct recording *r)
{
	const struct block_head *block = &r->block, *before = &r->before;

	r->counters.events_lost += block->lost;
	if (r->has_before) {
		uint64_t expected = before->first_event + before->event_count;

		if (block->first_event > expected)
			r->counters.events_missing += block->first_event - expected;
		/* On the same channel a new process goes on where the old one stopped. */
		if (block->flags & BLOCK_FIRST && !(before->flags & BLOCK_LAST) &&
		    block->channel != before->channel)
			r->counters.breaks++;
	}
	r->before = *block;
	r->has_before = true;
}

static void take_span(struct recording *r)
{
	struct recording_counters *counters = &r->counters;

	if (r->block.event_count == 0)
		return;
	if (!counters->latest_ns || r->block.latest_ns > counters->latest_ns)
		counters->latest_ns = r->block.latest_ns;
	if (!counters->earliest_ns || r->block.earliest_ns < counters->earliest_ns)
		counters->earliest_ns = r->block.earliest_ns;
}

/* Whether some event of the block can be in the span. */
static bool is_wanted(const struct recording *r)
{
	return r->block.event_count &&
	       r->block.first_event + r->block.event_count > r->from_event &&
	       r->block.latest_ns >= r->since_ns && r->block.earliest_ns < r->until_ns;
}

static void damaged_block(struct recording *r)
{
	r->counters.blocks_damaged++;
	r->counters.events_missing += r->events_left;
	r->in_block = false;
}

/* Go to the next block that is wanted.  False after the last one. */
static bool next_block(struct recording *r)
{
	struct text payload;

	for (;;) {
		if (!r->in_segment && !next_segment(r))
			return false;
		if (!walk_next(&r->walk, &r->block, &payload)) {
			end_segment(r);
			continue;
		}
		compare_with_before(r);
		take_span(r);
		r->counters.blocks++;
		r->counters.events += r->block.event_count;
		r->counters.payload_size += payload.size;
		r->counters.raw_size += r->block.raw_size;
		if (!is_wanted(r))
			continue;
		r->events_left = r->block.event_count;
		if (pressed_read(r->pressed, payload, r->code->raw, r->block.raw_size)) {
			code_begin(r->code, r->block.raw_size);
			r->in_block = true;
			return true;
		}
		damaged_block(r);
	}
}

static void number_fields(struct recording *r)
{
	struct event *event = &r->sensed.event;

	for (uint32_t i = 0; i < event->count; i++)
		event->values[i].field = r->numbers[r->sensed.fields[i]];
}

const struct sensed *recording_next(struct recording *r)
{
	struct event *event = &r->sensed.event;

	while (r->in_block || next_block(r)) {
		enum code_read read =
			r->events_left ? code_read(r->code, r->walk.fields, &r->sensed,
						   &r->counters.values_unknown)
				       : CODE_END;

		if (read == CODE_EVENT) {
			uint64_t number = r->block.first_event +
					  (r->block.event_count - r->events_left);

			r->events_left--;
			if (number < r->from_event || event->time_ns < r->since_ns ||
			    event->time_ns >= r->until_ns)
				continue;
			number_fields(r);
			return &r->sensed;
		}
		if (read == CODE_DAMAGED || r->events_left)
			damaged_block(r);
		r->in_block = false;
	}
	return NULL;
}

void recording_counters(const struct recording *r, struct recording_counters *out)
{
	*out = r->counters;
	out->blocks_damaged += r->damaged_before + (r->in_segment ? r->walk.damaged : 0);
}

void recording_progress(const struct recording *r, uint64_t *done, uint64_t *size)
{
	uint64_t all = 0;

	for (unsigned i = 0; i < r->readable; i++)
		all += r->segments[r->order[i]].size;
	*done = r->done + (r->in_segment ? r->walk.at : 0);
	*size = all;
}

void recording_newest(struct recording *r, uint64_t count)
{
	uint64_t end;

	r->from_event = UINT64_MAX;
	recording_rewind(r);
	(void)recording_next(r);
	end = r->has_before ? r->before.first_event + r->before.event_count : 0;
	r->from_event = end > count ? end - count : 0;
	recording_rewind(r);
}
