/* SPDX-License-Identifier: Apache-2.0 */
/* A process that windhoverd looks after: whether it runs, and when it is to begin or to end. */
#pragma once

#include "roles.h"
#include "spawn.h"

#include <stdint.h>

#define CHILD_RETRY_NS INT64_C(800000000) /* after a start that failed */

enum child_state {
	CHILD_NONE, /* to be started when ${due_ns} has come, if it is needed */
	CHILD_RUNNING,
	CHILD_ENDING, /* was asked to; SIGKILL at ${deadline_ns} */
};

struct child {
	const char *name;
	enum child_state state;
	pid_t pid;
	int socket;
	uint32_t starts, quick_deaths;
	int64_t started_ns, due_ns, deadline_ns;
};

/*
 * child_start(child, what, now_ns):
 * Start it.  0; -errno, said on standard error: then it is due again after CHILD_RETRY_NS.
 */
int child_start(struct child *child, const struct spawn *what, int64_t now_ns);

/* Ask it to end, if it runs, by ${how} (ROLE_STOP, ROLE_LEAVE), until ${deadline_ns}. */
void child_ask(struct child *child, enum role_message how, int64_t deadline_ns);

/* How it ended, with ${status} as of wait(2), in a sentence. */
void child_describe(const struct child *child, int status, char out[96]);
