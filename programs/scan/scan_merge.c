// SPDX-License-Identifier: Apache-2.0
// Putting what was found in order: output, faults, correlations, totals.
#include "scan_merge.h"

#include <errno.h>

#define BLOCK_SIZE 65536 /* bytes that are written at a time */

int scan_merge_init(struct scan_merge *merge, const struct scan_task *task,
		    const struct scan_output *out)
{
	const struct engine_limits limits = { 0 };
	int r;

	*merge = (struct scan_merge){ .task = task };
	merge->event = malloc(sizeof(*merge->event));
	r = merge->event ? scan_results_init(&merge->total, task, out) : -ENOMEM;
	return r ? r : engine_create(task->rules->pack, &limits, &merge->engine);
}

void scan_merge_done(struct scan_merge *merge)
{
	scan_results_done(&merge->total);
	engine_free(merge->engine);
	free(merge->event);
}

bool scan_merge_print(const struct scan_task *task, struct scan_results *results,
		      const struct scan_place *place, const struct detection *detection)
{
	struct pack_rule rule;

	if (!scan_task_shows(task, detection->rule, &rule))
		return false;
	results->counts.detections[rule.level]++;
	results->counts.by_rule[detection->rule]++;
	task->options->format->detection(&results->out, task->rules->pack, place,
					 detection);
	return true;
}

static void tell(struct scan_merge *merge, const struct why *why)
{
	char line[1024];

	/* Where both are one terminal, it stands behind what was found before it. */
	if (merge->total.out.is_terminal)
		scan_merge_flush(merge, true);
	scan_progress_clear(&merge->progress);
	why_print(why, line, sizeof(line));
	scan_say(line);
	if (merge->task->report.fault)
		merge->task->report.fault(merge->task->report.user, line);
}

void scan_merge_no_memory(struct scan_merge *merge)
{
	scan_progress_clear(&merge->progress);
	scan_say("memory is out");
	merge->trouble = true;
}

void scan_merge_fault(struct scan_merge *merge, const struct scan_fault *fault)
{
	switch (fault->result) {
	case READER_BAD:
	case READER_DAMAGED:
		if (++merge->shown <= SCAN_BAD_SHOWN)
			tell(merge, &fault->why);
		break;
	case READER_NO_LOG:
		/* Who names a file means it; a folder may hold other things, and so may a zip. */
		if (merge->file->is_named && !fault->is_member) {
			tell(merge, &fault->why);
			merge->trouble = true;
		}
		break;
	default:
		if (++merge->failed_shown <= SCAN_FAILED_SHOWN)
			tell(merge, &fault->why);
	}
}

/* The detection of a correlation, which a match has completed. */
struct completed {
	struct scan_merge *merge;
	struct scan_place place;
};

static void on_correlation(void *user, const struct detection *detection)
{
	struct completed *completed = user;
	struct scan_merge *merge = completed->merge;
	const struct scan_report *report = &merge->task->report;

	if (scan_merge_print(merge->task, &merge->total, &completed->place, detection) &&
	    report->detection)
		report->detection(report->user, merge->task->rules->pack,
				  &completed->place, detection);
}

void scan_merge_match(struct scan_merge *merge, const struct scan_place *place,
		      const uint32_t *rules, uint32_t count, const struct event *event)
{
	struct completed completed = { merge, *place };

	engine_correlate(merge->engine, rules, count, event, on_correlation, &completed);
}

/* A detection or a match that was kept. */
static void recall(struct scan_merge *merge, const struct scan_unit *unit,
		   const struct scan_note *note)
{
	const struct scan_report *report = &merge->task->report;
	uint16_t matched[SCAN_MATCHED_MAX];
	struct scan_place place;
	struct detection detection = { .rule = note->rule, .event = merge->event };

	scan_unit_recall(unit, note, merge->event, &place);
	if (note->kind == NOTE_MATCH) {
		scan_merge_match(merge, &place, scan_unit_rules(unit, note),
				 note->list_count, merge->event);
		return;
	}
	scan_unit_fields(unit, note, matched);
	place.matched = matched;
	place.matched_count = note->list_count;
	report->detection(report->user, merge->task->rules->pack, &place, &detection);
}

void scan_merge_part(struct scan_merge *merge, struct scan_unit *unit)
{
	struct buffer *out = &merge->total.out.buffer;
	struct text found = buffer_view(&unit->results.out.buffer);
	size_t from = 0;

	for (size_t i = 0; i < unit->note_count; i++) {
		const struct scan_note *note = &unit->notes[i];

		buffer_text(out, text_part(found, from, note->out_at - from));
		from = note->out_at;
		if (note->kind == NOTE_FAULT)
			scan_merge_fault(merge, &unit->faults[note->at]);
		else
			recall(merge, unit, note);
		scan_merge_flush(merge, false);
	}
	buffer_text(out, text_part(found, from, SIZE_MAX));
	out->failed |= unit->results.out.buffer.failed;
	if (unit->failed_memory)
		scan_merge_no_memory(merge);
	unit->failed_memory = false;
	/* So that kinds beyond the limit are those that came last, whoever looked at them. */
	if (scan_stats_are_full(&unit->results.stats)) {
		scan_stats_add(&merge->total.stats, &unit->results.stats);
		scan_stats_done(&unit->results.stats);
		unit->results.stats = (struct scan_stats){ 0 };
	}
	scan_merge_flush(merge, false);
	scan_unit_clear(unit);
}

void scan_merge_whole(struct scan_merge *merge, struct scan_unit *unit)
{
	scan_merge_part(merge, unit);
	scan_results_add(&merge->total, merge->task, &unit->results);
}

void scan_merge_begin(struct scan_merge *merge, const struct scan_file *file)
{
	const struct scan_counts *counts = &merge->total.counts;

	merge->file = file;
	merge->shown = 0;
	merge->bad_before = counts->bad;
	merge->damaged_before = counts->damaged;
	merge->failed_before = counts->failed;
	merge->read_before = counts->read;
}

void scan_merge_end(struct scan_merge *merge)
{
	const struct scan_counts *counts = &merge->total.counts;
	struct scan_damage damage = {
		.path = merge->file->path,
		.events = counts->read - merge->read_before,
		.damaged = counts->damaged - merge->damaged_before,
		.bad = counts->bad - merge->bad_before,
		.failed = counts->failed - merge->failed_before,
	};
	uint64_t places = damage.bad + damage.damaged;

	merge->trouble |= damage.damaged || damage.failed;
	merge->done_size += merge->file->size;
	scan_merge_flush(merge, true);
	if (places > SCAN_BAD_SHOWN) {
		scan_progress_clear(&merge->progress);
		fprintf(stderr, "windhover scan: and %llu more\n",
			(unsigned long long)places - SCAN_BAD_SHOWN);
	}
	if (merge->task->options->mode == SCAN_STATS &&
	    scan_stats_file(&merge->total.stats, &damage))
		scan_merge_no_memory(merge);
}

/* People and pipes want each detection as it comes; files, and who wants all, want blocks. */
void scan_merge_flush(struct scan_merge *merge, bool all)
{
	struct scan_output *out = &merge->total.out;
	bool in_blocks = out->is_file ||
			 (merge->task->options->mode == SCAN_DUMP && !out->is_terminal);

	if (out->buffer.size < (in_blocks && !all ? BLOCK_SIZE : 1))
		return;
	scan_progress_clear(&merge->progress);
	scan_output_flush(out);
}

void scan_merge_progress(struct scan_merge *merge, uint64_t done)
{
	scan_progress_step(&merge->progress, merge->done_size + done, merge->all_size,
			   &merge->total.counts);
}
