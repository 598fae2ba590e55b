/* SPDX-License-Identifier: Apache-2.0 */
/* Correlations: how often, how many different, in which order; in sliding windows. */
#pragma once

#include "detect/engine/engine.h"
#include "model/pack_view.h"

/* The least memory a correlator works in; less is raised to it. */
#define CORRELATOR_SIZE_MIN (256u << 10)

/* Groups that one event may complete of correlations that others count. */
#define CORRELATOR_LINKS_MAX 256u

/* Work that one event may cause, in tests, bounds and values looked at. */
#define CORRELATOR_STEPS_MAX (4u << 20)

struct correlator;

/*
 * correlator_create(pack, bytes, counters, out):
 * A correlator for the correlations of ${pack}.  Its groups and their windows live in
 * ${bytes} (at least CORRELATOR_SIZE_MIN), taken here and never more; without
 * correlations in the pack it takes none.  What it counts goes to ${counters}:
 * detections, and correlation_*.  Pack and counters stay the caller's and must outlive
 * it.  Returns 0 or -ENOMEM.
 */
int correlator_create(const struct pack *pack, size_t bytes,
		      struct engine_counters *counters, struct correlator **out) MUST_USE;
void correlator_free(struct correlator *correlator);

/*
 * correlator_feed(correlator, rules, count, event, emit, user):
 * The ${count} rules whose numbers stand in ${rules} have matched ${event}: count it in each
 * correlation that counts any of them.  Once it has counted for all of a correlation's parts that
 * it is, each group that it counted in is judged.  Where the condition of one holds, ${emit} is
 * called with the detection (unless the correlation is silent), the group starts anew, and the
 * correlations that count this one count it in turn, before they are judged.  Alerts come in the
 * order of the correlations in the pack.  Call it in the order of the events' times, as far as
 * that is known; docs/modules/correlation.md says what happens to events that come late.
 * Allocates nothing.  ${emit} must not feed the same correlator.
 */
void correlator_feed(struct correlator *correlator, const uint32_t *rules, uint32_t count,
		     const struct event *event, engine_emit *emit, void *user);
