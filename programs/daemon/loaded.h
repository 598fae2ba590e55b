/* SPDX-License-Identifier: Apache-2.0 */
/* What loaders have loaded, as it goes from one process to another: part by part, and the maps. */
#pragma once

#include "roles.h"

struct loaded {
	struct role_loaded what;
	/* enum role_loaded_fd, a ring in its class's place; -1: it is not there */
	int fds[ROLE_LOADED_FDS];
};

void loaded_init(struct loaded *loaded);

/* Close the descriptors; nothing is loaded any more. */
void loaded_done(struct loaded *loaded);

bool loaded_is(const struct loaded *loaded);

/* Send all of it as a message of this kind.  0, or as message_send. */
int loaded_send(struct loaded *loaded, int socket, enum role_message kind) MUST_USE;

/*
 * loaded_receive(loaded, socket, kind):
 * Take it as the next message, which has to be of this kind, in the place of what was there.  0;
 * -ENODATA where a loader says that it failed; -EPROTO; or as message_receive.
 */
int loaded_receive(struct loaded *loaded, int socket, enum role_message kind) MUST_USE;

/*
 * loaded_add(loaded, more, parts):
 * Take over from ${more} the states of ${parts}, a set of bits, and those own maps that are not
 * known yet.
 */
void loaded_add(struct loaded *loaded, struct loaded *more, uint32_t parts);

/* The parts that records of ${kinds} need and nobody has tried to load: a set of bits. */
uint32_t loaded_lacks(const struct kernel_program *programs, uint64_t kinds);

/* What a loader is to load. */
struct loaded_wish {
	const char *ring_size; /* of each class, with commas; "0": the default */
	const char *back_ends; /* "1", "2", or "0" for either */
	const char *refuse;    /* tests: a number, see KERNEL_REFUSE */
	bool is_essential;     /* only what the most rules live by */
	bool connector;        /* no BPF, but the process connector */
	uint64_t kinds;        /* of records that are wanted: a set */
	uint32_t parts; /* not 0: more of what is loaded, and only these parts: a set */
};

struct loaded_arguments {
	const char *all[12]; /* ends with NULL; as long as this and the wish are there */
	char refuse[24], what[24];
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
