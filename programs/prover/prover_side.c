// SPDX-License-Identifier: Apache-2.0
// One of the two packs of a proof: its engine, what it costs, and what it finds.
#include "prover_side.h"

#include <errno.h>
#include <malloc.h>
#include <time.h>

#include "poison.h"

#define CALIBRATIONS 64

/* CPU time: what else the machine does meanwhile costs the pack nothing. */
static uint64_t cpu_now_ns(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t clock_cost_ns(void)
{
	uint64_t least = UINT64_MAX;

	for (int i = 0; i < CALIBRATIONS; i++) {
		uint64_t before = cpu_now_ns(), took = cpu_now_ns() - before;

		if (took < least)
			least = took;
	}
	return least;
}

static size_t heap_size(void)
{
	struct mallinfo2 heap = mallinfo2();

	return heap.uordblks + heap.hblkhd;
}

int side_open(struct side *side, int fd, bool may_act, struct why *why)
{
	int r = pack_open_fd(fd, &side->pack, why);

	if (r)
		return r;
	side->figures.rules = pack_rule_count(side->pack);
	for (unsigned i = 0; i < FIELD_COUNT; i++)
		side->numbers[i] = pack_field(side->pack, field_info(i)->sigma);
	return may_act ? poison_find(side->pack, &side->poison) : 0;
}

int side_load(struct side *side, bool json)
{
	size_t before = heap_size();
	int r = engine_create(side->pack, NULL, &side->engine);

	if (r)
		return r;
	side->figures.memory_size = heap_size() - before + pack_bytes(side->pack).size;
	side->detections = calloc(side->figures.rules + 1u, sizeof(*side->detections));
	if (!side->detections)
		return -ENOMEM;
	side->clock_ns = clock_cost_ns();
	return json ? intake_create(side->pack, NULL, &side->intake) : 0;
}

int side_restart(struct side *side)
{
	engine_free(side->engine);
	side->engine = NULL;
	side->cpu_ns = side->timed = 0;
	side->figures.slowest_ns = 0;
	memset(side->detections, 0, side->figures.rules * sizeof(*side->detections));
	return engine_create(side->pack, NULL, &side->engine);
}

static void on_detection(void *user, const struct detection *detection)
{
	struct side *side = user;

	if (detection->rule >= side->figures.rules)
		return;
	side->detections[detection->rule]++;
	if (side->poison)
		poison_act((enum poison)side->poison[detection->rule]);
}

void side_event(struct side *side, const struct event *event)
{
	uint64_t before = cpu_now_ns(), took;

	engine_event(side->engine, event, on_detection, side);
	took = cpu_now_ns() - before;
	took -= took < side->clock_ns ? took : side->clock_ns;
	side->cpu_ns += took;
	side->timed++;
	if (took > side->figures.slowest_ns)
		side->figures.slowest_ns = took;
}

void side_sensed(struct side *side, const struct sensed *sensed)
{
	static struct event event;

	event_clear(&event, sensed->event.record);
	event.source = sensed->event.source;
	event.id = sensed->event.id;
	event.time_ns = sensed->event.time_ns;
	event.dropped = sensed->event.dropped;
	event.count = sensed->event.count;
	for (uint32_t i = 0; i < event.count; i++) {
		uint8_t field = sensed->fields[i];

		event.values[i] = sensed->event.values[i];
		event.values[i].field =
			field < FIELD_COUNT ? side->numbers[field] : EVENT_FIELD_NONE;
	}
	side_event(side, &event);
}

void side_finish(struct side *side)
{
	const struct engine_counters *counters = engine_counters(side->engine);

	side->figures.ns_per_event = side->timed ? side->cpu_ns / side->timed : 0;
	side->figures.detections = counters->detections;
	side->figures.out_of_steps = counters->out_of_steps;
}
