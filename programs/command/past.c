// SPDX-License-Identifier: Apache-2.0
// The host's recorded past, as the commands recorder and hunt look at it.
#include "past.h"

#include "scan/scan.h"
#include "scan/scan_select.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#define DRAW_NS     INT64_C(100000000) /* between two drawings of the progress */
#define DRAW_EVENTS 1024               /* between two looks at the clock */

static int64_t clock_ns(clockid_t clock)
{
	struct timespec now = { 0 };

	(void)clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

void past_say(const struct past *past, const char *format, ...)
{
	va_list arguments;

	(void)fprintf(stderr, "windhover %s: ", past->command);
	va_start(arguments, format);
	(void)vfprintf(stderr, format, arguments);
	va_end(arguments);
	(void)fputc('\n', stderr);
}

static bool read_span(struct past *past, int64_t *since_ns, int64_t *until_ns)
{
	int64_t now_ns = clock_ns(CLOCK_REALTIME);

	*since_ns = INT64_MIN;
	*until_ns = INT64_MAX;
	if (past->since && !scan_moment(past->since, now_ns, since_ns))
		past_say(past,
			 "--since expects a span such as 6h, or a time such as "
			 "2024-07-19T04:09:00Z, and not '%s'",
			 past->since);
	else if (past->until && !scan_moment(past->until, now_ns, until_ns))
		past_say(past,
			 "--until expects a span such as 6h, or a time such as "
			 "2024-07-19T04:09:00Z, and not '%s'",
			 past->until);
	else if (*since_ns >= *until_ns)
		past_say(past, "--since expects a time before that of --until");
	else
		return true;
	return false;
}

static int complain(const struct past *past, int r)
{
	if (r == -EACCES || r == -EPERM)
		past_say(past, "%s: only root may look at what was recorded", past->path);
	else if (r == -ENOENT)
		past_say(past,
			 "%s: nothing was recorded there; windhoverd --recorder does",
			 past->path);
	else
		past_say(past, "%s: %s", past->path, strerror(-r));
	return r;
}

int past_open(struct past *past)
{
	const char *terminal = getenv("TERM");
	int64_t since_ns, until_ns;
	int r;

	folder_init(&past->folder);
	if (!read_span(past, &since_ns, &until_ns))
		return -EINVAL;
	r = folder_read(past->path, &past->folder);
	if (r)
		return complain(past, r);
	r = recording_open(past->folder.segments, RECORDER_SEGMENTS, &past->recording);
	if (r)
		return complain(past, r);
	recording_span(past->recording, since_ns, until_ns);
	past->has_progress = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO) &&
			     !(terminal && strcmp(terminal, "dumb") == 0);
	return 0;
}

void past_close(struct past *past)
{
	recording_close(past->recording);
	past->recording = NULL;
	if (past->path)
		folder_close(&past->folder);
}

static void draw(struct past *past)
{
	char events[SCAN_NUMBER_SIZE], detections[SCAN_NUMBER_SIZE];
	int64_t now_ns = clock_ns(CLOCK_MONOTONIC);
	uint64_t done, size;

	if (now_ns - past->drawn_ns < DRAW_NS)
		return;
	past->drawn_ns = now_ns;
	past->is_drawn = true;
	recording_progress(past->recording, &done, &size);
	(void)fprintf(stderr, "\r\x1b[K%3u%%  %s events, %s detections",
		      (unsigned)(size ? 100 * done / size : 100),
		      scan_number(past->events, events),
		      scan_number(past->detections, detections));
	(void)fflush(stderr);
}

const struct sensed *past_next(struct past *past)
{
	const struct sensed *sensed = recording_next(past->recording);

	if (sensed && ++past->events % DRAW_EVENTS == 0 && past->has_progress)
		draw(past);
	return sensed;
}

void past_finish(struct past *past)
{
	struct recording_counters counters;

	if (past->is_drawn)
		(void)fputs("\r\x1b[K", stderr);
	recording_counters(past->recording, &counters);
	if (counters.segments_damaged || counters.blocks_damaged ||
	    counters.events_missing || counters.values_unknown)
		past_say(past,
			 "not all could be read: %llu segments and %llu blocks are "
			 "damaged, "
			 "%llu events are missing, %llu values are of unknown fields",
			 (unsigned long long)counters.segments_damaged,
			 (unsigned long long)counters.blocks_damaged,
			 (unsigned long long)counters.events_missing,
			 (unsigned long long)counters.values_unknown);
}

/* Replaying */

struct replay {
	struct past *past;
	const struct sensed *sensed;
	past_found *found;
	void *user;
};

static void on_detection(void *user, const struct detection *detection)
{
	struct replay *replay = user;

	replay->past->detections++;
	replay->found(replay->user, replay->sensed, detection);
}

int past_replay(struct past *past, const struct pack *pack, past_found *found, void *user,
		struct past_cost *cost)
{
	const struct engine_limits limits = { 0 };
	struct replay replay = { .past = past, .found = found, .user = user };
	int64_t begun_ns = clock_ns(CLOCK_PROCESS_CPUTIME_ID), engine_ns = 0, at_ns;
	struct engine *engine;
	int r = engine_create(pack, &limits, &engine);

	if (r)
		return r;
	recording_pack(past->recording, pack);
	while ((replay.sensed = past_next(past))) {
		at_ns = clock_ns(CLOCK_MONOTONIC);
		engine_event(engine, &replay.sensed->event, on_detection, &replay);
		engine_ns += clock_ns(CLOCK_MONOTONIC) - at_ns;
	}
	engine_free(engine);
	*cost = (struct past_cost){
		.events = past->events,
		.detections = past->detections,
		.engine_ns = engine_ns,
		.cpu_s = (double)(clock_ns(CLOCK_PROCESS_CPUTIME_ID) - begun_ns) / 1e9,
	};
	return 0;
}
