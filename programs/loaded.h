/* SPDX-License-Identifier: Apache-2.0 */
/* What a loader has loaded, as windhoverd keeps it: the state of each part, and the maps. */
#pragma once

#include "roles.h"

struct loaded {
	struct role_loaded what;
	int fds[ROLE_LOADED_FDS]; /* a ring in its class's place; -1: it is not there */
};

void loaded_init(struct loaded *loaded);

/* Close the descriptors; nothing is loaded any more. */
void loaded_done(struct loaded *loaded);

bool loaded_is(const struct loaded *loaded);

/*
 * loaded_receive(loaded, socket):
 * Take the loader's only message.  0; -ENODATA where it says that it failed; -EPROTO; or as
 * message_receive.
 */
int loaded_receive(struct loaded *loaded, int socket) MUST_USE;

/* How many parts are attached, and how many were to be. */
void loaded_count(const struct kernel_program *programs, unsigned *attached,
		  unsigned *wanted);
