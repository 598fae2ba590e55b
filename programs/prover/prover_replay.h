/* SPDX-License-Identifier: Apache-2.0 */
/* What the two packs of a proof are tried on: the pack's own tests, and this host's past. */
#pragma once

#include "prover_side.h"
#include "update/prover/report.h"

struct replay {
	const struct prover_order *order;
	struct prover_report *report;
	struct side *candidate;
	struct side *running; /* its pack may be NULL */
	int64_t until_ns;     /* CLOCK_MONOTONIC: begin no event later than this */
};

/*
 * replay_tests(replay, fd):
 * Run the candidate's tests (docs/formats/tests.md), each with a fresh engine, and leave a fresh
 * one.  What fails is counted and the first is named in the report.  0 or -errno.
 */
int replay_tests(struct replay *replay, int fd) MUST_USE;

/* Replay JSON lines, as many as the order says and the time allows.  0 or -errno. */
int replay_lines(struct replay *replay, int fd) MUST_USE;

/* The same with the newest events of the recorder's segments.  0 or -errno. */
int replay_recording(struct replay *replay, const int *segments, unsigned count) MUST_USE;

/* For these three: whether there is room for another event, and time for it. */
bool replay_may_go_on(struct replay *replay);

/* Note an event before it is evaluated: it may be the last. */
void replay_note(struct prover_report *report, int64_t time_ns);

/* window_read from the descriptor *${user}. */
ssize_t replay_read(void *user, char *at, size_t size);
