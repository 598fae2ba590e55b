/* SPDX-License-Identifier: Apache-2.0 */
/* The host's recorded past, as the commands recorder and hunt look at it. */
#pragma once

#include "base/buffer.h"
#include "detect/engine/engine.h"
#include "detect/recorder/folder.h"
#include "detect/recorder/recording.h"

struct past {
	const char *command;       /* whose messages are told */
	const char *path;          /* of the recorder's folder */
	const char *since, *until; /* as they were given, or NULL */
	struct folder folder;
	struct recording *recording;
	/* The line on standard error that tells how far it is. */
	bool has_progress, is_drawn;
	int64_t drawn_ns;
	uint64_t events, detections; /* given so far */
};

/*
 * past_open(past):
 * Open what ${past} names for reading.  0; else what is wrong has been said.
 */
int past_open(struct past *past) MUST_USE;
void past_close(struct past *past);

static inline void auto_past(struct past *past)
{
	past_close(past);
}

/* The next event, showing now and then how far it is. */
const struct sensed *past_next(struct past *past);

/* Say on standard error: "windhover COMMAND: ...". */
void past_say(const struct past *past, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Take the line of the progress away, and say what of the past could not be read. */
void past_finish(struct past *past);

/* What is done with each detection of a replay; ${sensed} is its event. */
typedef void past_found(void *user, const struct sensed *sensed,
			const struct detection *detection);

/* What a replay took. */
struct past_cost {
	uint64_t events, detections;
	int64_t engine_ns; /* in the engine, by the wall's clock */
	double cpu_s;      /* in all, reading included */
};

/*
 * past_replay(past, pack, found, user, cost):
 * Evaluate ${pack} on every event of the past.  0 or -ENOMEM.
 */
int past_replay(struct past *past, const struct pack *pack, past_found *found, void *user,
		struct past_cost *cost) MUST_USE;
