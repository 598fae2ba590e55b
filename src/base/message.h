/* SPDX-License-Identifier: Apache-2.0 */
/* Small messages, with descriptors, between our own processes. */
#pragma once

#include "base/auto.h"

#include <stdbool.h>
#include <stddef.h>

#define MESSAGE_FDS_MAX 64

/*
 * message_pair(room, ours, theirs):
 * A connected pair of message sockets, close-on-exec, each with at least ${room} bytes of
 * buffer where the kernel allows.  0 or -errno.
 */
int message_pair(size_t room, int *ours, int *theirs) MUST_USE;

/*
 * message_send(socket, bytes, size, fds, fd_count):
 * Send one message, whole or not at all; copies of ${fds} travel with it.  Returns 0; -EAGAIN
 * where the socket is non-blocking, or has a time limit, and is full; -EPIPE where nobody is
 * there any more; other -errno.
 */
int message_send(int socket, const void *bytes, size_t size, const int *fds,
		 unsigned fd_count) MUST_USE;

/*
 * message_receive(socket, bytes, room, size, fds, fd_count):
 * Receive one message of at most ${room} bytes into ${bytes} and up to *${fd_count} descriptors
 * (close-on-exec) into ${fds}.  Returns 0 with *${size} and *${fd_count} set; -EPIPE at the end;
 * -EAGAIN; -EMSGSIZE where it, or what travelled with it, is more than was asked for: then all
 * of it is dropped.  ${fds} may be NULL for none.
 */
int message_receive(int socket, void *bytes, size_t room, size_t *size, int *fds,
		    unsigned *fd_count) MUST_USE;
