/* SPDX-License-Identifier: Apache-2.0 */
/* All of the kernel's rings, one for each class of records, with their counters and doorbell. */
#pragma once

#include "detect/collector/ring.h"

/* What a loader gives away; the descriptors stay whose they are and may be closed. */
struct rings_source {
	int counters, doorbell;
	int rings[RECORD_CLASSES];
	uint32_t sizes[RECORD_CLASSES]; /* 0: there is no such ring */
	uint32_t cpu_count;
};

struct rings;

/* Map all of it.  Returns 0, -EINVAL, -ENOMEM, or -errno of mmap. */
int rings_open(const struct rings_source *source, struct rings **out) MUST_USE;
void rings_close(struct rings *rings);

/*
 * rings_drain(rings, most, now_ns, take, user):
 * Hand up to ${most} records of each ring to ${take}: first those of processes, then of the
 * other classes what was made before ${now_ns}, the time just before the call (CLOCK_BOOTTIME), and
 * before the records of processes that still wait: so no event overtakes the exec of the process
 * that it is of.  Returns how many entries were passed over.
 */
uint32_t rings_drain(struct rings *rings, uint32_t most, uint64_t now_ns, ring_take *take,
		     void *user);

/*
 * rings_arm(rings):
 * Ask the kernel to wake a sleeper (poll on the rings' descriptors) at the next urgent record,
 * or when a quarter of a ring is full.  Returns false where there is something to read already:
 * then nothing was asked.
 */
bool rings_arm(struct rings *rings);
void rings_disarm(struct rings *rings);

/* Ask for records of the set ${kinds}; the kernel makes no others of those that can be left out. */
void rings_want(struct rings *rings, uint64_t kinds);

/* What the kernel side counted, summed over the CPUs. */
void rings_counters(const struct rings *rings, struct record_counters *out);

/* Entries that were no record, of all rings. */
uint64_t rings_malformed(const struct rings *rings);
