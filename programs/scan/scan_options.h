/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of "windhover scan". */
#pragma once

#include "scan.h"
#include "scan_select.h"

#define SCAN_THREADS_MAX 256

/* What a scan makes of the events. */
enum scan_mode {
	SCAN_DETECT,
	SCAN_DUMP,  /* they themselves, as JSON lines */
	SCAN_STATS, /* how many there are, of what, and what is damaged */
};

struct scan_options {
	enum scan_mode mode;
	char **rules; /* room for argc */
	int rule_count;
	const char *pack, *mapping, *placeholders;
	const char *html; /* file for a page of the detections, or NULL */
	const struct scan_format *format;
	unsigned level;
	unsigned threads;
	unsigned top; /* rows of a table of SCAN_STATS */
	struct scan_globs only, exclude, channels;
	const char *since, *until;  /* as given, or NULL */
	int64_t since_ns, until_ns; /* from ... up to, but not at */
	bool carve;                 /* look for records in unused space */
	bool quiet;
	const char
		*rule_option; /* one that was given and has to do with rules, or NULL */
};

/*
 * scan_options_read(argc, argv, options):
 * Read ${argv} into ${options}, which is zeroes; files begin at argv[optind].  Returns 0, or
 * the exit status plus one where that is all to be done: it has been said why.
 */
int scan_options_read(int argc, char **argv, struct scan_options *options) MUST_USE;

/* Free what they hold.  Accepts zeroes. */
void scan_options_done(struct scan_options *options);
