/* SPDX-License-Identifier: Apache-2.0 */
/* Asking windhover-keeper, as an operator: one request, and its answers. */
#pragma once

#include "keeper.h"

/*
 * Without a word of the keeper's for so long it counts as gone.  An install keeps it busy: a proof
 * has its own deadline, and a disk may be slow.
 */
#define KEEPER_PATIENCE_MS         30000
#define KEEPER_PATIENCE_INSTALL_MS 120000

struct keeper_client_answers {
	void *user;
	/* Each answer but the last one, in their order; NULL: none is wanted. */
	void (*on_answer)(void *user, const struct keeper_answer *answer);
	unsigned patience_ms; /* 0: as above */
};

/*
 * keeper_client_ask(path, request, fds, fd_count, answers, end, why):
 * Ask the keeper behind the socket ${path}, and wait until it has said the last word, which is
 * written to ${end}.  0; -errno with the reason in ${why}, in words for people; -ETIMEDOUT where
 * it did not say a word in time.
 */
int keeper_client_ask(const char *path, const struct keeper_request *request,
		      const int *fds, unsigned fd_count,
		      const struct keeper_client_answers *answers, struct keeper_end *end,
		      struct why *why) MUST_USE;
