/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What looking at a stretch of a log gives.  Where several threads look, each stretch keeps it in a
 * unit of its own, until its turn comes and scan_merge puts it behind what stands before it.
 */
#pragma once

#include <stdatomic.h>

#include "scan_rules.h"
#include "scan_stats.h"

#define SCAN_BAD_SHOWN    10 /* bad places of one file that are printed */
#define SCAN_FAILED_SHOWN 10 /* files that can't be read that are printed */
#define SCAN_MATCHED_MAX  64 /* fields that made a rule match, for a report */

/* What is asked for: the same for all threads, and none changes it. */
struct scan_task {
	const struct scan_options *options;
	const struct scan_rules *rules;
	const struct mappings *mappings;
	struct scan_report report;
	const atomic_bool *interrupted; /* by Ctrl-C */
};

/* Whether detections of the pack's rule ${number} are asked for. */
bool scan_task_shows(const struct scan_task *task, uint32_t number,
		     struct pack_rule *rule);

/* A reader as the task needs it.  0 or -ENOMEM. */
int scan_task_reader(const struct scan_task *task, struct reader **out) MUST_USE;

struct scan_results {
	struct scan_output out;
	struct scan_counts counts;
	struct scan_stats stats;
	struct engine_counters engine;
};

/*
 * scan_results_init(results, task, like):
 * Nothing so far; what is printed looks as on ${like}.  0 or -ENOMEM.
 */
int scan_results_init(struct scan_results *results, const struct scan_task *task,
		      const struct scan_output *like) MUST_USE;
void scan_results_done(struct scan_results *results);

/* Add what ${more} has, but for its output; it comes behind. */
void scan_results_add(struct scan_results *results, const struct scan_task *task,
		      const struct scan_results *more);

/* The difference between two states of an engine's counters, added to ${sum}. */
void scan_engine_add(struct engine_counters *sum, const struct engine_counters *before,
		     const struct engine_counters *after);

/* Something wrong with a file. */
struct scan_fault {
	enum reader_result result;
	bool is_member; /* of a zip */
	struct why why;
};

enum scan_note_kind {
	NOTE_FAULT,     /* say what is wrong */
	NOTE_DETECTION, /* the report takes a detection */
	NOTE_MATCH,     /* correlations count the rules that matched an event */
};

/* What has to be done in order. */
struct scan_note {
	size_t out_at; /* when so many bytes of the output have been printed */
	enum scan_note_kind kind;
	uint32_t rule; /* of a detection */
	size_t at;     /* number of the fault, or where in kept[] the event is */
	/* In kept[]: of a detection the fields that matched, of a match the rules. */
	size_t list_at;
	uint32_t list_count;
};

struct scan_unit {
	struct scan_results results;
	struct buffer kept; /* events of notes */
	struct scan_note *notes;
	size_t note_count, note_capacity;
	struct scan_fault *faults; /* as many as may have to be printed */
	size_t fault_count;
	unsigned bad, failed; /* faults among them */
	bool failed_memory;   /* something had to be left out */
};

int scan_unit_init(struct scan_unit *unit, const struct scan_task *task,
		   const struct scan_output *like) MUST_USE;
void scan_unit_done(struct scan_unit *unit);

/* Forget what has been put in order, but for the counts. */
void scan_unit_clear(struct scan_unit *unit);

/* Bytes that are kept. */
size_t scan_unit_size(const struct scan_unit *unit);

/* Keep a fault, if it can be one that is printed. */
void scan_unit_fault(struct scan_unit *unit, const struct scan_fault *fault);

/*
 * scan_unit_event(unit, event, place, with_original):
 * Keep an event; returns where, for notes.  Of its values only those are kept that a rule names.
 */
size_t scan_unit_event(struct scan_unit *unit, const struct event *event,
		       const struct scan_place *place, bool with_original);

/* Note a detection by ${rule} of the event at ${at}; ${place} may have the matching fields. */
void scan_unit_detection(struct scan_unit *unit, uint32_t rule, size_t at,
			 const struct scan_place *place);

/* Note that ${rules}, which correlations count, have matched the event at ${at}. */
void scan_unit_match(struct scan_unit *unit, const uint32_t *rules, uint32_t count,
		     size_t at);

/* The event and the place of ${note}; both are valid until the unit is cleared. */
void scan_unit_recall(const struct scan_unit *unit, const struct scan_note *note,
		      struct event *event, struct scan_place *place);

/* The rules of a match, the fields of a detection: ${note} says how many. */
const uint32_t *scan_unit_rules(const struct scan_unit *unit,
				const struct scan_note *note);
void scan_unit_fields(const struct scan_unit *unit, const struct scan_note *note,
		      uint16_t fields[SCAN_MATCHED_MAX]);
