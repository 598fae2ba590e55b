/* SPDX-License-Identifier: Apache-2.0 */
/* The subcommands of windhover: each takes its own arguments and returns the exit status. */
#pragma once

/* Exit statuses that all subcommands share. */
enum {
	EXIT_NOTHING = 0, /* done; for scan: nothing found */
	EXIT_FOUND = 1,   /* scan: detections; check, diff: refusals or differences */
	EXIT_TROUBLE = 2, /* wrong arguments, or something could not be done */
	EXIT_INTERRUPTED = 130, /* scan: by Ctrl-C; 128 + SIGINT, as shells have it */
};

struct buffer;

/*
 * command_print(out):
 * Write ${out} to standard output; where something of it found no memory, say that instead.
 * Returns EXIT_NOTHING or EXIT_TROUBLE.
 */
int command_print(const struct buffer *out);

/* argv[0] is the subcommand's name. */
int command_scan(int argc, char **argv);
int command_rule(int argc, char **argv);
int command_pack(int argc, char **argv);
int command_content(int argc, char **argv);
int command_drill(int argc, char **argv);
int command_run(int argc, char **argv);
int command_record(int argc, char **argv);
int command_recorder(int argc, char **argv);
int command_hunt(int argc, char **argv);
int command_lookalike(int argc, char **argv);
int command_doctor(int argc, char **argv);
