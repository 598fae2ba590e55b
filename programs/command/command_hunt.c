// SPDX-License-Identifier: Apache-2.0
// windhover hunt: rules over this host's recorded past.
#include "command.h"
#include "feed.h"
#include "past.h"
#include "rule_files.h"
#include "scan/scan.h"

#include "detect/sink/line.h"
#include "update/compile/pack_build.h"

#include <errno.h>
#include <getopt.h>
#include <string.h>

static const char usage[] =
	"usage: windhover hunt [--since TIME] [--until TIME] [--json] RULE|DIR...\n"
	"       windhover hunt --pack PACK [OPTION]...\n"
	"\n"
	"Look in this host's recorded past for what rules describe. Needs root.\n"
	"Exit status: 0 nothing, 1 something was found, 2 trouble.\n"
	"\n"
	"  --since TIME        from TIME on: 6h (ago), 2d, or 2024-07-19T04:09:00Z\n"
	"  --until TIME        up to TIME\n"
	"  --pack PACK         the rules of a pack\n"
	"  --placeholders FILE what placeholders in rules stand for\n"
	"  --json              JSON lines, as the sensor writes them\n"
	"  --dir DIR           the recorder's folder (" FOLDER_DEFAULT ")\n"
	"\n"
	"example: windhover hunt --since 6h suspicious.yml\n";

struct hunt {
	struct past past;
	const char *pack_path, *placeholders;
	bool json;
	struct buffer bytes; /* of the pack */
	struct pack *pack;
	struct line_writer *writer;
	struct feed *feed;
	struct buffer line, shown;
	uint64_t too_long;
	uint64_t not_shown; /* for want of memory */
	bool is_broken;     /* standard output takes no more */
};

static int trouble(const char *reason)
{
	(void)fprintf(stderr,
		      "windhover hunt: %s\n"
		      "windhover hunt: see 'windhover hunt --help'\n",
		      reason);
	return EXIT_TROUBLE;
}

/* Rules */

static int compile(struct hunt *hunt, char **paths, int count, struct why *why)
{
	struct rule_reader *reader = NULL;
	struct rule_set set;
	unsigned refused;
	int r;

	if (rule_files_read(paths, count, hunt->placeholders, &reader, &set) < 0)
		return -EINVAL;
	refused = rule_files_tell_refused(reader);
	if (refused)
		past_say(&hunt->past, "%u rules are refused and left out", refused);
	buffer_init(&hunt->bytes, PACK_SIZE_MAX);
	r = pack_build(&set, &hunt->bytes, why);
	if (r == 0)
		r = pack_open_bytes(buffer_view(&hunt->bytes), &hunt->pack, why);
	rule_reader_free(reader);
	return r;
}

static int read_rules(struct hunt *hunt, char **paths, int count)
{
	struct why why = { 0 };
	int r;

	if (hunt->pack_path) {
		why_file(&why, hunt->pack_path);
		r = pack_open(hunt->pack_path, &hunt->pack, &why);
	} else {
		r = compile(hunt, paths, count, &why);
	}
	if (r == 0)
		return 0;
	if (why.reason[0] || hunt->pack_path)
		past_say(&hunt->past, "%s%s%s", why.file, why.file[0] ? ": " : "",
			 why.reason[0] ? why.reason : strerror(-r));
	return r;
}

/* Detections */

static void show(void *user, const struct sensed *sensed,
		 const struct detection *detection)
{
	struct hunt *hunt = user;
	struct buffer *out = &hunt->line;

	buffer_clear(&hunt->line);
	line_alert(hunt->writer, hunt->pack, detection, sensed, &hunt->line);
	if (hunt->line.failed) {
		hunt->too_long++;
		return;
	}
	if (!hunt->json) {
		/* What reads it expects the line alone. */
		hunt->line.size -= hunt->line.at[hunt->line.size - 1] == '\n';
		buffer_clear(&hunt->shown);
		if (!feed_alert(hunt->feed, buffer_view(&hunt->line), &hunt->shown) ||
		    hunt->shown.failed) {
			hunt->not_shown++;
			return;
		}
		out = &hunt->shown;
	}
	hunt->is_broken |= fwrite(out->at, 1, out->size, stdout) != out->size;
}

static int look(struct hunt *hunt)
{
	char events[SCAN_NUMBER_SIZE], detections[SCAN_NUMBER_SIZE];
	struct past_cost cost = { 0 };
	int r;

	hunt->writer = line_writer_create();
	hunt->feed = feed_create(isatty(STDOUT_FILENO), 0);
	buffer_init(&hunt->line, LINE_SIZE_MAX);
	buffer_init(&hunt->shown, 1 << 20);
	if (!hunt->writer || !hunt->feed)
		r = -ENOMEM;
	else
		r = past_replay(&hunt->past, hunt->pack, show, hunt, &cost);
	hunt->is_broken |= fflush(stdout) != 0;
	past_finish(&hunt->past);
	if (hunt->too_long)
		past_say(&hunt->past, "%llu detections were too long to be shown",
			 (unsigned long long)hunt->too_long);
	if (hunt->not_shown)
		past_say(&hunt->past, "%llu detections could not be shown: memory is out",
			 (unsigned long long)hunt->not_shown);
	if (r || hunt->is_broken) {
		past_say(&hunt->past, "%s", strerror(r ? -r : errno));
		return EXIT_TROUBLE;
	}
	past_say(&hunt->past, "%s events, %s detections",
		 scan_number(cost.events, events),
		 scan_number(cost.detections, detections));
	return cost.detections ? EXIT_FOUND : EXIT_NOTHING;
}

static void done(struct hunt *hunt)
{
	past_close(&hunt->past);
	pack_close(hunt->pack);
	buffer_done(&hunt->bytes);
	buffer_done(&hunt->line);
	buffer_done(&hunt->shown);
	line_writer_free(hunt->writer);
	feed_free(hunt->feed);
}

static bool read_option(struct hunt *hunt, int option)
{
	switch (option) {
	case 's':
		hunt->past.since = optarg;
		return true;
	case 'u':
		hunt->past.until = optarg;
		return true;
	case 'p':
		hunt->pack_path = optarg;
		return true;
	case 'P':
		hunt->placeholders = optarg;
		return true;
	case 'j':
		hunt->json = true;
		return true;
	case 'd':
		hunt->past.path = optarg;
		return true;
	default:
		return false;
	}
}

int command_hunt(int argc, char **argv)
{
	static const struct option known[] = {
		{ "since", required_argument, NULL, 's' },
		{ "until", required_argument, NULL, 'u' },
		{ "pack", required_argument, NULL, 'p' },
		{ "placeholders", required_argument, NULL, 'P' },
		{ "json", no_argument, NULL, 'j' },
		{ "dir", required_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	struct hunt hunt = { .past = { .command = "hunt", .path = FOLDER_DEFAULT } };
	int option, r = EXIT_TROUBLE;

	optind = 1;
	while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
		if (option == 'h') {
			(void)fputs(usage, stdout);
			return EXIT_NOTHING;
		}
		if (!read_option(&hunt, option))
			return trouble("an option is not understood");
	}
	if ((optind == argc) == (hunt.pack_path == NULL))
		return trouble("expects rule files and folders, or --pack");
	if (past_open(&hunt.past) == 0 &&
	    read_rules(&hunt, argv + optind, argc - optind) == 0)
		r = look(&hunt);
	done(&hunt);
	return r;
}
