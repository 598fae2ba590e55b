/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ring in memory that looks to its reader as the kernel's ring buffer does, with the counters
 * and the doorbell of record.h beside it: who reads need not know who writes.
 *
 * The layout is that of kernel/bpf/ringbuf.c: a page with the consumer's position, a page with the
 * producer's, then the data.  There is one writer.  It trusts nothing that the reader may have
 * written: the worst that a reader can do is to lose its own records.
 */
#pragma once

#include "base/auto.h"
#include "base/text.h"
#include "detect/kernel/record.h"

struct ring_writer;

/*
 * ring_writer_open(size, out):
 * Make a ring of ${size} bytes, a power of two and a whole number of pages.  0; -EINVAL; -errno.
 */
int ring_writer_open(uint32_t size, struct ring_writer **out) MUST_USE;
void ring_writer_close(struct ring_writer *writer);

/*
 * ring_writer_put(writer, record):
 * Write one whole record, a struct record and what follows it, and count it; what does not fit is
 * lost and counted.  A record of a program that begins wakes a reader that sleeps, others only
 * when a quarter of the ring waits to be read.
 */
void ring_writer_put(struct ring_writer *writer, struct text record);

/* ${count} records of whatever kind never came to be: entry 0 of the counters. */
void ring_writer_lost(struct ring_writer *writer, uint64_t count);

/* Descriptors that stay ${writer}'s; the last one is what a sleeping reader waits for. */
int ring_writer_ring_fd(const struct ring_writer *writer);
int ring_writer_counters_fd(const struct ring_writer *writer);
int ring_writer_doorbell_fd(const struct ring_writer *writer);
int ring_writer_wake_fd(const struct ring_writer *writer);
uint32_t ring_writer_size(const struct ring_writer *writer);

static inline void auto_ring_writer(struct ring_writer **writer)
{
	ring_writer_close(*writer);
}
