/* SPDX-License-Identifier: Apache-2.0 */
/* The flight recorder: the last hours of events, compressed, in a ring of segments. */
#pragma once

#include "base/auto.h"
#include "model/sensed.h"

/* Files in the ring.  As many as go with one message between processes. */
#define RECORDER_SEGMENTS 8

#define RECORDER_SIZE_DEFAULT (UINT64_C(256) << 20) /* bytes, of all segments */
#define RECORDER_SIZE_MIN     (UINT64_C(8) << 20)
#define RECORDER_SIZE_MAX     (UINT64_C(8) << 30)
#define RECORDER_AGE_DEFAULT  (INT64_C(24) * 3600 * 1000000000) /* ns */

/* How long an event waits for others before they are written, and before they are synced. */
#define RECORDER_WAIT_NS INT64_C(300000000)

/* Pauses where the disk is full, and after an error; the second doubles each time. */
#define RECORDER_FULL_NS      INT64_C(10000000000)
#define RECORDER_ERROR_NS     INT64_C(60000000000)
#define RECORDER_ERROR_MAX_NS INT64_C(3600000000000)

struct recorder;

/* The segments' disk; all return -errno where they fail. */
struct recorder_disk {
	void *user;
	/* The size of the file, in bytes. */
	int64_t (*size)(void *user, unsigned segment);
	ssize_t (*read)(void *user, unsigned segment, void *to, size_t size, uint64_t at);
	ssize_t (*write)(void *user, unsigned segment, const void *from, size_t size,
			 uint64_t at);
	/* Begin to sync; one at a time. */
	int (*sync)(void *user, unsigned segment);
	/* What came of it; -EINPROGRESS while nothing did, and not with ${wait}. */
	int (*synced)(void *user, bool wait);
	/* Make it ${size} zeroes that can be written without asking for more disk; 0: nothing. */
	int (*clear)(void *user, unsigned segment, uint64_t size);
	int (*random)(void *user, uint64_t *out);
};

struct recorder_limits {
	uint64_t size;  /* bytes, of all segments; 0: the default */
	int64_t age_ns; /* of running time; 0: the default */
};

struct recorder_now {
	int64_t time_ns;   /* of the day; may jump: only written down */
	int64_t steady_ns; /* never jumps: all waiting and all ages are by it */
};

struct recorder_counters {
	uint64_t events;       /* written, over all starts */
	uint64_t lost;         /* not written, by this process */
	uint64_t blocks;       /* over all starts */
	uint64_t bytes;        /* to the disk, by this process */
	uint64_t syncs_failed; /* as many segments were given up */
	int error;             /* errno for which it pauses; 0: it does not */
};

/*
 * recorder_create(limits, disk, out):
 * All memory is allocated here (some 8 MiB); nothing is read yet.  0; -ENOMEM; -EINVAL for
 * limits that are not between the minimum and the maximum.
 */
int recorder_create(const struct recorder_limits *limits,
		    const struct recorder_disk *disk, struct recorder **out) MUST_USE;
void recorder_free(struct recorder *recorder);

/*
 * recorder_begin(recorder, channel, now):
 * Find the end of what was written by others, whom nothing is taken from: what is written from
 * now on is appended.  ${channel}: channel_id() of where the events come from.
 */
void recorder_begin(struct recorder *recorder, uint64_t channel, struct recorder_now now);

/*
 * recorder_put(recorder, sensed, position, now):
 * Take in an event, copied; ${position}: where it ends in the channel.  It is written with those
 * after it; or lost, and counted, where the disk does not take it.
 */
void recorder_put(struct recorder *recorder, const struct sensed *sensed,
		  uint64_t position, struct recorder_now now);

/* ${count} more events were lost on the way here. */
void recorder_lost(struct recorder *recorder, uint64_t count);

/* Write and sync what has waited long enough, and see to ages.  To be called now and then. */
void recorder_tick(struct recorder *recorder, struct recorder_now now);

/* Nothing waits to be written or synced. */
bool recorder_is_idle(const struct recorder *recorder);

/* Write and sync all, and that this is an end in good order. */
void recorder_end(struct recorder *recorder, struct recorder_now now);

/* The position in the channel up to which all is written, or lost. */
uint64_t recorder_position(const struct recorder *recorder);

void recorder_counters(const struct recorder *recorder, struct recorder_counters *out);
