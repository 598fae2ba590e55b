/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The second source of events, for where BPF may not or can't be used: the kernel's process
 * connector says which process began, ran a program or ended, and /proc what it is, if it is still
 * there to be asked.  The records are those of record.h, in a ring that reads as the kernel's.
 *
 * What is less than with BPF: a process that ended before it was looked at has neither path nor
 * arguments (marked); what it is by the time that it is looked at may be what it became since;
 * starts are as coarse as /proc has them, 10 ms.
 */
#pragma once

#include "base/auto.h"
#include "detect/connector/lives.h"
#include "detect/connector/message.h"
#include "detect/connector/ring_writer.h"
#include "detect/proc/proc.h"

#define CONNECTOR_RING_SIZE (4u << 20) /* bytes, where nothing else is asked for */

struct connector {
	int socket;
	struct proc proc;
	struct lives *lives;
	struct ring_writer *ring;
	struct buffer record; /* that is being made */
	uint32_t *
		next_sequence; /* of each processor, what it will say next; 0: nobody knows */
	uint32_t cpu_count;
	uint32_t swept;      /* how far the search for the dead has come */
	uint64_t to_boot_ns; /* to be added to a message's time */
};

/*
 * connector_open(ring_size, out):
 * Begin to listen, and get to know the processes that are there; and with CAP_SYS_NICE go before
 * all that is not of real time, as long as one keeps up.  Needs CAP_NET_ADMIN, in the first
 * network and pid namespaces: -EPERM, -ECONNREFUSED or -ETIMEDOUT elsewhere; -EPROTONOSUPPORT where
 * the kernel has no connector; -EINVAL for a bad ${ring_size} (bytes; 0: the default); -errno.
 */
int connector_open(uint32_t ring_size, struct connector **out) MUST_USE;
void connector_close(struct connector *connector);

/*
 * connector_run(connector, until):
 * Read, complete and write until the other end of the socket ${until} is closed.  To read /proc of
 * processes of others takes CAP_SYS_PTRACE; without it their paths stay empty.  0 or -errno.
 */
int connector_run(struct connector *connector, int until) MUST_USE;

/* The steps of the above, each by itself: get to know the process ${pid}, who is there already; */
void connector_meet(struct connector *connector, uint32_t pid);
/* take what came in one datagram; */
void connector_take(struct connector *connector, struct text datagram);
/* look for processes whose end was lost, and tell of it. */
void connector_sweep(struct connector *connector);

static inline void auto_connector(struct connector **connector)
{
	connector_close(*connector);
}
