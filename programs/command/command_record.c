// SPDX-License-Identifier: Apache-2.0
// windhover record: the events of one command, as the sensor sees them.
#include "command.h"
#include "watch.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static const char usage[] =
	"usage: windhover record [--output FILE] [--all] -- COMMAND [ARGUMENT]...\n"
	"\n"
	"Run COMMAND and write every event of it, and of what it starts, as JSON lines: "
	"what\n"
	"a rule's test events are made of. windhover scan reads them. Needs root.\n"
	"\n"
	"  --output FILE  write to FILE, not to standard output\n"
	"  --all          write the events of the whole machine while COMMAND runs\n"
	"\n"
	"example: windhover record --output whoami.jsonl -- sh -c 'id; whoami'\n";

/* COMMAND as a process that waits for a byte before it begins. */
struct command {
	pid_t pid;
	int ended; /* pidfd */
	int gate;  /* write a byte to let it begin */
};

static int command_start(char **argv, struct command *command)
{
	int both[2];
	char byte;
	pid_t pid;

	if (pipe2(both, O_CLOEXEC) < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		(void)close(both[1]);
		/* Without a byte the recorder has given up. */
		if (read(both[0], &byte, 1) == 1) {
			(void)execvp(argv[0], argv);
			(void)fprintf(stderr, "windhover record: %s: %s\n", argv[0],
				      strerror(errno));
		}
		_exit(127);
	}
	(void)close(both[0]);
	if (pid < 0) {
		(void)close(both[1]);
		return -errno;
	}
	*command = (struct command){ .pid = pid, .gate = both[1] };
	command->ended = (int)syscall(SYS_pidfd_open, pid, 0);
	return command->ended < 0 ? -errno : 0;
}

/* Take in all lines that are there; true when the sensor has said that it is ready. */
static bool take_lines(struct watch *watch, FILE *out, uint64_t *events)
{
	bool ready = false;
	struct text line;

	while (watch_line(watch, &line)) {
		if (watch_line_is(line, "sensor-started")) {
			ready = true;
			if (memmem(line.at, line.size, "coverage is reduced", 19))
				(void)fputs("windhover record: not all programs are "
					    "attached: "
					    "see windhover doctor\n",
					    stderr);
		} else if (watch_line_is(line, "events-lost")) {
			(void)fputs("windhover record: events were lost\n", stderr);
		} else if (memmem(line.at, line.size, "\"kind\":\"event\"", 14)) {
			(void)fwrite(line.at, 1, line.size, out);
			(void)fputc('\n', out);
			++*events;
		}
	}
	return ready;
}

/*
 * Until the sensor's output ends.  Returns 0; -ECANCELED where it ended, or was started again,
 * before the command did, so that events may be missing; other -errno.
 */
static int record(struct watch *watch, struct command *command, FILE *out,
		  uint64_t *events)
{
	bool begun = false, again = false;
	int r;

	for (;;) {
		struct pollfd fds[] = {
			{ .fd = watch->lines, .events = POLLIN },
			{ .fd = begun ? command->ended : -1, .events = POLLIN },
		};

		if (poll(fds, 2, -1) < 0)
			return -errno;
		if (fds[1].revents) {
			/* The sensor reads the ring to its end before it goes. */
			watch_stop(watch);
			(void)close(command->ended);
			command->ended = -1;
		}
		if (!fds[0].revents)
			continue;
		r = watch_read(watch);
		if (r == -EPIPE)
			return begun && command->ended < 0 && !again ? 0 : -ECANCELED;
		if (r && r != -EAGAIN)
			return r;
		if (take_lines(watch, out, events)) {
			again = begun;
			if (again)
				continue;
			begun = true;
			if (write(command->gate, "", 1) != 1)
				return -errno;
		}
	}
}

static int record_command(char **argv, bool all, FILE *out)
{
	struct command command = { .ended = -1, .gate = -1 };
	struct watch watch = { .lines = -1 };
	const char *arguments[] = { "--follow", NULL, NULL };
	uint64_t events = 0;
	char pid[16];
	int r = command_start(argv, &command);

	if (r == 0) {
		(void)snprintf(pid, sizeof(pid), "%d", (int)command.pid);
		arguments[1] = pid;
		if (all)
			arguments[0] = "--every-event";
		if (all)
			arguments[1] = NULL;
		r = watch_start(arguments, &watch);
	}
	if (r == 0)
		r = record(&watch, &command, out, &events);
	if (command.gate >= 0)
		(void)close(command.gate);
	watch_stop(&watch);
	/* However it looked from here: a sensor that ended well says so. */
	if (watch_done(&watch) != 0 && r == 0)
		r = -ECANCELED;
	if (command.pid > 0)
		(void)waitpid(command.pid, NULL, 0);
	if (r == -ECANCELED)
		(void)fputs("windhover record: the sensor ended before the command did: "
			    "events "
			    "are missing\n",
			    stderr);
	else if (r)
		(void)fprintf(stderr, "windhover record: %s\n", strerror(-r));
	return r ? EXIT_TROUBLE : EXIT_NOTHING;
}

int command_record(int argc, char **argv)
{
	static const struct option known[] = {
		{ "output", required_argument, NULL, 'o' },
		{ "all", no_argument, NULL, 'a' },
		{ "help", no_argument, NULL, 'h' },
		{ 0 },
	};
	AUTO(fclose) FILE *file = NULL;
	const char *obstacle, *output = NULL;
	bool all = false;
	int option;

	optind = 1;
	while ((option = getopt_long(argc, argv, "+o:h", known, NULL)) != -1) {
		if (option == 'h') {
			(void)fputs(usage, stdout);
			return EXIT_NOTHING;
		} else if (option == 'o') {
			output = optarg;
		} else if (option == 'a') {
			all = true;
		} else {
			return EXIT_TROUBLE;
		}
	}
	if (optind == argc) {
		(void)fputs(usage, stderr);
		return EXIT_TROUBLE;
	}
	obstacle = watch_obstacle();
	if (obstacle) {
		(void)fprintf(stderr, "windhover record: %s\n", obstacle);
		return EXIT_TROUBLE;
	}
	if (output && !(file = fopen(output, "we"))) {
		(void)fprintf(stderr, "windhover record: %s: %s\n", output,
			      strerror(errno));
		return EXIT_TROUBLE;
	}
	return record_command(argv + optind, all, file ? file : stdout);
}
