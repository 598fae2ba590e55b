/* SPDX-License-Identifier: Apache-2.0 */
/* Event + pack -> detections. */
#pragma once

#include "model/detection.h"
#include "model/event.h"
#include "model/pack.h"

struct engine;

/* What an engine may use.  Zeroes mean the defaults. */
struct engine_limits {
	size_t correlation_size; /* bytes for correlation state; default 8 MiB */
	uint64_t
		steps_per_event; /* budget of regex and verification steps; default 64 M */
	bool rule_steps;         /* count what each rule takes: engine_rule_steps() */
};

/* What was counted since the engine was made. */
struct engine_counters {
	uint64_t events;     /* evaluated */
	uint64_t unrouted;   /* no rule of the pack is for their source */
	uint64_t detections; /* emitted */
	uint64_t candidates; /* rules whose condition was evaluated */
	uint64_t
		out_of_steps; /* events whose budget ran out: some rules were not decided */
	uint64_t values_cut;     /* values longer than EVENT_VALUE_SIZE_MAX */
	uint64_t values_dropped; /* values beyond EVENT_VALUES_MAX */
	uint64_t
		correlation_evicted; /* correlation groups dropped because memory was full */
	uint64_t correlation_late; /* events older than their window */
	uint64_t
		correlation_ungrouped; /* events without a field that a correlation groups by */
	uint64_t
		correlation_cut; /* events that fed more correlations than one event may */
};

typedef void engine_emit(void *user, const struct detection *detection);

/*
 * engine_create(pack, limits, out):
 * An engine for ${pack}, which must outlive it.  All memory is allocated here: engine_event
 * allocates nothing.  Returns 0 or -ENOMEM.
 */
int engine_create(const struct pack *pack, const struct engine_limits *limits,
		  struct engine **out) MUST_USE;
void engine_free(struct engine *engine);

/*
 * engine_event(engine, event, emit, user):
 * Evaluate the pack's rules on ${event}; call ${emit} for each detection, by rule number
 * within the event.  The time is bounded by the budget in the limits.
 */
void engine_event(struct engine *engine, const struct event *event, engine_emit *emit,
		  void *user);

/*
 * engine_matched(engine, detection, fields, room):
 * Which fields made the rule match: of those that held where the rule asked, as few as it
 * matches with, in the order in which it asked.  EVENT_FIELD_NONE stands for a keyword, which
 * any value may have; a field that had to be absent may be among them.  Only ${emit} may call
 * it, about the detection that it was given.  Returns how many were written to ${fields}, at
 * most ${room}; 0 for a correlation.
 */
uint32_t engine_matched(const struct engine *engine, const struct detection *detection,
			uint16_t *fields, uint32_t room);

/*
 * Of events that several engines evaluate at a time, one of them alone counts for correlations:
 * in the order of the events, whoever evaluated them.
 *
 * engine_defer(engine, match):
 * From now on engine_event feeds no correlation, but calls ${match}, with its ${user}, once for
 * an event, after all of its detections: with the numbers of the rules that matched and that some
 * correlation counts, if there are any.
 *
 * engine_correlate(engine, rules, count, event, emit, user):
 * Feed the correlations that count ${rules}, all of an event.  Of ${event} they need source, id,
 * time and those values whose field the pack names.
 */
typedef void engine_match(void *user, const uint32_t *rules, uint32_t count,
			  const struct event *event);
void engine_defer(struct engine *engine, engine_match *match);
void engine_correlate(struct engine *engine, const uint32_t *rules, uint32_t count,
		      const struct event *event, engine_emit *emit, void *user);

const struct engine_counters *engine_counters(const struct engine *engine);

/*
 * engine_rule_steps(engine):
 * By rule number: the steps that judging the rule took since the engine was made, at least one for
 * each time that it was a candidate.  What scanning for patterns took is no single rule's, and
 * not in it.  NULL without ${rule_steps} in the limits.
 */
const uint64_t *engine_rule_steps(const struct engine *engine);

/*
 * engine_rule_off(engine, rule, off):
 * Judge the rule no more, or again: while it is off it gives no detections and counts for no
 * correlation.  Only with ${rule_steps} in the limits.
 */
void engine_rule_off(struct engine *engine, uint32_t rule, bool off);
