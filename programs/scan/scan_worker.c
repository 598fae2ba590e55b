// SPDX-License-Identifier: Apache-2.0
// Looking at events, one after another: what each thread of a scan does.
#include "scan_worker.h"

/* Rules that only correlations use, or that they use besides. */
static void on_match(void *user, const uint32_t *rules, uint32_t count,
		     const struct event *event);

int scan_worker_init(struct scan_worker *worker, const struct scan_task *task,
		     struct scan_merge *merge)
{
	const struct engine_limits limits = { 0 };
	int r;

	*worker = (struct scan_worker){ .task = task, .merge = merge };
	r = engine_create(task->rules->pack, &limits, &worker->engine);
	if (r == 0)
		r = scan_task_reader(task, &worker->reader);
	if (r == 0)
		engine_defer(worker->engine, on_match);
	return r;
}

void scan_worker_done(struct scan_worker *worker)
{
	reader_free(worker->reader);
	engine_free(worker->engine);
}

static struct scan_place place_of(const struct reader *reader)
{
	return (struct scan_place){
		.file = reader_file(reader),
		.line = reader_line(reader),
		.offset = reader_offset(reader),
		.host = reader_host(reader),
		.is_recovered = reader_is_carved(reader),
		.reader = reader,
	};
}

/* Keep the event at hand, once; returns where. */
static size_t keep(struct scan_worker *worker, const struct event *event,
		   const struct scan_place *place)
{
	const struct scan_task *task = worker->task;
	bool with_original =
		task->report.detection || task->options->format->has_original;

	if (!worker->is_kept)
		worker->kept_at =
			scan_unit_event(worker->unit, event, place, with_original);
	worker->is_kept = true;
	return worker->kept_at;
}

static void on_detection(void *user, const struct detection *detection)
{
	struct scan_worker *worker = user;
	const struct scan_task *task = worker->task;
	struct scan_place place = place_of(worker->at);
	uint16_t matched[SCAN_MATCHED_MAX];

	if (task->report.detection || task->options->format->has_matched) {
		place.matched = matched;
		place.matched_count = engine_matched(worker->engine, detection, matched,
						     SCAN_MATCHED_MAX);
	}
	if (!scan_merge_print(task, worker->results, &place, detection) ||
	    !task->report.detection)
		return;
	if (worker->unit)
		scan_unit_detection(worker->unit, detection->rule,
				    keep(worker, detection->event, &place), &place);
	else
		task->report.detection(task->report.user, task->rules->pack, &place,
				       detection);
}

static void on_match(void *user, const uint32_t *rules, uint32_t count,
		     const struct event *event)
{
	struct scan_worker *worker = user;
	struct scan_place place = place_of(worker->at);

	if (worker->unit)
		scan_unit_match(worker->unit, rules, count, keep(worker, event, &place));
	else
		scan_merge_match(worker->merge, &place, rules, count, event);
}

/* What --only-channel and --stats take for an event's channel. */
static struct text channel_of(const struct reader *reader)
{
	struct text channel = reader_channel(reader), source;

	if (channel.size)
		return channel;
	source = reader_event(reader)->source;
	return text_starts(source, TEXT("windows:")) ? text_part(source, 8, SIZE_MAX)
						     : source;
}

/* Windows' rules go by the channel: only those for all of Windows look at such an event. */
static bool is_without_channel(const struct reader *reader)
{
	return !reader_channel(reader).size &&
	       text_starts(reader_event(reader)->source, TEXT("windows:"));
}

/* Whether the event at hand is asked for; it is counted if it is not. */
static bool is_wanted(const struct scan_worker *worker, struct scan_counts *counts)
{
	const struct scan_options *options = worker->task->options;
	int64_t time_ns = reader_event(worker->at)->time_ns;
	bool has_times = options->since || options->until;

	if (options->channels.count &&
	    !scan_globs_match(&options->channels, channel_of(worker->at))) {
		counts->other_channel++;
		return false;
	}
	if (has_times && !time_ns) {
		counts->without_time++;
	} else if (time_ns < options->since_ns || time_ns >= options->until_ns) {
		counts->out_of_time++;
		return false;
	}
	return true;
}

/* What is asked for of an event. */
static void look_at(struct scan_worker *worker)
{
	const struct event *event = reader_event(worker->at);
	struct scan_results *results = worker->results;

	switch (worker->task->options->mode) {
	case SCAN_DUMP:
		reader_original(worker->at, &results->out.buffer);
		buffer_char(&results->out.buffer, '\n');
		break;
	case SCAN_STATS:
		results->counts.without_channel += is_without_channel(worker->at);
		scan_stats_event(&results->stats, event, channel_of(worker->at),
				 reader_provider(worker->at));
		break;
	default:
		worker->is_kept = false;
		engine_event(worker->engine, event, on_detection, worker);
	}
}

static void on_event(struct scan_worker *worker)
{
	enum intake_shape shape = reader_shape(worker->at);
	struct scan_counts *counts = &worker->results->counts;

	counts->read++;
	counts->recovered += reader_is_carved(worker->at);
	if (!is_wanted(worker, counts))
		return;
	counts->events++;
	counts->shapes[shape]++;
	counts->values_dropped += reader_event(worker->at)->dropped;
	if (shape == SHAPE_UNKNOWN && !counts->unrecognised++)
		(void)snprintf(counts->unrecognised_at, sizeof(counts->unrecognised_at),
			       "%s:%llu", reader_file(worker->at),
			       (unsigned long long)reader_line(worker->at));
	look_at(worker);
}

/* What is wrong with a line or a file: count it, and have it said in its turn. */
static void on_fault(struct scan_worker *worker, enum reader_result result,
		     bool is_member, const struct why *why)
{
	struct scan_counts *counts = &worker->results->counts;
	const struct scan_fault fault = { result, is_member, *why };

	counts->bad += result == READER_BAD;
	counts->damaged += result == READER_DAMAGED;
	counts->no_log += result == READER_NO_LOG;
	counts->failed += result == READER_FAILED;
	if (worker->unit)
		scan_unit_fault(worker->unit, &fault);
	else
		scan_merge_fault(worker->merge, &fault);
}

/* Where what is found goes. */
static void begin(struct scan_worker *worker, const struct reader *reader,
		  struct scan_unit *unit)
{
	worker->at = reader;
	worker->unit = unit;
	worker->results = unit ? &unit->results : &worker->merge->total;
}

void scan_worker_read(struct scan_worker *worker, struct reader *reader,
		      struct scan_unit *unit, scan_step *step, void *user)
{
	const struct engine_counters before = *engine_counters(worker->engine);
	uint64_t chunks = reader_damaged_chunks(reader),
		 lost = reader_lost_records(reader);
	enum reader_result result;
	struct why why = { 0 };

	begin(worker, reader, unit);
	do {
		why.line = why.column = 0;
		result = reader_next(reader, &why);
		if (result == READER_END || atomic_load(worker->task->interrupted))
			break;
		if (result == READER_EVENT)
			on_event(worker);
		else
			on_fault(worker, result, reader_is_member(reader), &why);
	} while (step(user));
	worker->results->counts.damaged_chunks += reader_damaged_chunks(reader) - chunks;
	worker->results->counts.lost += reader_lost_records(reader) - lost;
	scan_engine_add(&worker->results->engine, &before,
			engine_counters(worker->engine));
}

void scan_worker_file(struct scan_worker *worker, const char *path,
		      struct scan_unit *unit, scan_step *step, void *user)
{
	struct why why = { 0 };

	begin(worker, worker->reader, unit);
	if (reader_open(worker->reader, path, &why)) {
		if (!atomic_load(worker->task->interrupted))
			on_fault(worker, READER_FAILED, false, &why);
		return;
	}
	worker->results->counts.files++;
	scan_worker_read(worker, worker->reader, unit, step, user);
	worker->results->counts.bytes += reader_unpacked(worker->reader);
}
