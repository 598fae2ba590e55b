/* SPDX-License-Identifier: Apache-2.0 */
/* For tests and measurements of the recorder: events like a busy host's, and a disk in memory. */
#pragma once

#include "detect/recorder/recorder.h"

/* Makes the events of a host that starts and ends processes; each is as its number says. */
struct testing_host {
	size_t used;
	int64_t time_ns;
	struct sensed sensed;
	char bytes[64u << 10];
};

/* Event ${number}: of every three one fork, one start, one end; 1 ms apart. */
const struct sensed *testing_event(struct testing_host *host, uint64_t number);

/* The number of an event that testing_event made; UINT64_MAX: it is none, or not whole. */
uint64_t testing_number(const struct sensed *sensed);

/* The same by its time alone, where making it anew to compare them would take too long. */
uint64_t testing_number_by_time(const struct sensed *sensed);

/* Segments in memory, whose calls can be made to fail. */
struct testing_disk {
	char *bytes[RECORDER_SEGMENTS];
	uint64_t size[RECORDER_SEGMENTS];
	uint64_t room;    /* bytes that all segments may take; more: ENOSPC */
	uint64_t calls;   /* so far */
	uint64_t fail_at; /* this call, from 1, fails; 0: none */
	bool fail_after;  /* and all after it */
	bool tear;        /* a write that fails writes half */
	int error;        /* with which it fails */
	bool is_slow;     /* no sync ends unless it is waited for */
	bool in_place;    /* what is cleared stays where it is in memory */
	uint64_t syncs, writes, clears;
	uint64_t seed;
};

struct recorder_disk testing_disk(struct testing_disk *disk);
void testing_disk_done(struct testing_disk *disk);

/* The segments that are there, as texts; how many. */
unsigned testing_disk_texts(const struct testing_disk *disk,
			    struct text out[RECORDER_SEGMENTS]);
