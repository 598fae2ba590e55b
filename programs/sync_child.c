// SPDX-License-Identifier: Apache-2.0
// A process that waits for the disk, so that the recorder need not.
#include "sync_child.h"

#include "base/jail.h"
#include "base/message.h"
#include "detect/recorder/files.h"
#include "role_record.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>

#define ROOM 4096 /* bytes of the socket */

/* For each number of a segment that comes: sync it, and send what came of it. */
static void serve(const int *fds, int socket)
{
	struct jail_limits limits = { .files = 32 };
	unsigned segment;
	size_t size;
	int32_t error = 0;

	/* Above all the lock: who only syncs must not keep others from writing. */
	for (int i = RECORDER_SEGMENTS; i < ROLE_RECORD_FDS; i++)
		(void)close(fds[i]);
	if (message_send(socket, &error, sizeof(error), NULL, 0) < 0)
		return;
	(void)prctl(PR_SET_NAME, "windhover-sync");
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 || jail_drop_capabilities(0) < 0 ||
	    jail_resources(&limits) < 0 || jail_calls(JAIL_RECORDING) < 0)
		return;
	while (message_receive(socket, &segment, sizeof(segment), &size, NULL, NULL) ==
		       0 &&
	       size == sizeof(segment) && segment < RECORDER_SEGMENTS) {
		error = fdatasync(fds[segment]) < 0 ? errno : 0;
		if (message_send(socket, &error, sizeof(error), NULL, 0) < 0)
			return;
	}
}

/* Without a child: the recorder waits itself. */
static int sync_here(struct sync_child *child)
{
	auto_close(&child->socket);
	child->socket = -1;
	return fdatasync(child->fds[child->segment]) < 0 ? -errno : 0;
}

static int child_sync(void *user, unsigned segment)
{
	struct sync_child *child = user;

	child->segment = segment;
	if (child->socket >= 0 &&
	    message_send(child->socket, &segment, sizeof(segment), NULL, 0) == 0)
		return 0;
	return sync_here(child);
}

static int child_synced(void *user, bool wait)
{
	struct sync_child *child = user;
	struct pollfd answer = { .fd = child->socket, .events = POLLIN };
	int32_t error = 0;
	size_t size = 0;

	/* It was done when it was asked for. */
	if (child->socket < 0)
		return 0;
	if (!wait && poll(&answer, 1, 0) == 0)
		return -EINPROGRESS;
	if (message_receive(child->socket, &error, sizeof(error), &size, NULL, NULL) ||
	    size != sizeof(error))
		return sync_here(child);
	return -error;
}

static int64_t child_size(void *user, unsigned segment)
{
	const struct sync_child *child = user;

	return files_disk(child->fds).size(child->fds, segment);
}

static ssize_t child_read(void *user, unsigned segment, void *to, size_t size,
			  uint64_t at)
{
	const struct sync_child *child = user;

	return files_disk(child->fds).read(child->fds, segment, to, size, at);
}

static ssize_t child_write(void *user, unsigned segment, const void *from, size_t size,
			   uint64_t at)
{
	const struct sync_child *child = user;

	return files_disk(child->fds).write(child->fds, segment, from, size, at);
}

static int child_clear(void *user, unsigned segment, uint64_t size)
{
	const struct sync_child *child = user;

	return files_disk(child->fds).clear(child->fds, segment, size);
}

static int child_random(void *user, uint64_t *out)
{
	const struct sync_child *child = user;

	return files_disk(child->fds).random(child->fds, out);
}

int sync_child_start(struct sync_child *child, int *fds, struct recorder_disk *disk)
{
	AUTO(close) int theirs = -1;
	int32_t ready;
	size_t size;
	int r = message_pair(ROOM, &child->socket, &theirs);
	pid_t pid;

	if (r)
		return r;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		(void)close(child->socket);
		serve(fds, theirs);
		_exit(0);
	}
	(void)close(TAKE_FD(theirs));
	r = message_receive(child->socket, &ready, sizeof(ready), &size, NULL, NULL);
	if (r)
		return r;
	child->fds = fds;
	*disk = (struct recorder_disk){ .user = child,
					.size = child_size,
					.read = child_read,
					.write = child_write,
					.sync = child_sync,
					.synced = child_synced,
					.clear = child_clear,
					.random = child_random };
	return 0;
}
