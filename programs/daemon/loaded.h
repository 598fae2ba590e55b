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

/* What a loader is to load. */
struct loaded_wish {
	const char *ring_size; /* of each class, with commas; "0": the default */
	const char *refuse;    /* tests: a number, see KERNEL_REFUSE */
	bool is_essential;     /* only what the most rules live by */
	bool connector;        /* no BPF, but the process connector */
};

struct loaded_arguments {
	const char *all[10]; /* ends with NULL; as long as this and the wish are there */
	char refuse[24];
};

/* The command line that makes a loader do so. */
void loaded_arguments(const struct loaded_wish *wish, struct loaded_arguments *out);

/* The kernel accepted the maps, but no program at all. */
bool loaded_is_blind(const struct loaded *loaded);

/* Whether it is the process connector that makes the records. */
bool loaded_is_connector(const struct kernel_program *programs);

/* How much is seen, for people. */
void loaded_sentence(const struct kernel_program *programs, char *out, size_t room);

/* How many parts are attached, and how many were to be. */
void loaded_count(const struct kernel_program *programs, unsigned *attached,
		  unsigned *wanted);
