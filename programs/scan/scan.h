/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of "windhover scan" share. */
#pragma once

#include <stdio.h>
#include <time.h>

#include "base/buffer.h"
#include "detect/engine/engine.h"
#include "detect/intake/reader.h"
#include "model/pack.h"

#define SCAN_LEVELS 5

/* Standard output, in blocks; what could not be written is remembered. */
struct scan_output {
	struct buffer buffer;
	int error; /* errno of the first write that failed; 0: none */
	bool is_terminal, is_file;
	unsigned width; /* columns; 0: not limited */
	bool has_colours;
};

/* Where the event of a detection stands; valid during the call. */
struct scan_place {
	const char *file; /* and the member of a zip behind a ':' */
	uint64_t line, offset;
	struct text host;
	bool is_recovered;       /* from unused space of an event log */
	const uint16_t *matched; /* the fields that made the rule match, if asked for */
	uint32_t matched_count;
	const struct reader
		*reader;      /* has the event at hand, or NULL: then there is ... */
	struct text original; /* ... a copy of it, as JSON on one line */
};

/* Append the event as its log has it, as JSON on one line. */
void scan_original(const struct scan_place *place, struct buffer *out);

/*
 * How detections are printed.  ${detection} appends to ${out}'s buffer and keeps nothing: several
 * threads call it, each with an output of its own, and what they append is put in order later.
 */
struct scan_format {
	const char *name;
	bool has_original; /* prints the event as its log has it */
	bool has_matched;  /* prints which fields made the rule match */
	void (*begin)(struct scan_output *out);
	void (*detection)(struct scan_output *out, const struct pack *pack,
			  const struct scan_place *place,
			  const struct detection *detection);
};

/*
 * A report that is made of all detections, beside what is printed: it takes each that is shown, in
 * order, in one thread.  Of ${detection}'s event the values whose field rules name are there; the
 * others are in the original only.  ${place} has the fields that matched.
 */
struct scan_report {
	void (*detection)(void *user, const struct pack *pack,
			  const struct scan_place *place,
			  const struct detection *detection); /* NULL: no report */
	void (*fault)(void *user, const char *message);       /* likewise */
	void *user;
};

extern const struct scan_format scan_table, scan_jsonl, scan_csv;

/* Append a Sigma rule that matches nothing and names all fields that the table looks for. */
void scan_table_rule(struct buffer *out);

void scan_output_init(struct scan_output *out);
void scan_output_done(struct scan_output *out);

/* Write what has gathered. */
void scan_output_flush(struct scan_output *out);

/* A file that is scanned. */
struct scan_file {
	char *path;
	uint64_t size; /* bytes; 0 where not known */
	bool is_named; /* by the user, not found in a folder */
};

struct scan_files {
	struct scan_file *files;
	size_t count, capacity;
	uint64_t size; /* of all */
};

/*
 * scan_files_add(files, path):
 * Add a file, standard input ("-"), or every regular file below a folder, sorted by path; symbolic
 * links to folders are not followed.  Returns 0; or the number of paths that can't be read, or
 * -errno: both are reported on standard error.
 */
int scan_files_add(struct scan_files *files, const char *path) MUST_USE;
void scan_files_done(struct scan_files *files);

/* What was counted. */
struct scan_counts {
	uint64_t files, bytes, bad, damaged, unrecognised, values_dropped;
	uint64_t damaged_chunks;  /* of event logs */
	uint64_t recovered, lost; /* records of unused space; lost: not to be read */
	uint64_t without_channel; /* Windows' events; counted for --stats */
	uint64_t read, events;    /* all events, and those of them that were looked at */
	/* events left out, and kept although --since or --until is given */
	uint64_t out_of_time, other_channel, without_time;
	uint64_t no_log, failed; /* files */
	uint64_t rules_refused;
	uint64_t detections[SCAN_LEVELS];
	uint64_t *by_rule; /* pack_rule_count() numbers */
	uint64_t shapes[SHAPE_COUNT];
	char unrecognised_at[1100]; /* the first */
	bool has_no_rules;          /* events are dumped, or counted */
};

/* Detections of all levels. */
uint64_t scan_detections(const struct scan_counts *counts);

/*
 * How often the limit or fault ${number} (from 0) was met, and in ${*what} what it is, as it
 * stands behind the count; NULL behind the last one.
 */
uint64_t scan_limit(const struct scan_counts *counts,
		    const struct engine_counters *engine, unsigned number,
		    const char **what);

/* Print what happened to standard error. */
void scan_summary(const struct scan_counts *counts, const struct pack *pack,
		  const struct engine_counters *engine, double seconds, bool interrupted);

/* A line on standard error where that is a terminal. */
struct scan_progress {
	bool is_shown, is_drawn;
	unsigned skip; /* events until the clock is looked at again */
	unsigned columns;
	struct timespec start, last;
};

/* Begin; ${size} is 0 where it is not known, and then nothing is shown. */
void scan_progress_init(struct scan_progress *progress, uint64_t size);

/* Draw it if it is time to: ${done} of ${size} bytes. */
void scan_progress_step(struct scan_progress *progress, uint64_t done, uint64_t size,
			const struct scan_counts *counts);

/*
 * scan_progress_line(done, size, elapsed_ns, counts, out):
 * Append what is shown at ${done} of ${size} bytes, ${elapsed_ns} after the start; pace and time
 * left are told once half a second has shown them.
 */
void scan_progress_line(uint64_t done, uint64_t size, int64_t elapsed_ns,
			const struct scan_counts *counts, struct buffer *out);

/* Take it off the screen. */
void scan_progress_clear(struct scan_progress *progress);

/*
 * scan_show(out, text, width):
 * Append ${text} so that a terminal shows it on one line, in at most ${width} columns (0: no
 * limit): UTF-8 stays whole, what is no printable character is escaped, and what does not fit
 * ends in an ellipsis.  Returns the columns used.
 */
unsigned scan_show(struct buffer *out, struct text text, unsigned width);

/* Print "windhover scan: ${text}" on standard error, shown as scan_show does. */
void scan_say(const char *text);

/* The same as scan_show, but what does not fit is cut off at the front. */
unsigned scan_show_tail(struct buffer *out, struct text text, unsigned width);

/* Append the time of ${time_ns}; nothing where it is not known. */
void scan_time(struct buffer *out, int64_t time_ns);

/* "1,234,567" in ${out}. */
#define SCAN_NUMBER_SIZE 28
const char *scan_number(uint64_t number, char out[SCAN_NUMBER_SIZE]);
