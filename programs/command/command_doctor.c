// SPDX-License-Identifier: Apache-2.0
// windhover doctor: what this machine offers, and what the sensor will do with it.
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "command.h"
#include "detect/sink/json_write.h"
#include "feed.h"
#include "probe.h"
#include "watch.h"

#define PATIENCE_MS 10000 /* for the sensor to say what it attached */

static const char usage[] =
	"usage: windhover doctor [--json] [--no-bpf]\n"
	"\n"
	"Say what this machine offers a sensor, and what the sensor does with it: each "
	"of\n"
	"its programs is loaded and attached for a moment, as in a real start.\n"
	"\n"
	"  --json    for programs\n"
	"  --no-bpf  try the sensor without BPF, as the boot guard does\n"
	"\n"
	"Exit status: 0 all of the sensor works, 1 some of it does, 2 none.\n"
	"\n"
	"example: windhover doctor --json\n";

/* What a sensor started here said of itself. */
struct trial {
	const char *obstacle; /* NULL: it was started */
	struct feed_health health;
	struct text line; /* its "sensor-started" */
	bool started;
};

/* Start a sensor without rules, and stop it when it has said what it is. */
static void try_sensor(bool no_bpf, struct watch *watch, struct feed *feed,
		       struct trial *trial)
{
	const char *const arguments[] = { "--every-event", "--metrics", "0",
					  no_bpf ? "--no-bpf" : NULL, NULL };
	struct pollfd lines;
	int r;

	trial->obstacle = watch_obstacle();
	if (trial->obstacle)
		return;
	if (watch_start(arguments, watch) < 0) {
		trial->obstacle = "windhoverd is not installed beside this program";
		return;
	}
	lines = (struct pollfd){ .fd = watch->lines, .events = POLLIN };
	while (!trial->started && poll(&lines, 1, PATIENCE_MS) > 0) {
		r = watch_read(watch);
		while (!trial->started && watch_line(watch, &trial->line))
			trial->started = watch_line_is(trial->line, "sensor-started") &&
					 feed_health(feed, trial->line, &trial->health);
		if (r && !trial->started)
			break;
	}
	if (!trial->started)
		trial->obstacle = "the sensor was started and did not come up";
}

static void show_people(const struct probe *probes, unsigned count,
			const struct trial *trial, struct feed *feed)
{
	static const char *const marks[] = { "yes", "no", "?" };

	(void)printf("This machine\n");
	for (unsigned i = 0; i < count; i++)
		(void)printf("  %-28s %-4s %s\n", probes[i].title, marks[probes[i].state],
			     probes[i].answer);
	(void)printf("\nThe sensor here\n");
	if (trial->obstacle) {
		(void)printf("  does not run: %s\n"
			     "  'windhover scan', 'rule' and 'pack' work without it\n",
			     trial->obstacle);
		return;
	}
	for (unsigned i = 0;; i++) {
		struct text name, state, end;

		feed_program(feed, i, &name, &state);
		if (name.size == 0)
			break;
		end = feed_back_end(feed, name);
		(void)printf("  %-28.*s %.*s%s%.*s\n", (int)name.size, name.at,
			     (int)state.size, state.at, end.size ? " by back end " : "",
			     (int)end.size, end.at ? end.at : "");
	}
	if (trial->health.replaced)
		(void)printf(
			"  no BPF: coverage is reduced to starts and ends of "
			"processes, and to paths\n"
			"  and arguments of those that live long enough to be asked\n");
	(void)printf("  %llu of %llu programs attached, up in %.2f s\n",
		     (unsigned long long)trial->health.attached,
		     (unsigned long long)trial->health.programs,
		     (double)trial->health.start_us / 1e6);
}

static int show_json(const struct probe *probes, unsigned count,
		     const struct trial *trial, const struct feed *feed)
{
	static const char *const states[] = { "yes", "no", "unknown" };
	AUTO(buffer) struct buffer out;

	buffer_init(&out, 1 << 20);
	json_write_open(&out, NULL);
	json_write_open(&out, "machine");
	for (unsigned i = 0; i < count; i++) {
		json_write_open(&out, probes[i].key);
		json_write_member(&out, "state", text_of(states[probes[i].state]));
		json_write_member(&out, "answer", text_of(probes[i].answer));
		json_write_close(&out);
	}
	json_write_close(&out);
	json_write_open(&out, "sensor");
	if (trial->obstacle)
		json_write_member(&out, "obstacle", text_of(trial->obstacle));
	json_write_open(&out, "programs");
	for (unsigned i = 0; trial->started; i++) {
		struct text name, state;

		feed_program(feed, i, &name, &state);
		if (name.size == 0)
			break;
		json_write_name(&out, name);
		json_write_text(&out, state);
	}
	json_write_close(&out);
	json_write_count(&out, "start_us", trial->health.start_us);
	buffer_string(&out, "}}\n");
	return command_print(&out);
}

int command_doctor(int argc, char **argv)
{
	static const struct option known[] = {
		{ "json", no_argument, NULL, 'j' },
		{ "no-bpf", no_argument, NULL, 'n' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	static struct probe probes[PROBES_MAX];
	struct watch watch = { .lines = -1 };
	struct trial trial = { 0 };
	struct feed *feed;
	bool json = false, no_bpf = false;
	unsigned count;
	int option, status = EXIT_NOTHING;

	optind = 1;
	while ((option = getopt_long(argc, argv, "h", known, NULL)) != -1) {
		if (option == 'h') {
			(void)fputs(usage, stdout);
			return EXIT_NOTHING;
		}
		if (option != 'j' && option != 'n')
			return EXIT_TROUBLE;
		json |= option == 'j';
		no_bpf |= option == 'n';
	}
	if (optind < argc) {
		(void)fprintf(stderr,
			      "windhover doctor: '%s' is not expected; see --help\n",
			      argv[optind]);
		return EXIT_TROUBLE;
	}
	feed = feed_create(false, 0);
	if (!feed) {
		(void)fputs("windhover doctor: memory is out\n", stderr);
		return EXIT_TROUBLE;
	}
	count = probe_all(probes);
	try_sensor(no_bpf, &watch, feed, &trial);
	if (json)
		status = show_json(probes, count, &trial, feed);
	else
		show_people(probes, count, &trial, feed);
	watch_stop(&watch);
	(void)watch_done(&watch);
	feed_free(feed);
	if (status || trial.obstacle ||
	    trial.health.attached + trial.health.replaced == 0)
		return EXIT_TROUBLE;
	return trial.health.attached == trial.health.programs ? EXIT_NOTHING : EXIT_FOUND;
}
