/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events, detections and the sensor's own health as lines of JSON with the names of the Elastic
 * Common Schema; what ECS has no name for is below "windhover".
 */
#pragma once

#include "base/buffer.h"
#include "model/detection.h"
#include "model/pack.h"
#include "model/sensed.h"

/* Bytes that one line may have: an event with the longest of everything fits. */
#define LINE_SIZE_MAX (512u << 10)

struct line_writer;

/* What a writer knows beforehand: the order of the fields' names.  NULL: no memory. */
struct line_writer *line_writer_create(void) MUST_USE;
void line_writer_free(struct line_writer *writer);

/* Append the event as one line: event.kind is "event". */
void line_event(const struct line_writer *writer, const struct sensed *sensed,
		struct buffer *out);

/*
 * line_alert(writer, pack, detection, sensed, out):
 * Append the detection as one line: event.kind is "alert", rule.* and threat.* say what of
 * ${pack} matched, and the rest is the event ${sensed} that ${detection} is about.
 */
void line_alert(const struct line_writer *writer, const struct pack *pack,
		const struct detection *detection, const struct sensed *sensed,
		struct buffer *out);

/*
 * The same of a rule in audit-only, which is no alert: event.kind is "event", and labels.audit_only
 * is "true".
 */
void line_audit(const struct line_writer *writer, const struct pack *pack,
		const struct detection *detection, const struct sensed *sensed,
		struct buffer *out);

#define LINE_PROGRAMS_MAX 32
#define LINE_COUNTS_MAX   64

struct line_health {
	int64_t time_ns;
	struct text host;
	struct text
		action; /* "sensor-started", "sensor-stopped", "events-lost", "metrics",
			   "recorder-paused", "recorder-resumed", "recorder-lost" */
	struct text sentence; /* for people */
	bool is_state;        /* something became so; otherwise it is a measurement */
	bool is_alert;        /* somebody is to look at it */
	struct {
		struct text name, state; /* "exec", "attached" or why not */
		unsigned back_end;       /* 1 or 2, where it is one of them alone */
	} programs[LINE_PROGRAMS_MAX];
	unsigned program_count;
	struct text pack_digest;
	uint64_t rules, start_us;
	struct {
		const char *name; /* of a kind of event: "exec" */
		uint64_t seen;    /* by this sensor */
		uint64_t made;    /* by the kernel side */
		uint64_t lost;    /* of those: the ring was full */
	} counts[LINE_COUNTS_MAX];
	unsigned count_count;
	uint64_t alerts;
	struct text deaf; /* what the self-check did not see, in a sentence */
	uint64_t self_checks;
	uint64_t malformed, values_dropped, evicted, textless, lines_dropped;
	uint64_t processes, loader_starts, sensor_starts;
	/* The rules' circuit breakers: rules, and detections of them. */
	uint64_t rules_suspended, rules_audit_only, suspensions, alerts_kept,
		alerts_audited;
	struct text recorder; /* "recording", "paused"; empty: there is none */
	uint64_t recorded, recorder_lost, recorder_syncs_failed;
};

/* Append the sensor's health as one line: event.kind is "state" or "metric". */
void line_health(const struct line_health *health, struct buffer *out);
