/* SPDX-License-Identifier: Apache-2.0 */
/* The flight recorder's past, read again: events out of segments, while others are written. */
#pragma once

#include "base/auto.h"
#include "model/pack.h"
#include "model/sensed.h"

/*
 * The format is docs/formats/recorder.md.  Whatever the bytes are, reading ends, and stays
 * within them: what is damaged is skipped and counted.
 */

#define RECORDING_SEGMENTS_MAX 64

struct recording;

/* What was found so far.  All of it is known when recording_next has returned NULL. */
struct recording_counters {
	uint64_t segments;         /* read */
	uint64_t blocks;           /* read */
	uint64_t events;           /* in these blocks, within the span or not */
	uint64_t payload_size;     /* bytes of these blocks, compressed */
	uint64_t raw_size;         /* the same, not compressed */
	uint64_t segments_damaged; /* their head is no segment's: not read */
	uint64_t blocks_damaged;   /* torn, or their checksum or content is wrong */
	uint64_t events_missing;   /* by the numbers of the blocks around a gap */
	uint64_t events_lost;      /* the recorder says that it could not write them */
	uint64_t breaks;         /* ends that were not orderly: up to a second is lost */
	uint64_t values_unknown; /* of fields that this version does not have */
	int64_t earliest_ns, latest_ns; /* of the events' times; 0: no event */
};

/*
 * recording_open(fds, count, out):
 * Read the segments that are open for reading as ${fds}, in any order; they stay the caller's
 * and may be written meanwhile.  Only fstat and pread are asked of them, and all memory is
 * allocated here (some 6 MiB).  Files that are empty, or no segments, are counted, and no
 * error.  Returns 0; -ENOMEM; -EINVAL for more than RECORDING_SEGMENTS_MAX.
 */
int recording_open(const int *fds, unsigned count, struct recording **out) MUST_USE;

/* The same from bytes in memory, which must outlive the recording. */
int recording_open_bytes(const struct text *segments, unsigned count,
			 struct recording **out) MUST_USE;

void recording_close(struct recording *recording);

static inline void auto_recording(struct recording **recording)
{
	recording_close(*recording);
}

/* Events carry ${pack}'s numbers of fields from now on; NULL: EVENT_FIELD_NONE. */
void recording_pack(struct recording *recording, const struct pack *pack);

/*
 * recording_span(recording, since_ns, until_ns):
 * From now on only events of ${since_ns} <= time < ${until_ns} are given.
 */
void recording_span(struct recording *recording, int64_t since_ns, int64_t until_ns);

/*
 * recording_newest(recording, count):
 * Begin anew, and from now on give only events that are among the newest ${count} by their
 * numbers; the older blocks are not even decompressed.
 */
void recording_newest(struct recording *recording, uint64_t count);

/*
 * recording_next(recording):
 * The next event in the order of recording, valid until the next call; NULL after the last
 * that is there now.  Allocates nothing.
 */
const struct sensed *recording_next(struct recording *recording);

/* Begin anew, with what is written by now; counters begin at zero. */
void recording_rewind(struct recording *recording);

void recording_counters(const struct recording *recording,
			struct recording_counters *out);

/* How much of the segments has been read: bytes, for a display of progress. */
void recording_progress(const struct recording *recording, uint64_t *done,
			uint64_t *size);
