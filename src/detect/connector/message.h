/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel's process connector says: linux/connector.h, linux/cn_proc.h. */
#pragma once

#include "base/text.h"

enum message_what {
	MESSAGE_OTHER, /* of no use here; but it counts in the sequence of its processor */
	MESSAGE_ANSWER, /* to somebody's wish to listen */
	MESSAGE_FORK,
	MESSAGE_EXEC,
	MESSAGE_EXIT,
	MESSAGE_USERS,
	MESSAGE_GROUPS,
};

struct message {
	enum message_what what;
	uint32_t sequence, cpu; /* each processor counts its messages */
	uint32_t answer;        /* MESSAGE_ANSWER: the number of the wish, plus one */
	uint64_t time_ns;       /* CLOCK_MONOTONIC */
	uint32_t process;       /* thread group; MESSAGE_FORK: of the child */
	uint32_t thread; /* who it is about: the same for a process's first thread */
	uint32_t parent; /* MESSAGE_FORK: thread group of who forked */
	int32_t status;  /* MESSAGE_EXIT: as wait(2) gives it; MESSAGE_ANSWER: errno */
	uint32_t real, effective; /* MESSAGE_USERS, MESSAGE_GROUPS */
};

/*
 * message_next(datagram, out):
 * Take the next message off ${*datagram}, which came from the kernel.  False at its end, or where
 * what follows is none of the connector's messages about processes.
 */
bool message_next(struct text *datagram, struct message *out);

#define MESSAGE_WISH_SIZE 40

/* Write the wish to listen, or to listen no more, into ${out}; the answer tells its ${number}. */
void message_wish(bool listen, uint32_t number, char out[MESSAGE_WISH_SIZE]);
