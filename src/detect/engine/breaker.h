/* SPDX-License-Identifier: Apache-2.0 */
/* The circuit breaker of each rule: one that storms or burns is suspended alone, for a time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"

struct breaker;

/* Zeroes mean the defaults. */
struct breaker_limits {
	uint32_t alerts;  /* of one rule within a minute; default 120 */
	uint32_t samples; /* the same of a rule in audit-only; default 6 */
	uint64_t steps; /* engine_rule_steps() of one rule within a minute; default 6e9 */
	uint32_t rest_s; /* for how long a rule is suspended; default 600 */
};

struct breaker_counters {
	uint64_t trips; /* suspensions so far */
	uint64_t kept;  /* detections of suspended rules, and of rules in audit-only, that
				were counted and not told */
	uint64_t audited;   /* detections of rules in audit-only that were told as such */
	uint32_t suspended; /* rules that are suspended now */
	uint32_t audit_only; /* rules in audit-only */
};

enum breaker_answer {
	BREAKER_ALERT, /* an alert like any other */
	BREAKER_AUDIT, /* to be told, but as no alert */
	BREAKER_KEPT,  /* counted, and not told */
};

/*
 * breaker_create(rule_count, limits, out):
 * A breaker for the rules of a pack, none of which is suspended: 40 bytes a rule, all allocated
 * here.  ${limits} may be NULL.  0 or -ENOMEM.
 */
int breaker_create(uint32_t rule_count, const struct breaker_limits *limits,
		   struct breaker **out) MUST_USE;
void breaker_free(struct breaker *breaker);

/* Put the rules whose bits are set in ${bits} ((rule_count + 63) / 64 words) into audit-only. */
void breaker_audit(struct breaker *breaker, const uint64_t *bits);

/*
 * breaker_detection(breaker, rule, now_ns):
 * What is to become of a detection of ${rule}.  The one that is one too many suspends the rule and
 * is kept.  ${now_ns} is of a clock that never goes back, as everywhere here.
 */
enum breaker_answer breaker_detection(struct breaker *breaker, uint32_t rule,
				      int64_t now_ns);

enum breaker_event_kind {
	BREAKER_STORM, /* suspended: too many detections */
	BREAKER_BURN,  /* suspended: too many steps; the engine is to judge it no more */
	BREAKER_BACK,  /* its time is over; the engine is to judge it again */
};

struct breaker_event {
	enum breaker_event_kind kind;
	uint32_t rule;
	uint64_t count; /* detections or steps within the minute; BACK: detections kept */
	uint32_t rest_s; /* how long it is suspended */
};

/*
 * breaker_check(breaker, steps, now_ns):
 * To be called about once a second: compare ${steps} (by rule, from engine_rule_steps(); or NULL)
 * with those of a minute ago, and note whose time is over.
 */
void breaker_check(struct breaker *breaker, const uint64_t *steps, int64_t now_ns);

/* The next thing that happened and was not asked for yet, in the order of rules.  False: none. */
bool breaker_next(struct breaker *breaker, struct breaker_event *out);

bool breaker_is_suspended(const struct breaker *breaker, uint32_t rule);
const struct breaker_counters *breaker_counters(const struct breaker *breaker);
