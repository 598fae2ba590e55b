/* SPDX-License-Identifier: Apache-2.0 */
/* A windhoverd of our own, and the lines that it writes. */
#pragma once

#include "base/auto.h"
#include "base/buffer.h"
#include "base/text.h"

#include <sys/types.h>

struct watch {
	pid_t pid; /* 0: not running */
	int ended; /* pidfd: readable when it has ended */
	int lines; /* its standard output, non-blocking */
	struct buffer bytes;
	size_t taken; /* bytes of the buffer that were handed out */
};

/*
 * watch_start(arguments, watch):
 * Start the windhoverd beside this program with ${arguments} (ends with NULL) after
 * "--lines --with-parent".  0 or -errno.
 */
int watch_start(const char *const *arguments, struct watch *watch) MUST_USE;

/* Read what there is.  0; -EAGAIN: nothing now; -EPIPE: it has closed its output; -errno. */
int watch_read(struct watch *watch) MUST_USE;

/* The next whole line, without its newline, valid until watch_read; false: none yet. */
bool watch_line(struct watch *watch, struct text *line);

/* Ask it to end; its last lines are still to be read. */
void watch_stop(struct watch *watch);

/* Wait for its end and release everything; returns its exit status, or -1. */
int watch_done(struct watch *watch);

/* Whether ${line} is one of the sensor's own: "sensor-started" and the like. */
bool watch_line_is(struct text line, const char *action);

/* Whether the kernel's process connector can be had: the second source of events. */
bool watch_has_connector(void);

/* What keeps a sensor from running here, in a sentence; NULL: nothing is known to. */
const char *watch_obstacle(void);
