// SPDX-License-Identifier: Apache-2.0
// windhover scan: look for detections in log files.
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "rule_files.h"
#include "scan.h"
#include "update/compile/pack_build.h"

#define BAD_SHOWN     10 /* bad lines of one file that are printed */
#define FAILED_SHOWN  10 /* files that can't be read that are printed */
#define REFUSED_SHOWN 10 /* refused rules that are printed */

static const char help[] =
	"usage: windhover scan (--rules DIR|FILE... | --pack PACK) [OPTION...] "
	"FILE|DIR...\n"
	"\n"
	"Look for detections in logs: Windows event logs (EVTX), JSON lines, JSON arrays "
	"and\n"
	"pretty-printed JSON, also in .gz, .zst and the members of .zip; '-' is standard "
	"input.\n"
	"What kind of log it is - Windows events nested or flat, winlogbeat, ECS, "
	"auditd,\n"
	"the journal - is told by content.\n"
	"\n"
	"  -r, --rules DIR|FILE     Sigma rules; may be given again\n"
	"  -p, --pack PACK          rules compiled by 'windhover pack build'\n"
	"  -m, --mapping FILE       how to tell and read other logs (YAML)\n"
	"  -o, --output FORMAT      table (default), jsonl or csv\n"
	"  -l, --level LEVEL        leave out detections below informational, low, "
	"medium,\n"
	"                           high or critical\n"
	"      --placeholders FILE  values for %placeholders% of the rules (YAML)\n"
	"  -q, --quiet              no summary, no progress bar\n"
	"  -h, --help               show this help\n"
	"\n"
	"Exit status: 0 nothing found, 1 detections, 2 something could not be done, 130 "
	"Ctrl-C.\n"
	"\n"
	"example: windhover scan --rules rules/ /var/log/events.jsonl\n"
	"         zcat old.gz | windhover scan --pack starter.pack --output jsonl "
	"--level high -\n";

struct options {
	char **rules; /* room for argc */
	int rule_count;
	const char *pack, *mapping, *placeholders;
	const struct scan_format *format;
	unsigned level;
	bool quiet;
};

struct scan {
	struct options options;
	struct rule_reader *rule_reader;
	struct buffer pack_bytes;
	struct pack *pack;
	struct mappings mappings;
	struct engine *engine;
	struct reader *reader;
	struct scan_files files;
	struct scan_output out;
	struct scan_progress progress;
	struct scan_counts counts;
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

static int complain(const char *what, const char *given)
{
	fprintf(stderr, "windhover scan: %s%s%s%s; 'windhover scan --help' explains\n",
		what, given ? ", not '" : "", given ? given : "", given ? "'" : "");
	return EXIT_TROUBLE;
}

static void tell(struct scan *scan, const struct why *why)
{
	char line[1024];

	scan_progress_clear(&scan->progress);
	why_print(why, line, sizeof(line));
	scan_say(line);
}

static int read_format(struct options *options, const char *name)
{
	static const struct scan_format *const formats[] = { &scan_table, &scan_jsonl,
							     &scan_csv };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(name, formats[i]->name) == 0) {
			options->format = formats[i];
			return 0;
		}
	return complain("output is table, jsonl or csv", name);
}

static int read_level(struct options *options, const char *name)
{
	for (unsigned level = 0; level < SCAN_LEVELS; level++)
		if (strcmp(name, level_name(level)) == 0) {
			options->level = level;
			return 0;
		}
	return complain("level is informational, low, medium, high or critical", name);
}

/* 0, or the exit status plus one. */
static int read_options(int argc, char **argv, struct options *options)
{
	static const struct option names[] = {
		{ "rules", required_argument, NULL, 'r' },
		{ "pack", required_argument, NULL, 'p' },
		{ "mapping", required_argument, NULL, 'm' },
		{ "output", required_argument, NULL, 'o' },
		{ "level", required_argument, NULL, 'l' },
		{ "placeholders", required_argument, NULL, 'P' },
		{ "quiet", no_argument, NULL, 'q' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option, r = 0;

	options->format = &scan_table;
	optind = 1;
	while (!r &&
	       (option = getopt_long(argc, argv, "r:p:m:o:l:qh", names, NULL)) != -1) {
		switch (option) {
		case 'r':
			options->rules[options->rule_count++] = optarg;
			break;
		case 'p':
			options->pack = optarg;
			break;
		case 'm':
			options->mapping = optarg;
			break;
		case 'P':
			options->placeholders = optarg;
			break;
		case 'o':
			r = read_format(options, optarg);
			break;
		case 'l':
			r = read_level(options, optarg);
			break;
		case 'q':
			options->quiet = true;
			break;
		case 'h':
			fputs(help, stdout);
			return 1 + EXIT_NOTHING;
		default:
			r = EXIT_TROUBLE;
		}
	}
	if (!r && !options->rule_count == !options->pack)
		r = complain("give either --rules or --pack", NULL);
	if (!r && optind == argc)
		r = complain("which files? '-' is standard input", NULL);
	return r ? r + 1 : 0;
}

static void tell_refused(struct scan *scan)
{
	uint32_t count;
	const struct rule_report *reports =
		rule_reader_reports(scan->rule_reader, &count);

	for (uint32_t i = 0; i < count; i++) {
		if (reports[i].verdict != RULE_REFUSED)
			continue;
		if (scan->counts.rules_refused++ < REFUSED_SHOWN)
			tell(scan, &reports[i].why);
	}
	if (scan->counts.rules_refused > REFUSED_SHOWN)
		fprintf(stderr, "windhover scan: and %llu more rules refused\n",
			(unsigned long long)scan->counts.rules_refused - REFUSED_SHOWN);
}

/* The rules, as a pack in memory. */
static int compile_rules(struct scan *scan, struct why *why)
{
	struct rule_set set;
	int r;

	if (rule_files_read(scan->options.rules, scan->options.rule_count,
			    scan->options.placeholders, &scan->rule_reader, &set))
		return -EINVAL;
	tell_refused(scan);
	buffer_init(&scan->pack_bytes, PACK_SIZE_MAX);
	r = pack_build(&set, &scan->pack_bytes, why);
	if (r == 0)
		r = pack_open_bytes(buffer_view(&scan->pack_bytes), &scan->pack, why);
	/* The pack has all that is needed of the rules. */
	rule_reader_free(scan->rule_reader);
	scan->rule_reader = NULL;
	if (r)
		tell(scan, why);
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
	if (scan->options.pack) {
		why_file(&why, scan->options.pack);
		r = pack_open(scan->options.pack, &scan->pack, &why);
		if (r) {
			if (!why.reason[0])
				why_set(&why, 0, 0, "%s", strerror(-r));
			tell(scan, &why);
			return r;
		}
	} else {
		r = compile_rules(scan, &why);
		if (r)
			return r;
	}
	r = engine_create(scan->pack, &limits, &scan->engine);
	if (r == 0)
		r = reader_create(scan->pack, &scan->mappings, &scan->reader);
	scan->counts.by_rule = calloc(pack_rule_count(scan->pack) + 1, sizeof(uint64_t));
	return r == 0 && !scan->counts.by_rule ? -ENOMEM : r;
}

static void on_detection(void *user, const struct detection *detection)
{
	struct scan *scan = user;
	struct pack_rule rule;

	pack_rule(scan->pack, detection->rule, &rule);
	if (rule.level < scan->options.level || rule.level >= SCAN_LEVELS)
		return;
	scan->counts.detections[rule.level]++;
	scan->counts.by_rule[detection->rule]++;
	scan->options.format->detection(&scan->out, scan->pack, scan->reader, detection);
}

static void on_event(struct scan *scan)
{
	const struct event *event = reader_event(scan->reader);
	enum intake_shape shape = reader_shape(scan->reader);
	struct scan_counts *counts = &scan->counts;

	counts->events++;
	counts->shapes[shape]++;
	counts->values_dropped += event->dropped;
	if (shape == SHAPE_UNKNOWN && !counts->unrecognised++)
		(void)snprintf(counts->unrecognised_at, sizeof(counts->unrecognised_at),
			       "%s:%llu", reader_file(scan->reader),
			       (unsigned long long)reader_line(scan->reader));
	engine_event(scan->engine, event, on_detection, scan);
	if (scan->out.buffer.size) {
		scan_progress_clear(&scan->progress);
		/* People and pipes want each detection as it comes; files want blocks. */
		if (!scan->out.is_file || scan->out.buffer.size >= 65536)
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

static void scan_file(struct scan *scan, const struct scan_file *file)
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
	scan->done += file->size;
	if (scan->out.buffer.size)
		scan_output_flush(&scan->out);
}

static double seconds_since(const struct timespec *start)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)(now.tv_sec - start->tv_sec) +
	       (double)(now.tv_nsec - start->tv_nsec) / 1e9;
}

static int scan_all(struct scan *scan)
{
	struct sigaction on_int = { .sa_handler = on_interrupt };
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	uint64_t found = 0;
	struct timespec start;

	/* No SA_RESTART: a read that waits for standard input must end, too. */
	(void)sigaction(SIGINT, &on_int, NULL);
	/* A reader that goes away is an error with a message, not a silent death. */
	(void)sigaction(SIGPIPE, &ignore, NULL);
	(void)clock_gettime(CLOCK_MONOTONIC, &start);
	if (!scan->options.quiet)
		scan_progress_init(&scan->progress, scan->files.size);
	scan->options.format->begin(&scan->out);
	for (size_t i = 0; i < scan->files.count && !interrupted && !scan->out.error; i++)
		scan_file(scan, &scan->files.files[i]);
	scan_output_flush(&scan->out);
	scan_progress_clear(&scan->progress);
	if (!scan->options.quiet)
		scan_summary(&scan->counts, scan->pack, engine_counters(scan->engine),
			     seconds_since(&start), interrupted);
	if (scan->out.error) {
		fprintf(stderr, "windhover scan: standard output: %s\n",
			strerror(scan->out.error));
		return EXIT_TROUBLE;
	}
	if (interrupted)
		return EXIT_INTERRUPTED;
	for (unsigned level = 0; level < SCAN_LEVELS; level++)
		found += scan->counts.detections[level];
	return scan->trouble ? EXIT_TROUBLE : found ? EXIT_FOUND : EXIT_NOTHING;
}

static void scan_done(struct scan *scan)
{
	reader_free(scan->reader);
	engine_free(scan->engine);
	pack_close(scan->pack);
	buffer_done(&scan->pack_bytes);
	mappings_done(&scan->mappings);
	scan_files_done(&scan->files);
	scan_output_done(&scan->out);
	free(scan->counts.by_rule);
	free(scan->options.rules);
}

int command_scan(int argc, char **argv)
{
	__attribute__((cleanup(scan_done))) struct scan scan = { 0 };
	int r;

	scan.options.rules = calloc((size_t)argc + 1, sizeof(char *));
	if (!scan.options.rules)
		return EXIT_TROUBLE;
	scan_output_init(&scan.out);
	r = read_options(argc, argv, &scan.options);
	if (r)
		return r - 1;
	for (int i = optind; i < argc; i++) {
		r = scan_files_add(&scan.files, argv[i]);
		scan.trouble |= r != 0;
	}
	r = prepare(&scan);
	if (r == -ENOMEM)
		fputs("windhover scan: memory is out\n", stderr);
	return r ? EXIT_TROUBLE : scan_all(&scan);
}
