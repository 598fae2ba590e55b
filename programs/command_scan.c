// SPDX-License-Identifier: Apache-2.0
// windhover scan: look for detections in log files.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "scan_html.h"
#include "scan_rules.h"
#include "scan_stats.h"

#define BAD_SHOWN    10 /* bad lines of one file that are printed */
#define MATCHED_MAX  64 /* fields that made a rule match, for a report */
#define FAILED_SHOWN 10 /* files that can't be read that are printed */

struct scan {
	struct scan_options options;
	struct scan_report report; /* made beside what is printed, or zeroes */
	struct scan_html *html;    /* what makes it, or NULL */
	struct scan_rules rules;
	struct mappings mappings;
	struct engine *engine;
	struct reader *reader;
	struct scan_files files;
	struct scan_output out;
	struct scan_progress progress;
	struct scan_counts counts;
	struct scan_stats stats;
	uint64_t done; /* bytes of the files before this one */
	bool trouble;  /* something could not be done */
};

/* Set by Ctrl-C. */
static volatile sig_atomic_t interrupted;

static void on_interrupt(int signal)
{
	(void)signal;
	interrupted = 1;
}

static void tell(struct scan *scan, const struct why *why)
{
	char line[1024];

	scan_progress_clear(&scan->progress);
	why_print(why, line, sizeof(line));
	scan_say(line);
	if (scan->html)
		scan_html_fault(scan->html, line);
}

/* Begin the page of --html. */
static int begin_html(struct scan *scan)
{
	int r = scan_html_create(scan->options.html, scan->rules.pack, &scan->html);

	if (r == 0)
		scan->report = scan_html_report(scan->html);
	return r;
}

static int prepare(struct scan *scan)
{
	struct engine_limits limits = { 0 };
	struct why why = { 0 };
	int r;

	if (scan->options.mapping) {
		r = mappings_read(scan->options.mapping, &scan->mappings, &why);
		if (r) {
			tell(scan, &why);
			return r;
		}
	}
	r = scan_rules_load(&scan->options, &scan->rules);
	if (r)
		return r;
	scan->counts.rules_refused = scan->rules.refused;
	scan->counts.has_no_rules = scan->options.mode != SCAN_DETECT;
	scan->counts.by_rule =
		calloc(pack_rule_count(scan->rules.pack) + 1, sizeof(uint64_t));
	r = scan->counts.by_rule ? 0 : -ENOMEM;
	if (r == 0)
		r = engine_create(scan->rules.pack, &limits, &scan->engine);
	if (r == 0 && scan->options.html)
		r = begin_html(scan);
	if (r == 0)
		r = reader_create(scan->rules.pack, &scan->mappings, &scan->reader);
	if (r == -ENOMEM)
		scan_say("memory is out");
	return r;
}

static void on_detection(void *user, const struct detection *detection)
{
	struct scan *scan = user;
	const struct reader *reader = scan->reader;
	struct scan_place place = {
		.file = reader_file(reader),
		.line = reader_line(reader),
		.offset = reader_offset(reader),
		.host = reader_host(reader),
		.reader = reader,
	};
	uint16_t matched[MATCHED_MAX];
	struct pack_rule rule;

	if (!scan->rules.is_chosen[detection->rule])
		return;
	pack_rule(scan->rules.pack, detection->rule, &rule);
	if (rule.level < scan->options.level || rule.level >= SCAN_LEVELS)
		return;
	scan->counts.detections[rule.level]++;
	scan->counts.by_rule[detection->rule]++;
	scan->options.format->detection(&scan->out, scan->rules.pack, &place, detection);
	if (!scan->report.detection)
		return;
	place.matched = matched;
	place.matched_count =
		engine_matched(scan->engine, detection, matched, MATCHED_MAX);
	scan->report.detection(scan->report.user, scan->rules.pack, &place, detection);
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

/* Whether the event at hand is asked for; it is counted if it is not. */
static bool is_wanted(struct scan *scan)
{
	const struct scan_options *options = &scan->options;
	int64_t time_ns = reader_event(scan->reader)->time_ns;
	bool has_times = options->since || options->until;

	if (options->channels.count &&
	    !scan_globs_match(&options->channels, channel_of(scan->reader))) {
		scan->counts.other_channel++;
		return false;
	}
	if (has_times && !time_ns) {
		scan->counts.without_time++;
	} else if (time_ns < options->since_ns || time_ns >= options->until_ns) {
		scan->counts.out_of_time++;
		return false;
	}
	return true;
}

/* What is asked for of an event. */
static void look_at(struct scan *scan)
{
	const struct event *event = reader_event(scan->reader);

	switch (scan->options.mode) {
	case SCAN_DUMP:
		reader_original(scan->reader, &scan->out.buffer);
		buffer_char(&scan->out.buffer, '\n');
		break;
	case SCAN_STATS:
		scan_stats_event(&scan->stats, event, channel_of(scan->reader),
				 reader_provider(scan->reader));
		break;
	default:
		engine_event(scan->engine, event, on_detection, scan);
	}
}

/* People and pipes want each detection as it comes; files, and who wants all, want blocks. */
static bool is_time_to_flush(const struct scan *scan)
{
	bool in_blocks = scan->out.is_file ||
			 (scan->options.mode == SCAN_DUMP && !scan->out.is_terminal);

	return scan->out.buffer.size >= (in_blocks ? 65536 : 1);
}

static void on_event(struct scan *scan)
{
	enum intake_shape shape = reader_shape(scan->reader);
	struct scan_counts *counts = &scan->counts;

	counts->read++;
	if (is_wanted(scan)) {
		counts->events++;
		counts->shapes[shape]++;
		counts->values_dropped += reader_event(scan->reader)->dropped;
		if (shape == SHAPE_UNKNOWN && !counts->unrecognised++)
			(void)snprintf(counts->unrecognised_at,
				       sizeof(counts->unrecognised_at), "%s:%llu",
				       reader_file(scan->reader),
				       (unsigned long long)reader_line(scan->reader));
		look_at(scan);
	}
	if (is_time_to_flush(scan)) {
		scan_progress_clear(&scan->progress);
		scan_output_flush(&scan->out);
	}
	scan_progress_step(&scan->progress, scan->done + reader_progress(scan->reader),
			   scan->files.size, counts);
}

/* What is wrong with a line or a file: say it, and count it. */
static void on_fault(struct scan *scan, enum reader_result result, const struct why *why,
		     bool is_named, unsigned *shown)
{
	switch (result) {
	case READER_BAD:
		scan->counts.bad++;
		if (++*shown <= BAD_SHOWN)
			tell(scan, why);
		break;
	case READER_DAMAGED:
		scan->counts.damaged++;
		scan->trouble = true;
		if (++*shown <= BAD_SHOWN)
			tell(scan, why);
		break;
	case READER_NO_LOG:
		scan->counts.no_log++;
		/* Who names a file means it; a folder may hold other things, and so may a zip. */
		if (is_named && !reader_is_member(scan->reader)) {
			tell(scan, why);
			scan->trouble = true;
		}
		break;
	default:
		scan->trouble = true;
		if (++scan->counts.failed <= FAILED_SHOWN)
			tell(scan, why);
	}
}

static void read_file(struct scan *scan, const struct scan_file *file)
{
	struct why why = { 0 };
	enum reader_result result;
	unsigned shown = 0;

	if (reader_open(scan->reader, file->path, &why)) {
		if (!interrupted)
			on_fault(scan, READER_FAILED, &why, true, &shown);
		return;
	}
	scan->counts.files++;
	while (!interrupted && !scan->out.error) {
		why.line = why.column = 0;
		result = reader_next(scan->reader, &why);
		if (result == READER_END || interrupted)
			break;
		if (result == READER_EVENT)
			on_event(scan);
		else
			on_fault(scan, result, &why, file->is_named, &shown);
	}
	if (shown > BAD_SHOWN)
		fprintf(stderr, "windhover scan: and %u more\n", shown - BAD_SHOWN);
	scan->counts.bytes += reader_unpacked(scan->reader);
}

static void scan_file(struct scan *scan, const struct scan_file *file)
{
	const struct scan_counts *counts = &scan->counts;
	struct scan_damage damage = { file->path, counts->read, counts->damaged,
				      counts->bad, counts->failed };

	read_file(scan, file);
	scan->done += file->size;
	if (scan->out.buffer.size) {
		scan_progress_clear(&scan->progress);
		scan_output_flush(&scan->out);
	}
	damage.events = counts->read - damage.events;
	damage.damaged = counts->damaged - damage.damaged;
	damage.bad = counts->bad - damage.bad;
	damage.failed = counts->failed - damage.failed;
	if (scan->options.mode == SCAN_STATS && scan_stats_file(&scan->stats, &damage)) {
		scan_say("memory is out");
		scan->trouble = true;
	}
}

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) +
	       (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static int status_of(const struct scan *scan)
{
	if (scan->out.error) {
		fprintf(stderr, "windhover scan: standard output: %s\n",
			strerror(scan->out.error));
		return EXIT_TROUBLE;
	}
	if (interrupted)
		return EXIT_INTERRUPTED;
	if (scan->trouble)
		return EXIT_TROUBLE;
	return scan_detections(&scan->counts) ? EXIT_FOUND : EXIT_NOTHING;
}

static int scan_all(struct scan *scan)
{
	struct sigaction on_int = { .sa_handler = on_interrupt };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct timespec start;

	/* No SA_RESTART: a read that waits for standard input must end, too. */
	(void)sigaction(SIGINT, &on_int, NULL);
	/* A reader that goes away is an error with a message, not a silent death. */
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	if (!scan->options.quiet)
		scan_progress_init(&scan->progress, scan->files.size);
	if (scan->options.mode == SCAN_DETECT)
		scan->options.format->begin(&scan->out);
	for (size_t i = 0; i < scan->files.count && !interrupted && !scan->out.error; i++)
		scan_file(scan, &scan->files.files[i]);
	scan_progress_clear(&scan->progress);
	if (scan->options.mode == SCAN_STATS &&
	    scan_stats_print(&scan->stats, scan->options.top, &scan->counts,
			     &scan->out.buffer)) {
		scan_say("memory is out");
		scan->trouble = true;
	}
	scan_output_flush(&scan->out);
	if (!scan->options.quiet)
		scan_summary(&scan->counts, scan->rules.pack,
			     engine_counters(scan->engine), seconds_since(&start),
			     interrupted);
	if (scan->html)
		scan->trouble |=
			scan_html_write(scan->html, &(struct scan_html_about){
							    &scan->counts,
							    engine_counters(scan->engine),
							    seconds_since(&start),
							    interrupted,
						    }) != 0;
	return status_of(scan);
}

static void scan_done(struct scan *scan)
{
	reader_free(scan->reader);
	engine_free(scan->engine);
	scan_rules_done(&scan->rules);
	mappings_done(&scan->mappings);
	scan_stats_done(&scan->stats);
	scan_files_done(&scan->files);
	scan_output_done(&scan->out);
	free(scan->counts.by_rule);
	scan_options_done(&scan->options);
	scan_html_free(scan->html);
}

int command_scan(int argc, char **argv)
{
	__attribute__((cleanup(scan_done))) struct scan scan = { 0 };
	int r;

	scan_output_init(&scan.out);
	r = scan_options_read(argc, argv, &scan.options);
	if (r)
		return r - 1;
	for (int i = optind; i < argc; i++) {
		r = scan_files_add(&scan.files, argv[i]);
		scan.trouble |= r != 0;
	}
	return prepare(&scan) ? EXIT_TROUBLE : scan_all(&scan);
}
