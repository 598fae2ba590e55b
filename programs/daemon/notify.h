/* SPDX-License-Identifier: Apache-2.0 */
/* Telling the service manager that we are ready, how we are, and that we live: sd_notify(3). */
#pragma once

#include "base/auto.h"

#include <stdint.h>

struct notify {
	int socket;       /* -1: nobody wants to hear */
	int64_t every_ns; /* between two signs of life; 0: none is wanted */
	int64_t last_ns;  /* when the last one was given */
};

/*
 * notify_init(notify):
 * Who wants to hear stands in the environment ($NOTIFY_SOCKET, $WATCHDOG_USEC, $WATCHDOG_PID).
 * Nobody, or nobody who can be reached, is no failure: then the functions below do nothing.
 */
void notify_init(struct notify *notify);
void notify_done(struct notify *notify);

/*
 * notify_ready(notify, status), notify_status(notify, status), notify_stopping(notify):
 * We are up; how we are, in a sentence for people (one line, at most 200 bytes of it); we end.
 * None of them waits: what the manager does not take at once is lost.
 */
void notify_ready(const struct notify *notify, const char *status);
void notify_status(const struct notify *notify, const char *status);
void notify_stopping(const struct notify *notify);

/* A sign of life, where one is due at ${now_ns} (of any clock that does not go back). */
void notify_alive(struct notify *notify, int64_t now_ns);
