// SPDX-License-Identifier: Apache-2.0
// Windows event logs through reader and engine, one core, no output: evtx PACK LOG...
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "detect/engine/engine.h"
#include "detect/intake/reader.h"

#define ROUNDS 5

/* How far records go. */
enum way { PARSED, EVALUATED, WAYS };

struct bench {
	struct engine *engine;
	struct reader *reader;
	char **logs;
	int count;
	uint64_t records, bytes, detections;
};

static double cpu_s(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void count(void *user, const struct detection *detection)
{
	struct bench *bench = user;

	(void)detection;
	bench->detections++;
}

static void read_log(struct bench *bench, const char *log, enum way way)
{
	struct why why = { 0 };
	enum reader_result result;

	if (reader_open(bench->reader, log, &why)) {
		fprintf(stderr, "%s: %s\n", log, why.reason);
		exit(1);
	}
	while ((result = reader_next(bench->reader, &why)) != READER_END) {
		const struct event *event = reader_event(bench->reader);

		if (result != READER_EVENT)
			continue;
		bench->records++;
		/* Parsed is what has every value read; rules do with those that they want. */
		if (way == PARSED)
			event_complete(event);
		else
			engine_event(bench->engine, event, count, bench);
	}
	bench->bytes += reader_unpacked(bench->reader);
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* CPU seconds for all logs: the median of the rounds, after one that warms the cache. */
static double measure(struct bench *bench, enum way way)
{
	double rounds[ROUNDS];

	for (int round = -1; round < ROUNDS; round++) {
		double start = cpu_s();

		bench->records = bench->bytes = bench->detections = 0;
		for (int i = 0; i < bench->count; i++)
			read_log(bench, bench->logs[i], way);
		if (round >= 0)
			rounds[round] = cpu_s() - start;
	}
	qsort(rounds, ROUNDS, sizeof(rounds[0]), by_value);
	return rounds[ROUNDS / 2];
}

int main(int argc, char **argv)
{
	struct bench bench = { .logs = argv + 2, .count = argc - 2 };
	struct pack *pack;
	struct why why = { 0 };
	double seconds[WAYS];

	if (argc < 3) {
		fprintf(stderr, "usage: evtx PACK LOG...\n");
		return 2;
	}
	if (pack_open(argv[1], &pack, &why) || engine_create(pack, NULL, &bench.engine) ||
	    reader_create(pack, NULL, &bench.reader)) {
		fprintf(stderr, "%s: %s\n", argv[1], why.reason);
		return 1;
	}
	for (enum way way = PARSED; way < WAYS; way++)
		seconds[way] = measure(&bench, way);
	printf("{\"records\": %llu, \"bytes\": %llu, \"detections\": %llu, "
	       "\"parsed_s\": %.4f, \"evaluated_s\": %.4f}\n",
	       (unsigned long long)bench.records, (unsigned long long)bench.bytes,
	       (unsigned long long)bench.detections, seconds[PARSED], seconds[EVALUATED]);
	reader_free(bench.reader);
	engine_free(bench.engine);
	pack_close(pack);
	return 0;
}
