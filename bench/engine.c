// SPDX-License-Identifier: Apache-2.0
// Events per second through the engine, and what a pack costs: engine PACK [SOURCE ID LOG...]
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "detect/engine/engine.h"
#include "detect/intake/reader.h"

#define EVENTS_MAX 4096
#define LOADS      21
#define ROUNDS     9
#define ROUND_NS   300000000LL

/* Events of one class from the logs, in memory: what is timed reads no file. */
struct events {
	struct text source;
	uint32_t id; /* EVENT_ID_NONE: any */
	struct event *all[EVENTS_MAX];
	uint32_t count;
};

struct figures {
	double load_ms, ns_per_event,
		hash_ns; /* the last: of its bytes, to compare with */
	long resident_kb;
};

static long long now_ns(clockid_t clock)
{
	struct timespec t;

	(void)clock_gettime(clock, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static long resident_kb(void)
{
	AUTO(fclose) FILE *file = fopen("/proc/self/statm", "re");
	long pages = 0;

	if (!file || fscanf(file, "%*d %ld", &pages) != 1)
		return 0;
	return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *list, size_t count)
{
	qsort(list, count, sizeof(*list), by_value);
	return list[count / 2];
}

static void *need(void *memory)
{
	if (!memory)
		exit(2);
	return memory;
}

/* A copy with only its values' bytes: the reader's record is a whole block. */
static void keep_event(struct events *events, const struct event *event)
{
	size_t size = 0, used = 0;
	struct event *copy = need(malloc(sizeof(*copy)));
	char *record;

	event_complete(event);
	memcpy(copy, event,
	       offsetof(struct event, values) + event->count * sizeof(event->values[0]));
	for (uint32_t i = 0; i < event->count; i++)
		size += event_text(event, &event->values[i]).size;
	record = need(malloc(size + 1));
	for (uint32_t i = 0; i < event->count; i++) {
		struct text text = event_text(event, &event->values[i]);

		if (text.size)
			memcpy(record + used, text.at, text.size);
		copy->values[i].at = (uint32_t)used;
		used += text.size;
	}
	copy->record = copy->whole = (struct text){ .at = record, .size = used };
	copy->source = events->source;
	events->all[events->count++] = copy;
}

static bool is_wanted(const struct events *events, const struct event *event)
{
	return text_is(event->source, events->source) &&
	       (events->id == EVENT_ID_NONE || event->id == events->id);
}

static int read_log(struct events *events, struct reader *reader, const char *path)
{
	struct why why = { 0 };
	enum reader_result result;

	if (reader_open(reader, path, &why)) {
		fprintf(stderr, "%s: %s\n", path, why.reason);
		return -1;
	}
	while ((result = reader_next(reader, &why)) != READER_END)
		if (result == READER_EVENT && events->count < EVENTS_MAX &&
		    is_wanted(events, reader_event(reader)))
			keep_event(events, reader_event(reader));
	return 0;
}

static int read_logs(struct events *events, const struct pack *pack, char **paths)
{
	struct reader *reader;
	int r = reader_create(pack, NULL, &reader);

	for (; !r && *paths; paths++)
		r = read_log(events, reader, *paths);
	if (!r)
		reader_free(reader);
	return r;
}

/* Mapping, digest and proof, from a warm cache: what a start or a switch waits for. */
static double load_ms(const char *path)
{
	double times[LOADS];
	struct why why = { 0 };

	for (unsigned i = 0; i < LOADS; i++) {
		long long start = now_ns(CLOCK_MONOTONIC);
		struct pack *pack;

		if (pack_open(path, &pack, &why)) {
			fprintf(stderr, "%s: %s\n", path, why.reason);
			exit(2);
		}
		times[i] = (double)(now_ns(CLOCK_MONOTONIC) - start) / 1e6;
		pack_close(pack);
	}
	return median(times, LOADS);
}

static void count_detection(void *user, const struct detection *detection)
{
	(void)detection;
	(*(uint64_t *)user)++;
}

/* Nanoseconds of CPU for each event: the median of rounds over all of them. */
static double run(struct engine *engine, const struct events *events,
		  uint64_t *detections)
{
	double times[ROUNDS];

	for (unsigned round = 0; round < ROUNDS; round++) {
		long long start = now_ns(CLOCK_PROCESS_CPUTIME_ID), end;
		uint64_t passes = 0;

		do {
			for (uint32_t i = 0; i < events->count; i++)
				engine_event(engine, events->all[i], count_detection,
					     detections);
			passes++;
			end = now_ns(CLOCK_PROCESS_CPUTIME_ID);
		} while (end - start < ROUND_NS);
		times[round] = (double)(end - start) / (double)(passes * events->count);
	}
	return median(times, ROUNDS);
}

/* Nanoseconds for hashing what an event has: what touching its bytes alone costs. */
static double hash_ns(const struct events *events)
{
	double times[ROUNDS];
	volatile uint64_t sum = 0;

	for (unsigned round = 0; round < ROUNDS; round++) {
		long long start = now_ns(CLOCK_PROCESS_CPUTIME_ID), end;
		uint64_t passes = 0;

		do {
			for (uint32_t i = 0; i < events->count; i++)
				sum += XXH3_64bits(events->all[i]->record.at,
						   events->all[i]->record.size);
			passes++;
			end = now_ns(CLOCK_PROCESS_CPUTIME_ID);
		} while (end - start < ROUND_NS / 10);
		times[round] = (double)(end - start) / (double)(passes * events->count);
	}
	(void)sum;
	return median(times, ROUNDS);
}

static void report(const struct pack *pack, const struct engine *engine,
		   const struct events *events, const struct figures *figures)
{
	const struct engine_counters *counters = engine_counters(engine);
	double ns = figures->ns_per_event, evaluated = (double)counters->events;

	printf("{\"rules\": %u, \"pack_kb\": %zu, \"load_ms\": %.2f, \"resident_kb\": "
	       "%ld",
	       pack_rule_count(pack), pack_bytes(pack).size / 1024, figures->load_ms,
	       figures->resident_kb);
	if (events->count)
		printf(", \"events\": %u, \"ns_per_event\": %.0f, \"events_per_second\": "
		       "%.0f, "
		       "\"hash_ns\": %.0f, "
		       "\"candidates_per_event\": %.3f, \"detections_per_event\": %.3f",
		       events->count, ns, 1e9 / ns, figures->hash_ns,
		       (double)counters->candidates / evaluated,
		       (double)counters->detections / evaluated);
	printf("}\n");
}

/* Without logs only what a pack costs is measured. */
static void measure(struct engine *engine, const struct pack *pack, struct events *events,
		    struct figures *figures)
{
	uint64_t detections = 0;
	long before = resident_kb();

	/* Evaluating touches more of both; what reading the logs took is left out. */
	for (uint32_t i = 0; i < events->count; i++)
		engine_event(engine, events->all[i], count_detection, &detections);
	figures->resident_kb += resident_kb() - before;
	if (events->count) {
		figures->ns_per_event = run(engine, events, &detections);
		figures->hash_ns = hash_ns(events);
	}
	report(pack, engine, events, figures);
}

int main(int argc, char **argv)
{
	static struct events events;
	struct figures figures = { 0 };
	struct why why = { 0 };
	struct engine *engine;
	struct pack *pack;
	long before;

	if (argc < 2) {
		fprintf(stderr, "usage: engine PACK [SOURCE ID|- LOG...]\n");
		return 2;
	}
	figures.load_ms = load_ms(argv[1]);
	before = resident_kb();
	if (pack_open(argv[1], &pack, &why) || engine_create(pack, NULL, &engine))
		return 2;
	figures.resident_kb = resident_kb() - before;
	if (argc > 4) {
		events.source = text_of(argv[2]);
		events.id = (uint32_t)strtoul(argv[3], NULL, 10);
		if (argv[3][0] == '-')
			events.id = EVENT_ID_NONE;
		if (read_logs(&events, pack, argv + 4) || !events.count) {
			fprintf(stderr, "no event of %s in the logs\n", argv[2]);
			return 2;
		}
	}
	measure(engine, pack, &events, &figures);
	engine_free(engine);
	pack_close(pack);
	return 0;
}
