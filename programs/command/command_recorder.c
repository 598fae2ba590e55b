// SPDX-License-Identifier: Apache-2.0
// windhover recorder: the flight recorder's state, its events, and what a pack finds in them.
#include "command.h"
#include "past.h"
#include "scan/scan.h"

#include "base/moment.h"
#include "detect/sink/json_write.h"
#include "detect/sink/line.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>
#include <sys/stat.h>

static const char usage[] =
	"usage: windhover recorder status [--json]\n"
	"       windhover recorder dump [--since TIME] [--until TIME]\n"
	"       windhover recorder replay --pack PACK [--since TIME] [--until TIME] "
	"[--json]\n"
	"\n"
	"The flight recorder keeps the last hours of this host's events. Needs root.\n"
	"\n"
	"status    How far back it reaches, what it takes, and what is missing.\n"
	"dump      Its events as JSON lines; windhover scan reads them.\n"
	"replay    What PACK would have detected, rule by rule, and what it costs.\n"
	"\n"
	"  --since TIME   from TIME on: 6h (ago), 2d, or 2024-07-19T04:09:00Z\n"
	"  --until TIME   up to TIME\n"
	"  --pack PACK    replay: the pack\n"
	"  --json         one JSON object, not text\n"
	"  --dir DIR      the recorder's folder (" FOLDER_DEFAULT ")\n"
	"\n"
	"example: windhover recorder replay --pack new.pack --since 6h\n";

struct choices {
	struct past past;
	const char *pack;
	bool json;
};

static int trouble(const char *reason)
{
	(void)fprintf(stderr,
		      "windhover recorder: %s\n"
		      "windhover recorder: see 'windhover recorder --help'\n",
		      reason);
	return EXIT_TROUBLE;
}

/* status */

struct status {
	struct recording_counters counters;
	uint64_t disk_size; /* bytes that the files take */
	unsigned segments;
};

static void read_status(struct past *past, struct status *status)
{
	struct stat st;

	/* Of no event's time: blocks are checked and counted, and none is taken apart. */
	recording_span(past->recording, INT64_MAX, INT64_MAX);
	while (recording_next(past->recording))
		;
	recording_counters(past->recording, &status->counters);
	for (unsigned i = 0; i < RECORDER_SEGMENTS; i++) {
		if (past->folder.segments[i] < 0)
			continue;
		if (fstat(past->folder.segments[i], &st) < 0) {
			past_say(past, "%s/segment-%u: %s", past->path, i,
				 strerror(errno));
			continue;
		}
		status->disk_size += (uint64_t)st.st_blocks * 512;
		status->segments += st.st_size > 0;
	}
}

static int show_status_json(const struct past *past, const struct status *status)
{
	const struct recording_counters *c = &status->counters;
	AUTO(buffer) struct buffer out;
	char time[MOMENT_SIZE];

	buffer_init(&out, 1 << 16);
	json_write_open(&out, NULL);
	json_write_member(&out, "folder", text_of(past->path));
	if (c->earliest_ns) {
		moment_format(c->earliest_ns, time);
		json_write_member(&out, "earliest", text_of(time));
		moment_format(c->latest_ns, time);
		json_write_member(&out, "latest", text_of(time));
	}
	json_write_count(&out, "events", c->events);
	json_write_count(&out, "blocks", c->blocks);
	json_write_count(&out, "bytes", c->payload_size);
	json_write_count(&out, "bytes_raw", c->raw_size);
	json_write_count(&out, "bytes_disk", status->disk_size);
	json_write_count(&out, "segments", c->segments);
	json_write_count(&out, "segments_damaged", c->segments_damaged);
	json_write_count(&out, "blocks_damaged", c->blocks_damaged);
	json_write_count(&out, "events_missing", c->events_missing);
	json_write_count(&out, "events_lost", c->events_lost);
	json_write_count(&out, "breaks", c->breaks);
	json_write_close(&out);
	buffer_char(&out, '\n');
	return command_print(&out);
}

static void show_span(const struct recording_counters *c)
{
	char earliest[MOMENT_SIZE], latest[MOMENT_SIZE];
	int64_t minutes = (c->latest_ns - c->earliest_ns) / 60000000000;

	if (!c->earliest_ns) {
		printf("span      no event yet\n");
		return;
	}
	moment_format(c->earliest_ns, earliest);
	moment_format(c->latest_ns, latest);
	printf("span      %.19sZ to %.19sZ (%lld h %lld min)\n", earliest, latest,
	       (long long)minutes / 60, (long long)minutes % 60);
}

static void show_status(const struct past *past, const struct status *status)
{
	const struct recording_counters *c = &status->counters;
	char events[SCAN_NUMBER_SIZE], blocks[SCAN_NUMBER_SIZE];

	printf("recorder  %s\n", past->path);
	show_span(c);
	printf("events    %s in %s blocks\n", scan_number(c->events, events),
	       scan_number(c->blocks, blocks));
	printf("size      %.1f MiB compressed, %.1f bytes an event; %.1f MiB on disk\n",
	       (double)c->payload_size / (1 << 20),
	       c->events ? (double)c->payload_size / (double)c->events : 0,
	       (double)status->disk_size / (1 << 20));
	printf("segments  %llu of %u\n", (unsigned long long)c->segments,
	       RECORDER_SEGMENTS);
	printf("lost      %llu events found no place; %llu are missing; %llu ends "
	       "without "
	       "order, each up to a second\n",
	       (unsigned long long)c->events_lost, (unsigned long long)c->events_missing,
	       (unsigned long long)c->breaks);
	printf("damaged   %llu blocks, %llu segments\n",
	       (unsigned long long)c->blocks_damaged,
	       (unsigned long long)c->segments_damaged);
}

static int do_status(struct choices *choices)
{
	struct status status = { 0 };

	read_status(&choices->past, &status);
	if (choices->json)
		return show_status_json(&choices->past, &status);
	show_status(&choices->past, &status);
	return EXIT_NOTHING;
}

/* dump */

static int do_dump(struct choices *choices)
{
	struct line_writer *writer = line_writer_create();
	const struct sensed *sensed;
	AUTO(buffer) struct buffer line;
	bool good = writer != NULL;

	buffer_init(&line, LINE_SIZE_MAX);
	while (good && (sensed = past_next(&choices->past))) {
		buffer_clear(&line);
		line_event(writer, sensed, &line);
		if (line.failed)
			past_say(&choices->past, "an event was too long for a line");
		else
			good = fwrite(line.at, 1, line.size, stdout) == line.size;
	}
	past_finish(&choices->past);
	line_writer_free(writer);
	if (good && fflush(stdout) == 0)
		return EXIT_NOTHING;
	past_say(&choices->past, "%s", strerror(errno));
	return EXIT_TROUBLE;
}

/* replay */

static void count_rule(void *user, const struct sensed *sensed,
		       const struct detection *detection)
{
	uint64_t *by_rule = user;

	(void)sensed;
	by_rule[detection->rule]++;
}

static double per_event(double ns, uint64_t events)
{
	return events ? ns / (double)events : 0;
}

static int show_replay_json(const struct pack *pack, const uint64_t *by_rule,
			    const struct past_cost *cost)
{
	AUTO(buffer) struct buffer out;
	struct pack_rule rule;

	buffer_init(&out, 64 << 20);
	json_write_open(&out, NULL);
	json_write_member(&out, "pack", pack_digest(pack));
	json_write_count(&out, "events", cost->events);
	json_write_count(&out, "detections", cost->detections);
	json_write_count(&out, "ns_per_event",
			 (uint64_t)per_event((double)cost->engine_ns, cost->events));
	json_write_count(&out, "cpu_ns_per_event",
			 (uint64_t)per_event(cost->cpu_s * 1e9, cost->events));
	json_write_name(&out, TEXT("rules"));
	buffer_char(&out, '[');
	for (uint32_t i = 0, shown = 0; i < pack_rule_count(pack); i++) {
		if (!by_rule[i])
			continue;
		pack_rule(pack, i, &rule);
		if (shown++)
			buffer_char(&out, ',');
		json_write_open(&out, NULL);
		json_write_member(&out, "id", rule.id);
		json_write_member(&out, "title", rule.title);
		json_write_member(&out, "level", text_of(level_name(rule.level)));
		json_write_count(&out, "detections", by_rule[i]);
		json_write_close(&out);
	}
	buffer_char(&out, ']');
	json_write_close(&out);
	buffer_char(&out, '\n');
	return command_print(&out);
}

static void show_replay(const struct pack *pack, const uint64_t *by_rule,
			const struct past_cost *cost)
{
	char events[SCAN_NUMBER_SIZE], detections[SCAN_NUMBER_SIZE];
	struct pack_rule rule;

	for (uint32_t i = 0; i < pack_rule_count(pack); i++) {
		AUTO(buffer) struct buffer title;

		if (!by_rule[i])
			continue;
		pack_rule(pack, i, &rule);
		buffer_init(&title, 1 << 16);
		(void)scan_show(&title, rule.title, 60);
		printf("%10llu  %-13s  %.*s\n", (unsigned long long)by_rule[i],
		       level_name(rule.level), (int)title.size, title.at ? title.at : "");
	}
	printf("%s events, %s detections, %.0f ns an event in the engine (%.0f ns with "
	       "reading)\n",
	       scan_number(cost->events, events),
	       scan_number(cost->detections, detections),
	       per_event((double)cost->engine_ns, cost->events),
	       per_event(cost->cpu_s * 1e9, cost->events));
}

static int do_replay(struct choices *choices)
{
	AUTO(pack) struct pack *pack = NULL;
	AUTO(free) uint64_t *by_rule = NULL;
	struct past_cost cost;
	struct why why = { 0 };
	int r;

	if (!choices->pack)
		return trouble("replay: say with --pack which pack");
	r = pack_open(choices->pack, &pack, &why);
	if (r) {
		past_say(&choices->past, "%s: %s", choices->pack,
			 why.reason[0] ? why.reason : strerror(-r));
		return EXIT_TROUBLE;
	}
	by_rule = calloc(pack_rule_count(pack) + 1, sizeof(*by_rule));
	r = by_rule ? past_replay(&choices->past, pack, count_rule, by_rule, &cost)
		    : -ENOMEM;
	past_finish(&choices->past);
	if (r) {
		past_say(&choices->past, "%s", strerror(-r));
		return EXIT_TROUBLE;
	}
	if (choices->json)
		return show_replay_json(pack, by_rule, &cost);
	show_replay(pack, by_rule, &cost);
	return EXIT_NOTHING;
}

/* The command line */

static bool read_options(int argc, char **argv, struct choices *choices)
{
	static const struct option known[] = {
		{ "since", required_argument, NULL, 's' },
		{ "until", required_argument, NULL, 'u' },
		{ "pack", required_argument, NULL, 'p' },
		{ "json", no_argument, NULL, 'j' },
		{ "dir", required_argument, NULL, 'd' },
		{ 0 },
	};
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
		switch (option) {
		case 's':
			choices->past.since = optarg;
			break;
		case 'u':
			choices->past.until = optarg;
			break;
		case 'p':
			choices->pack = optarg;
			break;
		case 'j':
			choices->json = true;
			break;
		case 'd':
			choices->past.path = optarg;
			break;
		default:
			return false;
		}
	}
	return optind == argc;
}

int command_recorder(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(struct choices *choices);
	} actions[] = {
		{ "status", do_status },
		{ "dump", do_dump },
		{ "replay", do_replay },
	};
	struct choices choices = { .past = { .command = "recorder",
					     .path = FOLDER_DEFAULT } };
	int r = EXIT_TROUBLE;

	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
		(void)fputs(usage, stdout);
		return EXIT_NOTHING;
	}
	for (size_t i = 0; argc > 1 && i < sizeof(actions) / sizeof(actions[0]); i++) {
		if (strcmp(argv[1], actions[i].name) != 0)
			continue;
		if (!read_options(argc - 1, argv + 1, &choices))
			return trouble("an argument is not understood");
		if (past_open(&choices.past) == 0)
			r = actions[i].run(&choices);
		past_close(&choices.past);
		return r;
	}
	return trouble("expects status, dump or replay");
}
