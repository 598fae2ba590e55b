// SPDX-License-Identifier: Apache-2.0
// Events of JSON lines under both packs, and what all that is replayed has in common.
#include "prover_replay.h"

#include <errno.h>
#include <time.h>

#include "format/json_stream.h"

#define LOOK_EVERY 32 /* events between two looks at the clock */

static int64_t now_ns(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

bool replay_may_go_on(struct replay *replay)
{
	uint64_t events = replay->report->events;

	return events < replay->order->events_max &&
	       (events % LOOK_EVERY || now_ns() < replay->until_ns);
}

void replay_note(struct prover_report *report, int64_t time_ns)
{
	report->events++;
	__atomic_store_n(&report->progress, report->events, __ATOMIC_RELEASE);
	if (time_ns == 0)
		return;
	if (report->first_ns == 0)
		report->first_ns = time_ns;
	report->last_ns = time_ns;
}

ssize_t replay_read(void *user, char *at, size_t size)
{
	ssize_t got = read(*(const int *)user, at, size);

	return got < 0 ? -errno : got;
}

int replay_lines(struct replay *replay, int fd)
{
	static struct event event;
	struct prover_report *report = replay->report;
	struct json_stream *stream = NULL;
	struct why why;
	int r = json_stream_create(&stream);

	if (r)
		return r;
	json_stream_start(stream, replay_read, &fd);
	while ((r = json_stream_next(stream, &why)) > 0) {
		const struct json_document *document = json_stream_document(stream);

		if (r == JSON_STREAM_BAD) {
			report->damaged++;
			continue;
		}
		if (!replay_may_go_on(replay)) {
			report->events_left = 1;
			break;
		}
		(void)intake_json(replay->candidate->intake, document, &event);
		replay_note(report, event.time_ns);
		side_event(replay->candidate, &event);
		if (!replay->running->pack)
			continue;
		(void)intake_json(replay->running->intake, document, &event);
		side_event(replay->running, &event);
	}
	json_stream_free(stream);
	return r < 0 ? r : 0;
}
