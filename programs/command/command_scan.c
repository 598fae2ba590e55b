// SPDX-License-Identifier: Apache-2.0
// windhover scan: look for detections in log files.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "scan/scan_html.h"
#include "scan/scan_pool.h"

struct scan {
	struct scan_options options;
	struct scan_rules rules;
	struct mappings mappings;
	struct scan_files files;
	struct scan_output out;
	struct scan_task task;
	struct scan_html *html; /* the page of --html, or NULL */
	struct scan_merge merge;
	bool trouble; /* something could not be done */
};

static atomic_bool interrupted; /* by Ctrl-C */

static void on_interrupt(int signal)
{
	(void)signal;
	atomic_store(&interrupted, true);
}

static void on_html_fault(void *user, const char *message)
{
	scan_html_fault(user, message);
}

/* Begin the page of --html. */
static int begin_html(struct scan *scan)
{
	int r = scan_html_create(scan->options.html, scan->rules.pack, &scan->html);

	if (r == -ENOMEM)
		scan_say("memory is out");
	if (r)
		return r;
	scan->task.report = scan_html_report(scan->html);
	scan->task.report.user = scan->html;
	scan->task.report.fault = on_html_fault;
	return 0;
}

static int prepare(struct scan *scan)
{
	struct why why = { 0 };
	char line[1024];
	int r;

	if (scan->options.mapping) {
		r = mappings_read(scan->options.mapping, &scan->mappings, &why);
		if (r) {
			why_print(&why, line, sizeof(line));
			scan_say(line);
			return r;
		}
	}
	r = scan_rules_load(&scan->options, &scan->rules);
	if (r)
		return r;
	scan->task = (struct scan_task){
		.options = &scan->options,
		.rules = &scan->rules,
		.mappings = &scan->mappings,
		.interrupted = &interrupted,
	};
	if (scan->options.html) {
		r = begin_html(scan);
		if (r)
			return r;
	}
	r = scan_merge_init(&scan->merge, &scan->task, &scan->out);
	if (r)
		scan_say("memory is out");
	scan->merge.all_size = scan->files.size;
	scan->merge.total.counts.rules_refused = scan->rules.refused;
	return r;
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
	if (scan->merge.total.out.error) {
		fprintf(stderr, "windhover scan: standard output: %s\n",
			strerror(scan->merge.total.out.error));
		return EXIT_TROUBLE;
	}
	if (atomic_load(&interrupted))
		return EXIT_INTERRUPTED;
	if (scan->trouble || scan->merge.trouble)
		return EXIT_TROUBLE;
	return scan_detections(&scan->merge.total.counts) ? EXIT_FOUND : EXIT_NOTHING;
}

/* What there is to say when all is over. */
static int finish(struct scan *scan, const struct timespec *start)
{
	struct scan_merge *merge = &scan->merge;
	const struct engine_counters none = { 0 };

	scan_progress_clear(&merge->progress);
	if (scan->options.mode == SCAN_STATS &&
	    scan_stats_print(&merge->total.stats, scan->options.top, &merge->total.counts,
			     &merge->total.out.buffer))
		scan_merge_no_memory(merge);
	scan_merge_flush(merge, true);
	scan_engine_add(&merge->total.engine, &none, engine_counters(merge->engine));
	if (!scan->options.quiet)
		scan_summary(&merge->total.counts, scan->rules.pack, &merge->total.engine,
			     seconds_since(start), atomic_load(&interrupted));
	if (scan->html)
		scan->trouble |=
			scan_html_write(scan->html, &(struct scan_html_about){
							    &merge->total.counts,
							    &merge->total.engine,
							    seconds_since(start),
							    atomic_load(&interrupted),
						    }) != 0;
	return status_of(scan);
}

static int scan_all(struct scan *scan)
{
	struct sigaction on_int = { .sa_handler = on_interrupt };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	struct scan_merge *merge = &scan->merge;
	struct timespec start;
	int r;

	/* No SA_RESTART: a read that waits for standard input must end, too. */
	(void)sigaction(SIGINT, &on_int, NULL);
	/* A reader that goes away is an error with a message, not a silent death. */
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	if (!scan->options.quiet)
		scan_progress_init(&merge->progress, scan->files.size);
	if (scan->options.mode == SCAN_DETECT)
		scan->options.format->begin(&merge->total.out);
	r = scan_pool_run(merge, &scan->files,
			  scan_pool_threads(&scan->files, scan->options.threads));
	if (r) {
		scan_say(strerror(-r));
		scan->trouble = true;
	}
	return finish(scan, &start);
}

static void scan_free(struct scan **place)
{
	struct scan *scan = *place;

	if (!scan)
		return;
	scan_merge_done(&scan->merge);
	scan_rules_done(&scan->rules);
	mappings_done(&scan->mappings);
	scan_files_done(&scan->files);
	scan_output_done(&scan->out);
	scan_options_done(&scan->options);
	scan_html_free(scan->html);
	free(scan);
}

int command_scan(int argc, char **argv)
{
	__attribute__((cleanup(scan_free))) struct scan *scan = calloc(1, sizeof(*scan));
	int r;

	if (!scan) {
		scan_say("memory is out");
		return EXIT_TROUBLE;
	}
	scan_output_init(&scan->out);
	r = scan_options_read(argc, argv, &scan->options);
	if (r)
		return r - 1;
	for (int i = optind; i < argc; i++) {
		r = scan_files_add(&scan->files, argv[i]);
		scan->trouble |= r != 0;
	}
	return prepare(scan) ? EXIT_TROUBLE : scan_all(scan);
}
