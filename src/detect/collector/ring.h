/* SPDX-License-Identifier: Apache-2.0 */
/* Reading one ring buffer of the kernel's: records in order, each seen once, nothing copied. */
#pragma once

#include "base/auto.h"
#include "base/text.h"
#include "detect/kernel/record.h"

struct ring;

/*
 * ring_open(fd, size, out):
 * Map the ring of ${size} bytes; the descriptor stays the caller's and may be closed.  Starts
 * where the last reader of the ring stopped.  Returns 0, -EINVAL, or -errno of mmap.
 */
int ring_open(int fd, uint32_t size, struct ring **out) MUST_USE;

/* The same over memory that stays the caller's: what the mappings would show. For tests. */
int ring_open_memory(void *consumer, void *producer, const void *data, uint32_t size,
		     struct ring **out) MUST_USE;
void ring_close(struct ring *ring);

/* One record; valid during the call.  ${record} has at least the size of struct record. */
typedef void ring_take(void *user, struct text record);

/*
 * ring_drain(ring, most, until_ns, take, user):
 * Hand up to ${most} records, none of them made after ${until_ns} (CLOCK_BOOTTIME), to ${take} and
 * free their places one by one.  Returns how many entries of the ring were passed over, those that
 * are no records included; 0: there was none.
 */
uint32_t ring_drain(struct ring *ring, uint32_t most, uint64_t until_ns, ring_take *take,
		    void *user);

/* When the record that waits next was made (CLOCK_BOOTTIME); UINT64_MAX: none is ready. */
uint64_t ring_next_ns(const struct ring *ring);

/* Bytes waiting. */
uint64_t ring_waiting(const struct ring *ring);

/* Entries that were no record: too short, longer than the ring, or not all there. */
uint64_t ring_malformed(const struct ring *ring);
