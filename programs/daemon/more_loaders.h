/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loaders beside the first one, for parts of the kernel side that a pack asks for later: they
 * attach what is not there yet, to the same maps, so nothing that runs is touched and no event is
 * lost or seen twice.
 */
#pragma once

#include "loaded.h"

#include <sys/types.h>

#define MORE_LOADERS_MAX 8

struct more_loader {
	pid_t pid; /* 0: does not run */
	int socket;
	uint32_t parts; /* that it holds, or is to load: a set of bits */
	bool has_answered, is_ending;
	int64_t started_ns, deadline_ns;
	int64_t unwanted_ns; /* since when nobody asks for any of them; 0: somebody does */
};

struct more_loaders {
	struct more_loader all[MORE_LOADERS_MAX];
	uint64_t wanted; /* kinds of records */
	uint32_t starts;
	unsigned deaths; /* in quick succession */
	int64_t due_ns;
};

/* How they are started. */
struct more_start {
	int program;
	struct loaded_wish wish;
	bool is_allowed; /* the boot guard lets more be loaded */
};

enum more_said {
	MORE_CHANGED = 1, /* the state of some part */
	MORE_OOPS = 2,    /* one died in the kernel's hands */
};

void more_loaders_init(struct more_loaders *more);

/*
 * more_loaders_see(more, loaded, start, now_ns):
 * Load what is wanted and not loaded, let go what nobody has wanted for ten seconds, and write to
 * ${loaded} what became of it.  To be called often.  Returns a set of enum more_said.
 */
unsigned more_loaders_see(struct more_loaders *more, struct loaded *loaded,
			  const struct more_start *start, int64_t now_ns);

/* The socket of the one that has not answered yet, for poll; -1: there is none. */
int more_loaders_socket(const struct more_loaders *more);

/* Its answer is there: take it.  Returns a set of enum more_said. */
unsigned more_loaders_hear(struct more_loaders *more, struct loaded *loaded);

/* Tell the sensor at the other end of ${socket} how the parts are now. */
void more_loaders_tell(const struct loaded *loaded, int socket);

/* Let go of all; to be called until they are gone. */
void more_loaders_end(struct more_loaders *more, int64_t now_ns);
bool more_loaders_are_gone(const struct more_loaders *more);
