// SPDX-License-Identifier: Apache-2.0
// The sensor's self-check: now and then a process does what is looked for, and is to be seen.
#include "marker_child.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/message.h"
#include "roles.h"
#include "spawn.h"

#define SECOND_NS INT64_C(1000000000)
#define MOST_NS   (10 * SECOND_NS) /* that one may take */

void marker_child_init(struct marker_child *marker)
{
	*marker = (struct marker_child){ .socket = -1 };
}

static void tell(int sensor, enum role_message kind, uint64_t what)
{
	const struct role_word word = { .kind = kind, .wanted = what };

	/* One that can't hear is not checked. */
	(void)!message_send(sensor, &word, sizeof(word), NULL, 0);
}

static void start(struct marker_child *marker, int program, int sensor)
{
	const char *arguments[] = { "windhover-loader", "--marker", NULL };
	AUTO(close) int theirs = -1;
	struct spawn what = { .program = program, .arguments = arguments };

	if (message_pair(4096, &marker->socket, &theirs) < 0)
		return;
	what.fd = theirs;
	if (spawn(&what, &marker->pid) == 0)
		tell(sensor, ROLE_MARK, (uint64_t)marker->pid);
}

void marker_child_end(struct marker_child *marker)
{
	if (marker->pid) {
		(void)kill(marker->pid, SIGKILL);
		(void)waitpid(marker->pid, NULL, 0);
	}
	auto_close(&marker->socket);
	marker->pid = 0;
	marker->socket = -1;
}

void marker_child_see(struct marker_child *marker, int program, int sensor,
		      uint32_t every_s, int64_t now_ns)
{
	if (marker->pid && waitpid(marker->pid, NULL, WNOHANG) == marker->pid)
		marker->pid = 0;
	if (marker->pid && now_ns - marker->started_ns > MOST_NS)
		marker_child_end(marker);
	/* Who has just started has other things to do. */
	if (marker->due_ns == 0)
		marker->due_ns = now_ns + (every_s < 10 ? every_s : 10) * SECOND_NS;
	if (marker->pid || every_s == 0 || now_ns < marker->due_ns)
		return;
	marker_child_end(marker);
	marker->started_ns = now_ns;
	marker->due_ns = now_ns + every_s * SECOND_NS;
	start(marker, program, sensor);
}

void marker_child_go(struct marker_child *marker)
{
	if (marker->socket >= 0)
		(void)!message_send(marker->socket, "x", 1, NULL, 0);
}

void marker_child_hear(struct marker_child *marker, int sensor)
{
	uint64_t done;
	size_t size = 0;
	int r = message_receive(marker->socket, &done, sizeof(done), &size, NULL, NULL);

	if (r == 0 && size == sizeof(done)) {
		tell(sensor, ROLE_MARK_DONE, done);
		return;
	}
	auto_close(&marker->socket);
	marker->socket = -1;
}
