// SPDX-License-Identifier: Apache-2.0
// The newest of what the flight recorder has, under both packs.
#include "detect/recorder/recording.h"
#include "prover_replay.h"

int replay_recording(struct replay *replay, const int *segments, unsigned count)
{
	AUTO(recording) struct recording *recording = NULL;
	struct prover_report *report = replay->report;
	struct recording_counters counters;
	const struct sensed *sensed;
	int r = recording_open(segments, count, &recording);

	if (r)
		return r;
	recording_span(recording, (int64_t)replay->order->since_ns, INT64_MAX);
	recording_newest(recording, replay->order->events_max);
	while (replay_may_go_on(replay) && (sensed = recording_next(recording))) {
		replay_note(report, sensed->event.time_ns);
		side_sensed(replay->candidate, sensed);
		if (replay->running->pack)
			side_sensed(replay->running, sensed);
	}
	report->events_left = report->events < replay->order->events_max &&
			      recording_next(recording) != NULL;
	recording_counters(recording, &counters);
	report->damaged = counters.segments_damaged + counters.blocks_damaged;
	return 0;
}
