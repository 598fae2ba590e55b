// SPDX-License-Identifier: Apache-2.0
// The command line of "windhover scan".
#include "scan_options.h"

#include <getopt.h>
#include <sched.h>
#include <string.h>

#include "command/command.h"

#define TOP         20 /* rows of --stats where it is not said */
#define TOP_MAX     1000000
#define TIME_WANTED "a time as 2024-07-19T04:09:00Z, or a span before now as 90m, 6h, 2d"

static const char help[] =
	"usage: windhover scan (--rules DIR|FILE... | --pack PACK) [OPTION...] "
	"FILE|DIR...\n"
	"       windhover scan (--dump | --stats[=N]) [OPTION...] FILE|DIR...\n"
	"\n"
	"Look for detections in logs: Windows event logs (EVTX), JSON lines, JSON arrays "
	"and\n"
	"pretty-printed JSON, the text logs of Linux and of web servers; also in .gz, "
	".zst "
	"and\n"
	"the members of .zip; '-' is standard input.  What kind of log it is - Windows "
	"events\n"
	"nested or flat, winlogbeat, ECS, auditd, the journal, syslog - is told by "
	"content.\n"
	"\n"
	"  -r, --rules DIR|FILE     Sigma rules; may be given again\n"
	"  -p, --pack PACK          rules compiled by 'windhover pack build'\n"
	"      --rule NAME          show detections of this rule only: its ID or title, "
	"with\n"
	"                           '*' and '?'; may be given again\n"
	"      --exclude NAME       show none of this rule; may be given again\n"
	"  -l, --level LEVEL        leave out detections below informational, low, "
	"medium,\n"
	"                           high or critical\n"
	"  -o, --output FORMAT      table (default), jsonl or csv\n"
	"      --html FILE          also write all detections to FILE: one page with a "
	"timeline,\n"
	"                           counts and a list, for any browser\n"
	"      --placeholders FILE  values for %placeholders% of the rules (YAML)\n"
	"\n"
	"      --dump               write the events themselves, as JSON lines\n"
	"      --stats[=N]          count them: by channel, by provider and event ID (N "
	"rows\n"
	"                           of each, 20), and what is damaged, by file\n"
	"\n"
	"      --since TIME         look at events from TIME on: 2024-07-19T04:09:00Z, "
	"or "
	"a\n"
	"                           span before now: 90m, 6h, 2d, 1w\n"
	"      --until TIME         look at events before TIME\n"
	"      --only-channel NAME  look at events of this channel, with '*' and '?'; "
	"may "
	"be\n"
	"                           given again\n"
	"  -m, --mapping FILE       how to tell and read other logs (YAML)\n"
	"      --carve              also look for records in the unused space of event "
	"logs\n"
	"      --threads N          read with N threads (default: all cores); what is "
	"found "
	"is\n"
	"                           the same, and in the same order, with any N\n"
	"  -q, --quiet              no summary, no progress bar\n"
	"  -h, --help               show this help\n"
	"\n"
	"Exit status: 0 nothing found, or all dumped or counted; 1 detections;\n"
	"2 something could not be done; 130 Ctrl-C.\n"
	"\n"
	"example: windhover scan --rules rules/ /var/log/events.jsonl\n"
	"         windhover scan --stats logs/\n"
	"         zcat old.gz | windhover scan --pack starter.pack --output jsonl "
	"--level high -\n";

/* Options without a short form. */
enum {
	PLACEHOLDERS = 256,
	RULE,
	EXCLUDE,
	CHANNEL,
	SINCE,
	UNTIL,
	DUMP,
	STATS,
	HTML,
	THREADS,
	CARVE
};

static const struct option names[] = {
	{ "rules", required_argument, NULL, 'r' },
	{ "pack", required_argument, NULL, 'p' },
	{ "mapping", required_argument, NULL, 'm' },
	{ "output", required_argument, NULL, 'o' },
	{ "html", required_argument, NULL, HTML },
	{ "level", required_argument, NULL, 'l' },
	{ "placeholders", required_argument, NULL, PLACEHOLDERS },
	{ "rule", required_argument, NULL, RULE },
	{ "exclude", required_argument, NULL, EXCLUDE },
	{ "only-channel", required_argument, NULL, CHANNEL },
	{ "since", required_argument, NULL, SINCE },
	{ "until", required_argument, NULL, UNTIL },
	{ "dump", no_argument, NULL, DUMP },
	{ "stats", optional_argument, NULL, STATS },
	{ "threads", required_argument, NULL, THREADS },
	{ "carve", no_argument, NULL, CARVE },
	{ "quiet", no_argument, NULL, 'q' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

/* "what, not 'given'"; ${given} may be NULL. */
static int complain(const char *what, const char *given)
{
	AUTO(free) char *line = NULL;

	if (asprintf(&line, "%s%s%s%s; 'windhover scan --help' explains", what,
		     given ? ", not '" : "", given ? given : "", given ? "'" : "") < 0)
		line = NULL;
	scan_say(line ? line : what);
	return EXIT_TROUBLE;
}

static int read_format(struct scan_options *options, const char *name)
{
	static const struct scan_format *const formats[] = { &scan_table, &scan_jsonl,
							     &scan_csv };

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (strcmp(name, formats[i]->name) == 0) {
			options->format = formats[i];
			return 0;
		}
	return complain("--output expects table, jsonl or csv", name);
}

static int read_level(struct scan_options *options, const char *name)
{
	for (unsigned level = 0; level < SCAN_LEVELS; level++)
		if (strcmp(name, level_name(level)) == 0) {
			options->level = level;
			return 0;
		}
	return complain("--level expects informational, low, medium, high or critical",
			name);
}

static int read_mode(struct scan_options *options, enum scan_mode mode, const char *top)
{
	unsigned long rows = TOP;
	char *end = NULL;

	if (options->mode != SCAN_DETECT && options->mode != mode)
		return complain("expected --dump or --stats, not both", NULL);
	if (top) {
		rows = strtoul(top, &end, 10);
		if (*top < '0' || *top > '9' || *end || !rows || rows > TOP_MAX)
			return complain("--stats expects a number of rows, 1 to 1000000",
					top);
	}
	options->mode = mode;
	options->top = (unsigned)rows;
	return 0;
}

static int read_threads(struct scan_options *options, const char *given)
{
	unsigned long threads;
	char *end = NULL;

	threads = strtoul(given, &end, 10);
	if (*given < '0' || *given > '9' || *end || !threads ||
	    threads > SCAN_THREADS_MAX)
		return complain("--threads expects a number, 1 to 256", given);
	options->threads = (unsigned)threads;
	return 0;
}

/* The cores that this process may use. */
static unsigned cores(void)
{
	cpu_set_t set;
	int count;

	if (sched_getaffinity(0, sizeof(set), &set) != 0)
		return 1;
	count = CPU_COUNT(&set);
	return count < 1                  ? 1
	       : count > SCAN_THREADS_MAX ? SCAN_THREADS_MAX
					  : (unsigned)count;
}

static int read_glob(struct scan_globs *globs, const char *given)
{
	if (!*given)
		return complain("--rule, --exclude and --only-channel expect a name",
				given);
	return scan_globs_add(globs, given) ? complain("memory is out", NULL) : 0;
}

static int read_times(struct scan_options *options)
{
	const char *since = options->since, *until = options->until;
	struct timespec now;
	int64_t now_ns;

	(void)clock_gettime(CLOCK_REALTIME, &now);
	now_ns = now.tv_sec * 1000000000 + now.tv_nsec;
	options->since_ns = INT64_MIN;
	options->until_ns = INT64_MAX;
	if (since && !scan_moment(since, now_ns, &options->since_ns))
		return complain("--since expects " TIME_WANTED, since);
	if (until && !scan_moment(until, now_ns, &options->until_ns))
		return complain("--until expects " TIME_WANTED, until);
	if (options->since_ns >= options->until_ns)
		return complain("--since expects a time before that of --until", since);
	return 0;
}

/* Those that have to do with rules and detections. */
static int read_rule_option(struct scan_options *options, int option)
{
	switch (option) {
	case 'r':
		options->rules[options->rule_count++] = optarg;
		return 0;
	case 'p':
		options->pack = optarg;
		return 0;
	case PLACEHOLDERS:
		options->placeholders = optarg;
		return 0;
	case 'o':
		return read_format(options, optarg);
	case 'l':
		return read_level(options, optarg);
	case HTML:
		options->html = optarg;
		return 0;
	case RULE:
		return read_glob(&options->only, optarg);
	default:
		return read_glob(&options->exclude, optarg);
	}
}

static const char *name_of(int option)
{
	const struct option *name = names;

	while (name->name && name->val != option)
		name++;
	return name->name;
}

/* Whether what was given goes together. */
static int check(const struct scan_options *options, bool has_files)
{
	char line[128];

	if (options->mode != SCAN_DETECT && options->rule_option) {
		(void)snprintf(line, sizeof(line),
			       "--%s expects no rules: leave out --%s",
			       options->mode == SCAN_DUMP ? "dump" : "stats",
			       options->rule_option);
		return complain(line, NULL);
	}
	if (options->mode == SCAN_DETECT && !options->rule_count == !options->pack)
		return complain("expected either --rules or --pack, or --dump or --stats",
				NULL);
	if (!has_files)
		return complain("expected files or folders, or '-' for standard input",
				NULL);
	return 0;
}

static int read_option(struct scan_options *options, int option, const char *argument)
{
	switch (option) {
	case 'm':
		options->mapping = optarg;
		return 0;
	case CHANNEL:
		return read_glob(&options->channels, optarg);
	case SINCE:
		options->since = optarg;
		return 0;
	case UNTIL:
		options->until = optarg;
		return 0;
	case DUMP:
		return read_mode(options, SCAN_DUMP, NULL);
	case STATS:
		return read_mode(options, SCAN_STATS, optarg);
	case THREADS:
		return read_threads(options, optarg);
	case CARVE:
		options->carve = true;
		return 0;
	case 'q':
		options->quiet = true;
		return 0;
	case ':':
		return complain("the last option expects a value", NULL);
	case '?':
		return complain("expected an option of scan", argument);
	default:
		options->rule_option = name_of(option);
		return read_rule_option(options, option);
	}
}

int scan_options_read(int argc, char **argv, struct scan_options *options)
{
	int option, r = 0;

	options->rules = calloc((size_t)argc + 1, sizeof(char *));
	if (!options->rules)
		return 1 + complain("memory is out", NULL);
	options->format = &scan_table;
	options->threads = cores();
	optind = 1;
	while (!r &&
	       (option = getopt_long(argc, argv, ":r:p:m:o:l:qh", names, NULL)) != -1) {
		if (option == 'h') {
			fputs(help, stdout);
			return 1 + EXIT_NOTHING;
		}
		r = read_option(options, option, argv[optind - 1]);
	}
	if (!r)
		r = read_times(options);
	if (!r)
		r = check(options, optind < argc);
	return r ? r + 1 : 0;
}

void scan_options_done(struct scan_options *options)
{
	scan_globs_done(&options->only);
	scan_globs_done(&options->exclude);
	scan_globs_done(&options->channels);
	free(options->rules);
}
