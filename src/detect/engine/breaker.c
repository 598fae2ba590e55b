// SPDX-License-Identifier: Apache-2.0
// The circuit breaker of each rule: one that storms or burns is suspended alone, for a time.
#include "detect/engine/breaker.h"

#include <errno.h>

#define SECOND_NS       INT64_C(1000000000)
#define MINUTE_NS       (60 * SECOND_NS)
#define DEFAULT_ALERTS  120u
#define DEFAULT_SAMPLES 6u
#define DEFAULT_STEPS   UINT64_C(6000000000) /* some 6 s of CPU time: a tenth of a core */
#define DEFAULT_REST_S  600u

enum rule_flag {
	RULE_AUDIT = 1,
	RULE_SUSPENDED = 2,
	RULE_BURNS = 4, /* suspended for its steps */
	RULE_NEWS = 8,  /* breaker_next has something to say of it */
	RULE_BACK = 16, /* ... that it is back */
};

struct rule {
	int64_t until_ns;    /* the end of the minute at hand, or of the rest */
	uint64_t steps_then; /* at the beginning of the minute of steps */
	uint64_t count;      /* what tripped it: detections or steps */
	uint32_t alerts;     /* in the minute at hand */
	uint32_t kept;       /* since it was suspended */
	uint32_t flags;      /* enum rule_flag */
};

struct breaker {
	struct breaker_limits limits;
	struct breaker_counters counters;
	int64_t steps_until_ns; /* the end of the minute of steps; 0: none has begun */
	uint32_t rule_count;
	uint32_t news,
		next; /* rules with RULE_NEWS; where to look for the next of them */
	struct rule rules[];
};

int breaker_create(uint32_t rule_count, const struct breaker_limits *limits,
		   struct breaker **out)
{
	struct breaker *breaker =
		calloc(1, sizeof(*breaker) + rule_count * sizeof(breaker->rules[0]));

	if (!breaker)
		return -ENOMEM;
	if (limits)
		breaker->limits = *limits;
	if (!breaker->limits.alerts)
		breaker->limits.alerts = DEFAULT_ALERTS;
	if (!breaker->limits.samples)
		breaker->limits.samples = DEFAULT_SAMPLES;
	if (!breaker->limits.steps)
		breaker->limits.steps = DEFAULT_STEPS;
	if (!breaker->limits.rest_s)
		breaker->limits.rest_s = DEFAULT_REST_S;
	breaker->rule_count = rule_count;
	*out = breaker;
	return 0;
}

void breaker_free(struct breaker *breaker)
{
	free(breaker);
}

void breaker_audit(struct breaker *breaker, const uint64_t *bits)
{
	for (uint32_t i = 0; i < breaker->rule_count; i++) {
		if (!(bits[i / 64] >> i % 64 & 1) || breaker->rules[i].flags & RULE_AUDIT)
			continue;
		breaker->rules[i].flags |= RULE_AUDIT;
		breaker->counters.audit_only++;
	}
}

static void tell(struct breaker *breaker, struct rule *rule)
{
	breaker->news += !(rule->flags & RULE_NEWS);
	rule->flags |= RULE_NEWS;
}

static void suspend(struct breaker *breaker, struct rule *rule, uint64_t count,
		    bool burns, int64_t now_ns)
{
	rule->flags &= ~(uint32_t)(RULE_BACK | RULE_BURNS);
	rule->flags |= RULE_SUSPENDED | (burns ? RULE_BURNS : 0);
	rule->count = count;
	rule->kept = 0;
	rule->until_ns = now_ns + breaker->limits.rest_s * SECOND_NS;
	breaker->counters.trips++;
	breaker->counters.suspended++;
	tell(breaker, rule);
}

static enum breaker_answer keep(struct breaker *breaker, struct rule *rule)
{
	breaker->counters.kept++;
	if (rule->kept < UINT32_MAX)
		rule->kept++;
	return BREAKER_KEPT;
}

enum breaker_answer breaker_detection(struct breaker *breaker, uint32_t number,
				      int64_t now_ns)
{
	struct rule *rule;

	if (number >= breaker->rule_count)
		return BREAKER_ALERT;
	rule = &breaker->rules[number];
	if (rule->flags & RULE_SUSPENDED)
		return keep(breaker, rule);
	if (now_ns >= rule->until_ns) {
		rule->until_ns = now_ns + MINUTE_NS;
		rule->alerts = 0;
	}
	rule->alerts++;
	if (rule->flags & RULE_AUDIT) {
		/* It is known to fire too often: some are told, and it is never news. */
		if (rule->alerts > breaker->limits.samples)
			return keep(breaker, rule);
		breaker->counters.audited++;
		return BREAKER_AUDIT;
	}
	if (rule->alerts <= breaker->limits.alerts)
		return BREAKER_ALERT;
	suspend(breaker, rule, rule->alerts, false, now_ns);
	return keep(breaker, rule);
}

static void bring_back(struct breaker *breaker, struct rule *rule, uint64_t steps)
{
	rule->flags &= ~(uint32_t)RULE_SUSPENDED;
	rule->flags |= RULE_BACK;
	rule->until_ns = 0;
	rule->steps_then = steps;
	breaker->counters.suspended--;
	tell(breaker, rule);
}

void breaker_check(struct breaker *breaker, const uint64_t *steps, int64_t now_ns)
{
	bool new_minute = now_ns >= breaker->steps_until_ns;

	for (uint32_t i = 0; i < breaker->rule_count; i++) {
		struct rule *rule = &breaker->rules[i];
		uint64_t now = steps ? steps[i] : 0;

		if (rule->flags & RULE_SUSPENDED) {
			if (now_ns >= rule->until_ns)
				bring_back(breaker, rule, now);
			continue;
		}
		/* Compared before the minute ends, so that the last second of it counts, too. */
		if (now - rule->steps_then > breaker->limits.steps)
			suspend(breaker, rule, now - rule->steps_then, true, now_ns);
		if (new_minute)
			rule->steps_then = now;
	}
	if (new_minute)
		breaker->steps_until_ns = now_ns + MINUTE_NS;
}

bool breaker_next(struct breaker *breaker, struct breaker_event *out)
{
	while (breaker->news) {
		uint32_t number = breaker->next;
		struct rule *rule = &breaker->rules[number];
		bool back = rule->flags & RULE_BACK;

		breaker->next = number + 1 < breaker->rule_count ? number + 1 : 0;
		if (!(rule->flags & RULE_NEWS))
			continue;
		rule->flags &= ~(uint32_t)(RULE_NEWS | RULE_BACK);
		breaker->news--;
		*out = (struct breaker_event){
			.kind = back                       ? BREAKER_BACK
				: rule->flags & RULE_BURNS ? BREAKER_BURN
							   : BREAKER_STORM,
			.rule = number,
			.count = back ? rule->kept : rule->count,
			.rest_s = breaker->limits.rest_s,
		};
		return true;
	}
	return false;
}

bool breaker_is_suspended(const struct breaker *breaker, uint32_t rule)
{
	return rule < breaker->rule_count && breaker->rules[rule].flags & RULE_SUSPENDED;
}

const struct breaker_counters *breaker_counters(const struct breaker *breaker)
{
	return &breaker->counters;
}
