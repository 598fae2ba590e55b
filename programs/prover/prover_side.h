/* SPDX-License-Identifier: Apache-2.0 */
/* One of the two packs of a proof: its engine, what it costs, and what it finds. */
#pragma once

#include "detect/engine/engine.h"
#include "detect/intake/intake.h"
#include "model/sensed.h"
#include "update/prover/prover.h"

struct side {
	struct pack *pack;
	struct engine *engine;
	struct intake *intake;         /* for events that come as JSON; NULL: none do */
	uint16_t numbers[FIELD_COUNT]; /* the pack's number of each field of field.def */
	uint64_t *detections;          /* of each rule */
	uint8_t *poison;               /* of each rule, or NULL */
	uint64_t cpu_ns, timed,
		clock_ns; /* in the engine; events; what asking the clock takes */
	struct prover_figures figures;
};

/* Map and verify.  As pack_open_fd. */
int side_open(struct side *side, int fd, bool may_act, struct why *why) MUST_USE;

/* Make the engine and, where ${json}, the intake.  0 or -ENOMEM. */
int side_load(struct side *side, bool json) MUST_USE;

/* The detections of all rules, and the engine, as after side_load.  0 or -ENOMEM. */
int side_restart(struct side *side) MUST_USE;

/* Evaluate an event that has the pack's numbers of fields. */
void side_event(struct side *side, const struct event *event);

/* The same of an event of the sensor's, whatever numbers it has. */
void side_sensed(struct side *side, const struct sensed *sensed);

/* Fill in ${side->figures}. */
void side_finish(struct side *side);
