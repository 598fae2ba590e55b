/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of the running pack, watched one by one: breaker, audit-only, and the test hook. */
#pragma once

#include "detect/engine/breaker.h"
#include "detect/engine/engine.h"
#include "detect/sink/line.h"

struct sensor_rules {
	const struct pack *pack;
	struct engine *engine;
	struct breaker *breaker;
	uint8_t *poison; /* of each rule, or NULL */
	int64_t next_check_ns;
	bool audit_refused; /* and not said yet */
};

/*
 * sensor_rules_open(pack, engine, limits, audit, may_act, out):
 * Watch the rules of ${pack} in ${engine}, which counts their steps, by ${limits}; ${audit} is the
 * list of those in audit-only (model/audit.h), or -1.  One that is not this pack's is not used,
 * and that is said: too many alerts are better than no sensor.  All memory is allocated here.
 * 0 or -errno.
 */
int sensor_rules_open(const struct pack *pack, struct engine *engine,
		      const struct breaker_limits *limits, int audit, bool may_act,
		      struct sensor_rules *out) MUST_USE;

/* What is to become of the detection. */
enum breaker_answer sensor_rules_detection(struct sensor_rules *rules, uint32_t rule,
					   int64_t now_ns);

/*
 * sensor_rules_next(rules, now_ns, action, sentence, size):
 * Once a second: the next rule that was suspended or is back, in words, after the engine was told.
 * False: there is nothing more to say.
 */
bool sensor_rules_next(struct sensor_rules *rules, int64_t now_ns, struct text *action,
		       char *sentence, size_t size);

/* Write the breakers' counters into ${health}. */
void sensor_rules_health(const struct sensor_rules *rules, struct line_health *health);
