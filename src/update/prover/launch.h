/* SPDX-License-Identifier: Apache-2.0 */
/* Starting the jailed program: namespaces, cgroup, another user, and no way to outlive us. */
#pragma once

#include "update/prover/prover.h"

/*
 * launch(request, socket, pid, pidfd, jail):
 * Start ${request->program} with ${socket} as its descriptor PROVER_SOCKET and nothing else open
 * but standard error, an empty environment, in as many namespaces of its own as the kernel grants;
 * enum prover_jail of those is written to ${*jail}.  0 or -errno.
 */
int launch(const struct prover_request *request, int socket, pid_t *pid, int *pidfd,
	   uint32_t *jail) MUST_USE;
