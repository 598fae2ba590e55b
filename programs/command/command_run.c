// SPDX-License-Identifier: Apache-2.0
// windhover run: the sensor, live on this machine, until Ctrl-C.
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>

#include "command.h"
#include "feed.h"
#include "scan/scan.h"
#include "watch.h"

#define STILL_WORKS   "'windhover scan', 'rule' and 'pack' work without it"
#define TRIES_MAX     5  /* starts in a row without ever a sensor */
#define ARGUMENTS_MAX 32 /* arguments for windhoverd */

static const char usage[] =
	"usage: windhover run [--pack PACK] [--output FILE] [--json]\n"
	"\n"
	"Run the sensor on this machine and show its detections as they happen. Ctrl-C "
	"ends\n"
	"all that it started and leaves nothing behind. Needs root.\n"
	"\n"
	"  --pack PACK          detect with this pack (the starter pack)\n"
	"  --output FILE        also append every line to FILE, set aside when it is "
	"full\n"
	"  --json               write JSON lines, not the feed\n"
	"  --journal            also send detections to journald\n"
	"  --ring-size BYTES    of the kernel's ring buffer, a power of two (4 MiB)\n"
	"  --no-bpf             leave BPF alone: only starts and ends of processes are "
	"seen\n"
	"  --back-end N         look by LSM and fentry programs only (1), or by "
	"tracepoints\n"
	"                       and cgroup hooks only (2)\n"
	"  --rule-alerts N      of one rule within a minute; more suspend it alone "
	"(120)\n"
	"  --rule-rest SECONDS    for so long (600)\n"
	"  --sensor-memory MIB  that the sensor may take where cgroups can be written "
	"(512)\n"
	"  --sensor-cpu PERCENT   of one processor, likewise (100)\n"
	"\n"
	"example: windhover run --pack starter.pack --output /var/log/windhover.jsonl\n";

/* Each is found by a starter rule and does no harm. */
static const char *const suggestions[] = {
	"cat /etc/shadow > /dev/null",
	"sh -c 'echo ZWNobyBoZWxsbw== | base64 -d | sh'",
	"cp /bin/true /dev/shm/hello; /dev/shm/hello; rm /dev/shm/hello",
};

struct run {
	const char *arguments[ARGUMENTS_MAX + 3]; /* for windhoverd */
	bool json;
	struct watch watch;
	struct feed *feed;
	struct buffer out;
	bool introduced, was_up, stopping;
	unsigned failures;
};

static const char *const default_packs[] = {
	"build/starter.pack",
	"/usr/local/share/windhover/starter.pack",
	"/usr/share/windhover/starter.pack",
};

static const char *find_pack(void)
{
	for (size_t i = 0; i < sizeof(default_packs) / sizeof(default_packs[0]); i++)
		if (access(default_packs[i], R_OK) == 0)
			return default_packs[i];
	return NULL;
}

static void introduce(struct run *run, const struct feed_health *health)
{
	if (health->replaced)
		buffer_string(&run->out, "windhover: no BPF: only starts and ends of "
					 "processes are seen, by the process connector");
	else
		buffer_format(&run->out, "windhover: %llu of %llu programs attached",
			      (unsigned long long)health->attached,
			      (unsigned long long)health->programs);
	buffer_format(&run->out, ", %llu rules, started in %.2f s. Ctrl-C ends it.\n",
		      (unsigned long long)health->rules, (double)health->start_us / 1e6);
	if (health->attached < health->programs)
		buffer_string(&run->out, "Coverage is reduced: see windhover doctor.\n");
	buffer_string(&run->out,
		      "\nPaste one of these into another terminal; they do no harm:\n");
	for (size_t i = 0; i < sizeof(suggestions) / sizeof(suggestions[0]); i++)
		buffer_format(&run->out, "    %s\n", suggestions[i]);
	buffer_char(&run->out, '\n');
}

static void show_health(struct run *run, const struct feed_health *health)
{
	bool started = text_is(health->action, TEXT("sensor-started"));

	if (started && !run->introduced) {
		run->introduced = true;
		introduce(run, health);
		/* A pack that was refused is said in the same sentence. */
		if (memmem(health->sentence.at, health->sentence.size, "refused", 7)) {
			(void)scan_show(&run->out, health->sentence, 0);
			buffer_string(&run->out, "\n\n");
		}
	} else if (!text_is(health->action, TEXT("metrics")) && !run->stopping) {
		buffer_string(&run->out, "windhover: ");
		(void)scan_show(&run->out, health->sentence, 0);
		buffer_string(&run->out, "\n\n");
	}
}

static void show_line(struct run *run, struct text line)
{
	struct feed_health health;

	if (watch_line_is(line, "sensor-started")) {
		run->was_up = true;
		run->failures = 0;
	}
	if (run->json) {
		buffer_text(&run->out, line);
		buffer_char(&run->out, '\n');
	} else if (!feed_alert(run->feed, line, &run->out) &&
		   feed_health(run->feed, line, &health)) {
		show_health(run, &health);
	}
}

static void flush(struct run *run)
{
	(void)fwrite(run->out.at, 1, run->out.size, stdout);
	if (fflush(stdout) != 0 && errno == EPIPE)
		run->stopping = true;
	buffer_clear(&run->out);
}

/* All that is there.  False at the end of windhoverd's output. */
static bool take_output(struct run *run)
{
	struct text line;
	int r = watch_read(&run->watch);

	while (watch_line(&run->watch, &line)) {
		show_line(run, line);
		flush(run);
	}
	return r == 0 || r == -EAGAIN;
}

/* One windhoverd from its start to its end.  0 or -errno. */
static int run_once(struct run *run, int signals)
{
	struct signalfd_siginfo info;
	int r = watch_start(run->arguments, &run->watch);

	if (r)
		return r;
	for (bool open = true; open;) {
		struct pollfd fds[] = {
			{ .fd = run->watch.lines, .events = POLLIN },
			{ .fd = signals, .events = POLLIN },
		};

		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			open = false;
		if (fds[1].revents && read(signals, &info, sizeof(info)) == sizeof(info))
			run->stopping = true;
		if (fds[0].revents)
			open = take_output(run);
		if (run->stopping)
			watch_stop(&run->watch);
	}
	watch_stop(&run->watch);
	(void)watch_done(&run->watch);
	return 0;
}

static int open_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC);
}

/* windhoverd brings the others back; here it is brought back itself. */
static int run_all(struct run *run)
{
	int signals = open_signals(), r;

	if (signals < 0)
		return EXIT_TROUBLE;
	for (;;) {
		const struct timespec pause = { .tv_nsec = 100000000 };

		r = run_once(run, signals);
		if (r) {
			(void)fprintf(stderr,
				      "windhover run: windhoverd can't be started "
				      "(%s); " STILL_WORKS "\n",
				      strerror(-r));
			return EXIT_TROUBLE;
		}
		if (run->stopping)
			return EXIT_NOTHING;
		if (++run->failures == (run->was_up ? TRIES_MAX : 1)) {
			(void)fprintf(
				stderr,
				"windhover run: the sensor does not start here: see "
				"'windhover doctor'; " STILL_WORKS "\n");
			return EXIT_TROUBLE;
		}
		(void)fprintf(stderr,
			      "windhover: windhoverd ended and is started again\n");
		if (run->failures > 1)
			(void)nanosleep(&pause, NULL);
	}
}

static unsigned terminal_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) || ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		return 0;
	return size.ws_col;
}

/* Options that are windhoverd's own, and go there as they are. */
#define PASSED 256
static const char *const passed[] = {
	"--output",        "--ring-size",  "--rule-alerts", "--rule-rest",
	"--sensor-memory", "--sensor-cpu", "--back-end",
};

/* 0: go on; else the exit status plus one.  ${pack}: what was asked for, or NULL. */
static int read_options(int argc, char **argv, struct run *run, unsigned *count,
			const char **pack)
{
	static const struct option known[] = {
		{ "pack", required_argument, NULL, 'p' },
		{ "json", no_argument, NULL, 'j' },
		{ "journal", no_argument, NULL, 'J' },
		{ "no-bpf", no_argument, NULL, 'n' },
		{ "output", required_argument, NULL, PASSED },
		{ "ring-size", required_argument, NULL, PASSED + 1 },
		{ "rule-alerts", required_argument, NULL, PASSED + 2 },
		{ "rule-rest", required_argument, NULL, PASSED + 3 },
		{ "sensor-memory", required_argument, NULL, PASSED + 4 },
		{ "sensor-cpu", required_argument, NULL, PASSED + 5 },
		{ "back-end", required_argument, NULL, PASSED + 6 },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "p:o:jh", known, NULL)) != -1) {
		if (option == 'o')
			option = PASSED;
		if (*count + 2 > ARGUMENTS_MAX) {
			(void)fputs("windhover run: too many options\n", stderr);
			return 1 + EXIT_TROUBLE;
		}
		if (option >= PASSED) {
			run->arguments[(*count)++] = passed[option - PASSED];
			run->arguments[(*count)++] = optarg;
		} else if (option == 'J') {
			run->arguments[(*count)++] = "--journal";
		} else if (option == 'n') {
			run->arguments[(*count)++] = "--no-bpf";
		} else if (option == 'p') {
			*pack = optarg;
		} else if (option == 'j') {
			run->json = true;
		} else if (option == 'h') {
			(void)fputs(usage, stdout);
			return 1 + EXIT_NOTHING;
		} else {
			return 1 + EXIT_TROUBLE;
		}
	}
	if (optind == argc)
		return 0;
	(void)fprintf(stderr, "windhover run: '%s' is not expected; see --help\n",
		      argv[optind]);
	return 1 + EXIT_TROUBLE;
}

int command_run(int argc, char **argv)
{
	static struct run run;
	const char *pack = NULL, *obstacle;
	unsigned count = 0;
	int status = read_options(argc, argv, &run, &count, &pack);

	if (status)
		return status - 1;
	obstacle = watch_obstacle();
	if (obstacle) {
		(void)fprintf(stderr, "windhover run: %s; " STILL_WORKS "\n", obstacle);
		return EXIT_TROUBLE;
	}
	pack = pack ? pack : find_pack();
	if (!pack) {
		(void)fputs("windhover run: no pack: give one with --pack, made by "
			    "'windhover "
			    "pack build'\n",
			    stderr);
		return EXIT_TROUBLE;
	}
	run.arguments[count++] = "--pack";
	run.arguments[count++] = pack;
	buffer_init(&run.out, 4u << 20);
	run.feed = feed_create(isatty(STDOUT_FILENO) && !getenv("NO_COLOR"),
			       terminal_width());
	status = run.feed ? run_all(&run) : EXIT_TROUBLE;
	feed_free(run.feed);
	buffer_done(&run.out);
	return status;
}
