// SPDX-License-Identifier: Apache-2.0
// What the flight recorder costs: the sensor's part, the recorder's, and reading it all again.
#include "detect/recorder/channel.h"
#include "detect/recorder/files.h"
#include "detect/recorder/folder.h"
#include "detect/recorder/recording.h"
#include "detect/recorder/testing.h"

#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define EVENTS 300000u
#define BATCH  64u /* made, then sent, then taken by the other end */

static struct testing_host hosts[BATCH];

static double cpu_seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct recorder_now now_at(uint64_t event)
{
	/* 5,000 events in a second. */
	return (struct recorder_now){ .time_ns = (int64_t)event * 200000,
				      .steady_ns = 1 + (int64_t)event * 200000 };
}

struct result {
	double put, take, read;
	struct recorder_counters written;
	struct recording_counters seen;
};

static int record(struct channel *from, struct channel *to, struct folder *folder,
		  struct result *result)
{
	const struct recorder_limits limits = { 0 };
	const struct recorder_disk disk = files_disk(folder->segments);
	const struct sensed *sensed;
	struct recorder *recorder;
	uint64_t position;
	double begun;
	int r = recorder_create(&limits, &disk, &recorder);

	if (r)
		return r;
	recorder_begin(recorder, channel_id(to), now_at(0));
	channel_begin(to, 0);
	for (uint64_t sent = 0; sent < EVENTS; sent += BATCH) {
		for (uint64_t i = 0; i < BATCH; i++)
			(void)testing_event(&hosts[i], sent + i);
		begun = cpu_seconds();
		for (uint64_t i = 0; i < BATCH; i++)
			(void)channel_put(from, &hosts[i].sensed);
		result->put += cpu_seconds() - begun;
		begun = cpu_seconds();
		while ((sensed = channel_take(to, &position)))
			recorder_put(recorder, sensed, position, now_at(sent));
		recorder_tick(recorder, now_at(sent + BATCH));
		channel_kept(to, recorder_position(recorder));
		result->take += cpu_seconds() - begun;
	}
	recorder_end(recorder, now_at(EVENTS));
	recorder_counters(recorder, &result->written);
	recorder_free(recorder);
	return 0;
}

static int replay(const struct folder *folder, struct result *result)
{
	struct recording *recording;
	double begun = cpu_seconds();
	int r = recording_open(folder->segments, RECORDER_SEGMENTS, &recording);

	if (r)
		return r;
	while (recording_next(recording))
		;
	result->read = cpu_seconds() - begun;
	recording_counters(recording, &result->seen);
	recording_close(recording);
	return 0;
}

static int measure(const char *path, struct result *result)
{
	AUTO(folder) struct folder folder;
	struct channel *from = NULL, *to = NULL;
	AUTO(close) int memory = -1;
	AUTO(close) int bell = -1;
	int r;

	folder_init(&folder);
	r = channel_make(&memory, &bell);
	if (r == 0)
		r = channel_open(memory, bell, &from);
	if (r == 0)
		r = channel_open(memory, bell, &to);
	if (r == 0)
		r = folder_write(path, &folder);
	if (r == 0)
		r = record(from, to, &folder, result);
	if (r == 0)
		r = replay(&folder, result);
	channel_close(from);
	channel_close(to);
	return r;
}

int main(int argc, char **argv)
{
	struct result result = { 0 };
	double events;
	int r;

	if (argc != 2) {
		(void)fputs("usage: recorder FOLDER\n", stderr);
		return 2;
	}
	r = measure(argv[1], &result);
	if (r || result.written.lost || result.seen.events < EVENTS) {
		(void)fprintf(stderr, "recorder: %s\n", r ? strerror(-r) : "events lost");
		return 1;
	}
	events = (double)result.seen.events;
	printf("%llu %.0f %.0f %.0f %.1f %.1f\n", (unsigned long long)result.seen.events,
	       result.put / events * 1e9, result.take / events * 1e9,
	       result.read / events * 1e9, (double)result.seen.raw_size / events,
	       (double)result.seen.payload_size / events);
	return 0;
}
