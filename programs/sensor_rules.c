// SPDX-License-Identifier: Apache-2.0
// The rules of the running pack, watched one by one: breaker, audit-only, and the test hook.
#include "sensor_rules.h"

#include <errno.h>
#include <stdio.h>

#include "model/audit.h"
#include "poison.h"

#define CHECK_NS INT64_C(1000000000)

static int read_audit(struct sensor_rules *rules, int audit)
{
	uint32_t count = pack_rule_count(rules->pack);
	AUTO(free) uint64_t *bits = calloc(count / 64 + 1u, sizeof(*bits));
	int r;

	if (!bits)
		return -ENOMEM;
	r = audit_read(audit, pack_digest(rules->pack), count, bits);
	if (r == 0)
		breaker_audit(rules->breaker, bits);
	return r;
}

int sensor_rules_open(const struct pack *pack, struct engine *engine,
		      const struct breaker_limits *limits, int audit, bool may_act,
		      struct sensor_rules *out)
{
	int r;

	*out = (struct sensor_rules){ .pack = pack, .engine = engine };
	r = breaker_create(pack_rule_count(pack), limits, &out->breaker);
	if (r == 0 && audit >= 0)
		r = read_audit(out, audit);
	if (r == -EINVAL) {
		out->audit_refused = true;
		r = 0;
	}
	if (r == 0 && may_act)
		r = poison_find(pack, &out->poison);
	return r;
}

enum breaker_answer sensor_rules_detection(struct sensor_rules *rules, uint32_t rule,
					   int64_t now_ns)
{
	if (rules->poison)
		poison_act((enum poison)rules->poison[rule]);
	return breaker_detection(rules->breaker, rule, now_ns);
}

static void say(const struct breaker_event *event, const struct pack_rule *rule,
		char *sentence, size_t size)
{
	int title = rule->title.size < 80 ? (int)rule->title.size : 80;
	int id = rule->id.size < 40 ? (int)rule->id.size : 40;

	if (event->kind == BREAKER_BACK)
		(void)snprintf(sentence, size,
			       "rule '%.*s' (%.*s) is judged again: %llu detections were "
			       "kept back",
			       title, rule->title.at, id, rule->id.at,
			       (unsigned long long)event->count);
	else
		(void)snprintf(
			sentence, size,
			"rule '%.*s' (%.*s) is suspended for %u s: %llu %s within a "
			"minute",
			title, rule->title.at, id, rule->id.at, event->rest_s,
			(unsigned long long)event->count,
			event->kind == BREAKER_BURN ? "steps" : "detections");
}

bool sensor_rules_next(struct sensor_rules *rules, int64_t now_ns, struct text *action,
		       char *sentence, size_t size)
{
	struct breaker_event event;
	struct pack_rule rule;

	if (!rules->breaker)
		return false;
	if (rules->audit_refused) {
		rules->audit_refused = false;
		*action = TEXT("audit-list-refused");
		(void)snprintf(sentence, size,
			       "the list of rules in audit-only is not for this "
			       "pack: all of them alert");
		return true;
	}
	if (now_ns >= rules->next_check_ns) {
		breaker_check(rules->breaker, engine_rule_steps(rules->engine), now_ns);
		rules->next_check_ns = now_ns + CHECK_NS;
	}
	if (!breaker_next(rules->breaker, &event))
		return false;
	/* A rule that storms is still judged: correlations may count it. */
	if (event.kind != BREAKER_STORM)
		engine_rule_off(rules->engine, event.rule, event.kind == BREAKER_BURN);
	pack_rule(rules->pack, event.rule, &rule);
	*action = event.kind == BREAKER_BACK ? TEXT("rule-resumed")
					     : TEXT("rule-suspended");
	say(&event, &rule, sentence, size);
	return true;
}

void sensor_rules_health(const struct sensor_rules *rules, struct line_health *health)
{
	const struct breaker_counters *counters;

	if (!rules->breaker)
		return;
	counters = breaker_counters(rules->breaker);
	health->rules_suspended = counters->suspended;
	health->rules_audit_only = counters->audit_only;
	health->suspensions = counters->trips;
	health->alerts_kept = counters->kept;
	health->alerts_audited = counters->audited;
}
