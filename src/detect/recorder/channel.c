// SPDX-License-Identifier: Apache-2.0
// Events on their way from the sensor to the recorder: shared memory, one writer, one reader.
#include "detect/recorder/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>

#define CHANNEL_MAGIC 0x314e4843u
#define CONTROL_SIZE  4096u

/* The first page of the memory.  Positions count bytes from the beginning of time. */
struct control {
	uint32_t magic, size;
	uint64_t id;
	/* The writer's. */
	_Alignas(64) _Atomic uint64_t head; /* all before it is written */
	_Atomic uint64_t lost;
	/* The reader's. */
	_Alignas(64) _Atomic uint64_t tail; /* all before it may be overwritten */
	uint64_t lost_taken;
	_Atomic uint64_t wake_at; /* ring the bell when the head gets there */
	struct channel_health health;
};

/* One event in the memory: this, values[], fields[], the source, the record. */
struct record {
	uint32_t size; /* all of it; a multiple of 8 */
	uint32_t count, source_size, record_size;
	uint32_t id, dropped;
	int64_t time_ns;
};

struct channel {
	struct control *control;
	char *bytes; /* mapped twice, one behind the other: no event is split */
	int bell;
	uint64_t position; /* the head of the writer, or how far the reader took */
	uint64_t kept;     /* what the reader gave back */
	uint64_t malformed;
	struct sensed sensed; /* the reader's copy, out of the writer's reach */
	char copy[CHANNEL_RECORD_MAX];
};

int channel_make(int *memory, int *bell)
{
	struct control control = { .magic = CHANNEL_MAGIC,
				   .size = CHANNEL_SIZE,
				   .wake_at = UINT64_MAX };
	AUTO(close)
	int fd = memfd_create("windhover-channel", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	AUTO(close) int event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

	if (fd < 0 || event < 0)
		return -errno;
	if (getrandom(&control.id, sizeof(control.id), 0) != sizeof(control.id) ||
	    ftruncate(fd, CONTROL_SIZE + CHANNEL_SIZE) < 0)
		return -errno;
	if (pwrite(fd, &control, sizeof(control), 0) != (ssize_t)sizeof(control))
		return -EIO;
	/* Nobody can take mapped memory away from under the other end. */
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return -errno;
	*memory = TAKE_FD(fd);
	*bell = TAKE_FD(event);
	return 0;
}

static int map(struct channel *channel, int memory)
{
	const int both = PROT_READ | PROT_WRITE;
	char *at = mmap(NULL, 2 * (size_t)CHANNEL_SIZE, PROT_NONE,
			MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *control = mmap(NULL, CONTROL_SIZE, both, MAP_SHARED, memory, 0);

	if (control != MAP_FAILED)
		channel->control = control;
	if (at != MAP_FAILED)
		channel->bytes = at;
	if (control == MAP_FAILED || at == MAP_FAILED)
		return -errno;
	for (int i = 0; i < 2; i++)
		if (mmap(at + i * (size_t)CHANNEL_SIZE, CHANNEL_SIZE, both,
			 MAP_SHARED | MAP_FIXED, memory, CONTROL_SIZE) == MAP_FAILED)
			return -errno;
	return 0;
}

int channel_open(int memory, int bell, struct channel **out)
{
	struct channel *channel;
	struct stat st;
	int r;

	if (fstat(memory, &st) < 0)
		return -errno;
	if (st.st_size != CONTROL_SIZE + CHANNEL_SIZE)
		return -EINVAL;
	channel = calloc(1, sizeof(*channel));
	if (!channel)
		return -ENOMEM;
	channel->bell = bell;
	r = map(channel, memory);
	if (r == 0 && (channel->control->magic != CHANNEL_MAGIC ||
		       channel->control->size != CHANNEL_SIZE))
		r = -EINVAL;
	if (r) {
		channel_close(channel);
		return r;
	}
	/* Memory is got here, not at the first event. */
	channel->position = atomic_load(&channel->control->head);
	*out = channel;
	return 0;
}

void channel_close(struct channel *channel)
{
	if (!channel)
		return;
	if (channel->control)
		(void)munmap(channel->control, CONTROL_SIZE);
	if (channel->bytes)
		(void)munmap(channel->bytes, 2 * (size_t)CHANNEL_SIZE);
	free(channel);
}

uint64_t channel_id(const struct channel *channel)
{
	return channel->control->id;
}

static char *at_position(const struct channel *channel, uint64_t position)
{
	return channel->bytes + (position & (CHANNEL_SIZE - 1));
}

static size_t align(size_t size)
{
	return (size + 7) & ~(size_t)7;
}

/* The writer's end */

static char *append(char *to, const void *bytes, size_t size)
{
	if (size)
		memcpy(to, bytes, size);
	return to + size;
}

static void write_record(char *to, const struct sensed *sensed, size_t size)
{
	const struct event *event = &sensed->event;
	const struct record record = { .size = (uint32_t)size,
				       .count = event->count,
				       .source_size = (uint32_t)event->source.size,
				       .record_size = (uint32_t)event->record.size,
				       .id = event->id,
				       .dropped = event->dropped,
				       .time_ns = event->time_ns };

	to = append(to, &record, sizeof(record));
	to = append(to, event->values, event->count * sizeof(*event->values));
	to = append(to, sensed->fields, event->count);
	to = append(to, event->source.at, event->source.size);
	(void)append(to, event->record.at, event->record.size);
}

static void ring(struct channel *channel)
{
	const uint64_t one = 1;

	/* Nobody else writes to the bell so often that it could be full. */
	(void)!write(channel->bell, &one, sizeof(one));
}

bool channel_put(struct channel *channel, const struct sensed *sensed)
{
	struct control *control = channel->control;
	const struct event *event = &sensed->event;
	uint64_t used = channel->position -
			atomic_load_explicit(&control->tail, memory_order_acquire);
	size_t size = align(sizeof(struct record) +
			    event->count * (sizeof(*event->values) + 1) +
			    event->source.size + event->record.size);

	/* A tail that can't be leaves no room: a reader can stop us, but not lead us astray. */
	if (used > CHANNEL_SIZE || size > CHANNEL_SIZE - used ||
	    size > CHANNEL_RECORD_MAX) {
		atomic_fetch_add(&control->lost, 1);
		return false;
	}
	write_record(at_position(channel, channel->position), sensed, size);
	channel->position += size;
	/* In one order for both ends: who sleeps has seen this event, or its wish is seen here. */
	atomic_store(&control->head, channel->position);
	if (channel->position >= atomic_load(&control->wake_at) &&
	    atomic_exchange(&control->wake_at, UINT64_MAX) != UINT64_MAX)
		ring(channel);
	return true;
}

void channel_health(const struct channel *channel, struct channel_health *out)
{
	*out = channel->control->health;
}

uint64_t channel_lost(const struct channel *channel)
{
	return atomic_load(&channel->control->lost);
}

/* The reader's end */

void channel_begin(struct channel *channel, uint64_t position)
{
	uint64_t head = atomic_load(&channel->control->head);
	uint64_t tail = atomic_load(&channel->control->tail);

	channel->position = channel->kept = tail;
	if (position - tail <= head - tail)
		channel_kept(channel, position);
	channel->position = channel->kept;
}

/* Where each part of the record in copy[] stands; false where they do not add up. */
static bool read_record(struct channel *channel, const struct record *record)
{
	struct event *event = &channel->sensed.event;
	uint64_t size = sizeof(*record), values_size;
	const char *at = channel->copy + sizeof(*record);

	if (record->count > EVENT_VALUES_MAX)
		return false;
	values_size = record->count * sizeof(*event->values);
	size += values_size + record->count + (uint64_t)record->source_size +
		record->record_size;
	if (align(size) != record->size)
		return false;
	memcpy(event->values, at, values_size);
	at += values_size;
	memcpy(channel->sensed.fields, at, record->count);
	at += record->count;
	event->source = (struct text){ .at = at, .size = record->source_size };
	event->record = (struct text){ .at = at + record->source_size,
				       .size = record->record_size };
	event->count = record->count;
	event->id = record->id;
	event->dropped = record->dropped;
	event->time_ns = record->time_ns;
	for (uint32_t i = 0; i < event->count; i++)
		if (channel->sensed.fields[i] >= FIELD_COUNT)
			return false;
	return true;
}

/* Copy the event at the position; what is checked and used then is out of the writer's reach. */
static bool copy_record(struct channel *channel, uint64_t left)
{
	const char *at = at_position(channel, channel->position);
	struct record record;

	if (left > CHANNEL_SIZE || left < sizeof(record))
		return false;
	memcpy(&record, at, sizeof(record));
	if (record.size < sizeof(record) || record.size > left || record.size % 8 ||
	    record.size > CHANNEL_RECORD_MAX)
		return false;
	memcpy(channel->copy, at, record.size);
	channel->position += record.size;
	return read_record(channel, &record);
}

const struct sensed *channel_take(struct channel *channel, uint64_t *position)
{
	uint64_t head =
		atomic_load_explicit(&channel->control->head, memory_order_acquire);

	if (head == channel->position)
		return NULL;
	if (copy_record(channel, head - channel->position)) {
		*position = channel->position;
		return &channel->sensed;
	}
	/* Where the next event begins is not known: all that is there is given up. */
	channel->malformed++;
	channel->position = head;
	channel_kept(channel, head);
	return NULL;
}

void channel_kept(struct channel *channel, uint64_t position)
{
	channel->kept = position;
	atomic_store_explicit(&channel->control->tail, position, memory_order_release);
}

bool channel_sleep(struct channel *channel, bool is_idle)
{
	uint64_t wake_at = channel->position + (is_idle ? 1 : CHANNEL_SIZE / 4);
	uint64_t rung;

	(void)!read(channel->bell, &rung, sizeof(rung));
	atomic_store(&channel->control->wake_at, wake_at);
	return atomic_load(&channel->control->head) < wake_at;
}

uint64_t channel_take_lost(struct channel *channel)
{
	uint64_t lost = channel_lost(channel);
	uint64_t since = lost - channel->control->lost_taken;

	channel->control->lost_taken = lost;
	return since;
}

uint64_t channel_malformed(const struct channel *channel)
{
	return channel->malformed;
}

void channel_tell_health(struct channel *channel, const struct channel_health *health)
{
	channel->control->health = *health;
}
