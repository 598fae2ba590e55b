/* SPDX-License-Identifier: Apache-2.0 */
/* Reading the kernel's ring buffer: records in order, each seen once, nothing copied. */
#pragma once

#include "base/auto.h"
#include "base/text.h"
#include "detect/kernel/record.h"

struct ring;

/*
 * ring_open(ring_fd, counters_fd, doorbell_fd, size, cpu_count, out):
 * Map the ring of ${size} bytes and the two maps of record.h; the descriptors stay the caller's
 * and may be closed.  Starts where the last reader of the ring stopped.  Returns 0, -EINVAL,
 * or -errno of mmap.
 */
int ring_open(int ring_fd, int counters_fd, int doorbell_fd, uint32_t size,
	      uint32_t cpu_count, struct ring **out) MUST_USE;

/* The same over memory that stays the caller's: what the mappings would show. For tests. */
int ring_open_memory(void *consumer, void *producer, const void *data, uint32_t size,
		     struct ring **out) MUST_USE;
void ring_close(struct ring *ring);

/* One record; valid during the call.  ${record} has at least the size of struct record. */
typedef void ring_take(void *user, struct text record);

/*
 * ring_drain(ring, most, take, user):
 * Hand up to ${most} records to ${take} and free their places one by one.  Returns how many
 * entries of the ring were passed over, those that are no records included; 0: it was empty.
 */
uint32_t ring_drain(struct ring *ring, uint32_t most, ring_take *take, void *user);

/*
 * ring_arm(ring):
 * Ask the kernel to wake a sleeper (poll on the ring's descriptor) at the next program start,
 * or when a quarter of the ring is full.  Returns false where there is something to read
 * already: then nothing was asked.
 */
bool ring_arm(struct ring *ring);
void ring_disarm(struct ring *ring);

/* Bytes waiting. */
uint64_t ring_waiting(const struct ring *ring);

/* What the kernel side counted, summed over the CPUs. */
void ring_counters(const struct ring *ring, struct record_counters *out);

/* Entries that were no record: too short, longer than the ring, or not all there. */
uint64_t ring_malformed(const struct ring *ring);
