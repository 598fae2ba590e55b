// SPDX-License-Identifier: Apache-2.0
// windhoverd's care for windhover-recorder: its files, its channel, its starts.
#include "recorder_child.h"

#include "base/message.h"
#include "detect/recorder/channel.h"
#include "role_record.h"
#include "spawn.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define SECOND_NS    INT64_C(1000000000)
#define CALM_NS      (10 * SECOND_NS) /* who lived longer is started again at once */
#define END_NS       (2 * SECOND_NS)
#define MESSAGE_SIZE 4096

static void complain(const char *what, int error)
{
	(void)fprintf(stderr, "windhoverd: recorder: %s: %s\n", what, strerror(-error));
}

void recorder_child_open(struct recorder_child *child, const char *path,
			 const struct recorder_limits *limits)
{
	int r;

	*child = (struct recorder_child){
		.limits = *limits, .program = -1, .channel = -1, .bell = -1, .socket = -1
	};
	folder_init(&child->folder);
	if (!path)
		return;
	r = spawn_find("windhover-recorder", &child->program);
	if (r) {
		complain("windhover-recorder", r);
		return;
	}
	r = channel_make(&child->channel, &child->bell);
	if (r)
		complain("channel", r);
	else
		child->path = path;
}

/* Says so once where it can't be opened, and again only after it could. */
static bool open_folder(struct recorder_child *child)
{
	int r;

	if (child->is_open)
		return true;
	r = folder_write(child->path, &child->folder);
	child->is_open = r == 0;
	if (r == -EBUSY && !child->is_told)
		(void)fprintf(stderr,
			      "windhoverd: recorder: %s: another one writes there\n",
			      child->path);
	else if (r && !child->is_told)
		complain(child->path, r);
	child->is_told = r != 0;
	return child->is_open;
}

static int send_all(const struct recorder_child *child)
{
	const struct role_record message = { .kind = ROLE_RECORD,
					     .limits = child->limits };
	int fds[ROLE_RECORD_FDS] = {
		[ROLE_RECORD_CHANNEL] = child->channel,
		[ROLE_RECORD_BELL] = child->bell,
		[ROLE_RECORD_LOCK] = child->folder.lock,
	};

	memcpy(fds, child->folder.segments, sizeof(child->folder.segments));
	return message_send(child->socket, &message, sizeof(message), fds,
			    ROLE_RECORD_FDS);
}

static int start(struct recorder_child *child, uid_t uid, gid_t gid)
{
	static const char *const arguments[] = { "windhover-recorder", NULL };
	AUTO(close) int theirs = -1;
	struct spawn what = { .program = child->program,
			      .arguments = arguments,
			      .drop = true,
			      .uid = uid,
			      .gid = gid };
	int r = message_pair(MESSAGE_SIZE, &child->socket, &theirs);

	if (r)
		return r;
	what.fd = theirs;
	r = spawn(&what, &child->pid);
	if (r == 0) {
		child->starts++;
		r = send_all(child);
	}
	return r;
}

static void close_socket(struct recorder_child *child)
{
	auto_close(&child->socket);
	child->socket = -1;
}

static void reap(struct recorder_child *child, int64_t now_ns)
{
	int status;

	if (child->pid == 0 || waitpid(child->pid, &status, WNOHANG) != child->pid)
		return;
	child->pid = 0;
	if (child->socket >= 0)
		(void)fprintf(stderr, "windhoverd: windhover-recorder ended %s %d\n",
			      WIFSIGNALED(status) ? "by signal" : "with status",
			      WIFSIGNALED(status) ? WTERMSIG(status)
						  : WEXITSTATUS(status));
	close_socket(child);
	child->due_ns =
		now_ns - child->started_ns > CALM_NS ? now_ns : now_ns + SECOND_NS;
}

void recorder_child_see(struct recorder_child *child, uid_t uid, gid_t gid,
			int64_t now_ns)
{
	int r;

	reap(child, now_ns);
	if (!child->path || child->pid || now_ns < child->due_ns)
		return;
	child->due_ns = now_ns + CALM_NS;
	if (!open_folder(child))
		return;
	child->started_ns = now_ns;
	r = start(child, uid, gid);
	if (r) {
		complain("windhover-recorder", r);
		close_socket(child);
	}
}

bool recorder_child_is_gone(const struct recorder_child *child)
{
	return child->pid == 0;
}

void recorder_child_end(struct recorder_child *child, int64_t now_ns)
{
	if (child->socket >= 0)
		child->deadline_ns = now_ns + END_NS;
	close_socket(child);
	reap(child, now_ns);
	if (child->pid && now_ns >= child->deadline_ns)
		(void)kill(child->pid, SIGKILL);
}
