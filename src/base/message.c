// SPDX-License-Identifier: Apache-2.0
// Small messages, with descriptors, between our own processes.
#include "base/message.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

union ancillary {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(MESSAGE_FDS_MAX * sizeof(int))];
};

int message_pair(size_t room, int *ours, int *theirs)
{
	int pair[2], size = (int)room;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -errno;
	for (int i = 0; i < 2; i++) {
		/* Beyond the system's limit only root may go; the limit itself will do. */
		if (setsockopt(pair[i], SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) <
		    0)
			(void)setsockopt(pair[i], SOL_SOCKET, SO_SNDBUF, &size,
					 sizeof(size));
	}
	*ours = pair[0];
	*theirs = pair[1];
	return 0;
}

int message_send(int socket, const void *bytes, size_t size, const int *fds,
		 unsigned fd_count)
{
	struct iovec part = { .iov_len = size };
	struct msghdr header = { .msg_iov = &part, .msg_iovlen = 1 };
	union ancillary ancillary = { .bytes = { 0 } };
	struct cmsghdr *control;
	ssize_t sent;

	if (fd_count > MESSAGE_FDS_MAX)
		return -EINVAL;
	memcpy(&part.iov_base, &bytes,
	       sizeof(bytes)); /* only read, though not const there */
	if (fd_count) {
		header.msg_control = ancillary.bytes;
		header.msg_controllen = CMSG_SPACE(fd_count * sizeof(int));
		control = CMSG_FIRSTHDR(&header);
		control->cmsg_level = SOL_SOCKET;
		control->cmsg_type = SCM_RIGHTS;
		control->cmsg_len = CMSG_LEN(fd_count * sizeof(int));
		memcpy(CMSG_DATA(control), fds, fd_count * sizeof(int));
	}
	do
		sent = sendmsg(socket, &header, MSG_NOSIGNAL);
	while (sent < 0 && errno == EINTR);
	return sent < 0 ? -errno : 0;
}

/* Move the descriptors that came with ${header} to ${fds}; close them all if too many. */
static bool take_fds(struct msghdr *header, int *fds, unsigned room, unsigned *count)
{
	int got[MESSAGE_FDS_MAX];
	unsigned all = 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(header); c; c = CMSG_NXTHDR(header, c)) {
		size_t here = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		if (here > MESSAGE_FDS_MAX - all)
			here = MESSAGE_FDS_MAX - all;
		memcpy(got + all, CMSG_DATA(c), here * sizeof(int));
		all += (unsigned)here;
	}
	if (all > room || header->msg_flags & (MSG_TRUNC | MSG_CTRUNC)) {
		while (all)
			(void)close(got[--all]);
		return false;
	}
	if (all)
		memcpy(fds, got, all * sizeof(int));
	*count = all;
	return true;
}

int message_receive(int socket, void *bytes, size_t room, size_t *size, int *fds,
		    unsigned *fd_count)
{
	struct iovec part = { .iov_base = bytes, .iov_len = room };
	union ancillary ancillary;
	struct msghdr header = { .msg_iov = &part,
				 .msg_iovlen = 1,
				 .msg_control = ancillary.bytes,
				 .msg_controllen = sizeof(ancillary.bytes) };
	unsigned none = 0;
	ssize_t got;

	do
		got = recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
	while (got < 0 && errno == EINTR);
	if (got < 0)
		return -errno;
	if (!take_fds(&header, fds, fds ? *fd_count : 0, fds ? fd_count : &none))
		return -EMSGSIZE;
	if (got == 0)
		return -EPIPE;
	*size = (size_t)got;
	return 0;
}
