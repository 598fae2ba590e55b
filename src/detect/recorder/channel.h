/* SPDX-License-Identifier: Apache-2.0 */
/* Events on their way from the sensor to the recorder: shared memory, one writer, one reader. */
#pragma once

#include "base/auto.h"
#include "model/sensed.h"

/*
 * The writer never waits: what does not fit is counted and dropped, so a slow disk, or a recorder
 * that died, costs the sensor nothing.  The memory outlives both ends: whoever is started again
 * goes on where the one before stopped.  Neither end trusts the other's bytes.
 */

#define CHANNEL_SIZE       (4u << 20)   /* bytes; a power of two */
#define CHANNEL_RECORD_MAX (512u << 10) /* bytes of one event */

/* How the recorder is, for the sensor's health; written by the recorder. */
enum channel_state {
	CHANNEL_STARTING,
	CHANNEL_RECORDING,
	CHANNEL_PAUSED, /* the disk does not take it; ${error} says why */
};

struct channel_health {
	uint32_t state;   /* enum channel_state */
	int32_t error;    /* errno */
	uint64_t written; /* events, over all starts */
	uint64_t lost;    /* behind the channel: channel_lost() has those before it */
	uint64_t syncs_failed; /* by this process */
};

struct channel;

/*
 * channel_make(memory, bell):
 * New memory for a channel, and an eventfd that wakes its reader.  0 or -errno.
 */
int channel_make(int *memory, int *bell) MUST_USE;

/*
 * channel_open(memory, bell, out):
 * Map one end.  The descriptors stay the caller's; ${bell} must stay open.  0 or -errno;
 * -EINVAL where the memory is no channel's.
 */
int channel_open(int memory, int bell, struct channel **out) MUST_USE;
void channel_close(struct channel *channel);

/* Drawn when the memory was made: tells one channel from all others. */
uint64_t channel_id(const struct channel *channel);

/* The writer's end */

/* Send the event; false where there is no room, and that is counted.  Never waits. */
bool channel_put(struct channel *channel, const struct sensed *sensed);

/* How the recorder says it is. */
void channel_health(const struct channel *channel, struct channel_health *out);

/* Events that found no room, by all writers. */
uint64_t channel_lost(const struct channel *channel);

/* The reader's end */

/* Where reading begins: what was kept last, or further on where that is known to be kept. */
void channel_begin(struct channel *channel, uint64_t position);

/*
 * channel_take(channel, position):
 * The next event, valid until the next call, and the position behind it; NULL where there is none.
 * Its place is not free before channel_kept().
 */
const struct sensed *channel_take(struct channel *channel, uint64_t *position);

/* All up to ${position} is on disk or given up: its place may be used again. */
void channel_kept(struct channel *channel, uint64_t position);

/*
 * channel_sleep(channel, is_idle):
 * Called before waiting for the bell.  It will ring when a quarter of the memory is used; where
 * ${is_idle}, at the next event.  False: there is something to take already.
 */
bool channel_sleep(struct channel *channel, bool is_idle);

/* Events that found no room since this was asked for last, by whichever reader. */
uint64_t channel_take_lost(struct channel *channel);

/* How often bytes were no events: a fault of the writer's. */
uint64_t channel_malformed(const struct channel *channel);

void channel_tell_health(struct channel *channel, const struct channel_health *health);
