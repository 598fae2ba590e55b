// SPDX-License-Identifier: Apache-2.0
// A process that windhoverd looks after: whether it runs, and when it is to begin or to end.
#include "child.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/message.h"

int child_start(struct child *child, const struct spawn *what, int64_t now_ns)
{
	int r = spawn(what, &child->pid);

	if (r) {
		(void)fprintf(stderr, "windhoverd: %s: %s\n", child->name, strerror(-r));
		child->due_ns = now_ns + CHILD_RETRY_NS;
		return r;
	}
	child->state = CHILD_RUNNING;
	child->starts++;
	child->started_ns = now_ns;
	return 0;
}

void child_ask(struct child *child, enum role_message how, int64_t deadline_ns)
{
	const struct role_word stop = { .kind = how };

	if (child->state != CHILD_RUNNING)
		return;
	child->state = CHILD_ENDING;
	child->deadline_ns = deadline_ns;
	if (child->socket < 0 ||
	    message_send(child->socket, &stop, sizeof(stop), NULL, 0) < 0)
		(void)kill(child->pid, SIGKILL);
}

void child_describe(const struct child *child, int status, char out[96])
{
	if (WIFSIGNALED(status))
		(void)snprintf(out, 96, "%s ended by signal %d", child->name,
			       WTERMSIG(status));
	else
		(void)snprintf(out, 96, "%s ended with status %d", child->name,
			       WEXITSTATUS(status));
}
