// SPDX-License-Identifier: Apache-2.0
// windhover: the command line.
#include <errno.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "base/buffer.h"
#include "command/command.h"

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help; /* one line */
};

static const struct command commands[] = {
	{ "scan", command_scan, "look for detections in log files" },
	{ "rule", command_rule, "check rules, or explain how one is evaluated" },
	{ "pack", command_pack,
	  "compile rules into a pack; check, show and compare packs" },
	{ "content", command_content, "which pack runs here: install, status, rollback" },
	{ "drill", command_drill, "rehearse: poisoned packs, and the way back" },
	{ "run", command_run, "run the sensor on this machine and show its detections" },
	{ "doctor", command_doctor, "what this machine offers, and what works here" },
	{ "record", command_record,
	  "write the events of one command, as the sensor sees them" },
	{ "recorder", command_recorder,
	  "the flight recorder: its state, its events, packs over them" },
	{ "hunt", command_hunt, "look in the recorded past for what rules describe" },
	{ "lookalike", command_lookalike,
	  "tell domain names that are made to look like a brand's" },
};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void help(FILE *out)
{
	fprintf(out, "usage: windhover COMMAND [OPTION...] [ARGUMENT...]\n\n");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-9s %s\n", commands[i].name, commands[i].help);
	fprintf(out, "\n'windhover COMMAND --help' explains one, with an example.\n"
		     "'windhover --version' says which one this is.\n");
}

int command_print(const struct buffer *out)
{
	if (out->failed) {
		fprintf(stderr, "windhover: memory is out\n");
		return EXIT_TROUBLE;
	}
	(void)fwrite(out->at, 1, out->size, stdout);
	return EXIT_NOTHING;
}

/* What was said to have been done is done only once it is written. */
static int finish(int status)
{
	int r = fflush(stdout);

	if (r == 0 && !ferror(stdout))
		return status;
	fprintf(stderr, "windhover: standard output: %s\n",
		r ? strerror(errno) : "not all could be written");
	return EXIT_TROUBLE;
}

static int run(int argc, char **argv)
{
	/* Only what a character is: numbers and messages stay the same everywhere. */
	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		(void)setlocale(LC_CTYPE, "");
	if (argc < 2) {
		help(stderr);
		return EXIT_TROUBLE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		help(stdout);
		return EXIT_NOTHING;
	}
	if (strcmp(argv[1], "--version") == 0) {
		printf("windhover %s\n", WINDHOVER_VERSION);
		return EXIT_NOTHING;
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	fprintf(stderr,
		"windhover: there is no command '%s'; 'windhover --help' lists them\n",
		argv[1]);
	return EXIT_TROUBLE;
}

int main(int argc, char **argv)
{
	return finish(run(argc, argv));
}
