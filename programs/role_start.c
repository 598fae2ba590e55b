// SPDX-License-Identifier: Apache-2.0
// The sensor's first message: what it is to do, and the descriptors that it gets for it.
#include "role_start.h"

#include <errno.h>
#include <string.h>

#include "base/message.h"

int role_start_send(int socket, struct role_start *start, const int fds[ROLE_FDS])
{
	int sent[ROLE_FDS];
	unsigned count = ROLE_ALWAYS;

	memcpy(sent, fds, ROLE_ALWAYS * sizeof(*fds));
	for (int fd = ROLE_ALWAYS; fd < ROLE_FDS; fd++)
		if (fds[fd] >= 0) {
			start->flags |= ROLE_HAS(fd);
			sent[count++] = fds[fd];
		}
	return message_send(socket, start, sizeof(*start), sent, count);
}

int role_start_receive(int socket, struct role_start *start, int fds[ROLE_FDS])
{
	unsigned count = ROLE_FDS, used = ROLE_ALWAYS;
	int got[ROLE_FDS];
	size_t size = 0;
	int r;

	memset(fds, -1, ROLE_FDS * sizeof(*fds));
	r = message_receive(socket, start, sizeof(*start), &size, got, &count);
	if (r)
		return r;
	if (size != sizeof(*start) || start->kind != ROLE_START || count < ROLE_ALWAYS)
		return -EPROTO;
	memcpy(fds, got, ROLE_ALWAYS * sizeof(*fds));
	for (int fd = ROLE_ALWAYS; fd < ROLE_FDS; fd++)
		if (start->flags & ROLE_HAS(fd) && used < count)
			fds[fd] = got[used++];
	if (used != count)
		return -EPROTO;
	start->reason[sizeof(start->reason) - 1] = '\0';
	for (int part = 0; part < KERNEL_PARTS; part++)
		start->programs[part].why[sizeof(start->programs[part].why) - 1] = '\0';
	return 0;
}
