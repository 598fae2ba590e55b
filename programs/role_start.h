/* SPDX-License-Identifier: Apache-2.0 */
/* The sensor's first message: what it is to do, and the descriptors that it gets for it. */
#pragma once

#include "roles.h"

/*
 * role_start_send(socket, start, fds):
 * Send ${start}, with the flags of those descriptors that are there (not -1).  0, or as
 * message_send.
 */
int role_start_send(int socket, struct role_start *start,
		    const int fds[ROLE_FDS]) MUST_USE;

/* Receive it; what is not there is -1.  0; -EPROTO; or as message_receive. */
int role_start_receive(int socket, struct role_start *start, int fds[ROLE_FDS]) MUST_USE;
