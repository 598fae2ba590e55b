/* SPDX-License-Identifier: Apache-2.0 */
/* Carrying the sensor's output to where it is wanted, copied and not looked into. */
#pragma once

#include "detect/sink/line.h"
#include "detect/sink/rotate.h"
#include "roles.h"

#include <stdint.h>

#define CARRY_NEXT 3 /* outputs that wait for the one before them to be at its end */

/* All descriptors may be -1: not wanted, or not there. */
struct carry {
	int from;             /* the sensor's output: a message socket, owned */
	int next[CARRY_NEXT]; /* of the sensors after it */
	unsigned next_count;
	int journal;         /* a connected datagram socket */
	struct rotate *file; /* or NULL */
	bool lines;          /* to standard output */
	char pending[1 +
		     ROLE_OUTPUT_SIZE]; /* for standard output: what did not fit yet */
	size_t pending_at, pending_size;
	bool is_torn; /* standard output ends within a line that does not go on */
	bool in_line; /* what was passed on last did not end its line */
	uint64_t
		dropped; /* messages that the file, standard output or the journal did not take */
	int file_error;  /* why the file takes nothing, an errno; 0: it does */
	int lines_error; /* and standard output */
	int told_error;
};

/*
 * carry_from(carry, fd):
 * Carry the output of another sensor, too, once those before it have been carried to their ends;
 * ${fd} becomes the carry's.  False: nobody took the oldest for so long that its rest was dropped.
 */
bool carry_from(struct carry *carry, int fd);

/* A socket to journald, or -1. */
int carry_journal(void);

/* What to wait for before the next carry_on: a descriptor and poll events. */
int carry_wait(const struct carry *carry, short *events);

/*
 * carry_on(carry):
 * Take what is there, one message of it, and pass it on.  While standard output is full nothing
 * is taken: the sensor waits, and then counts what it drops.  Never waits itself.  False where
 * nothing could be done.
 */
bool carry_on(struct carry *carry);

/* A whole line of windhoverd's own, where the sensor's go; not while one of those is begun. */
void carry_own(struct carry *carry, struct text line);

/* The same, of what ${health} says. */
void carry_health(struct carry *carry, const struct line_health *health);

/*
 * carry_news(carry, out, size):
 * Whether the file or standard output takes lines no more, or both again, since this was asked
 * last; then ${out} says so, and ${*lost} whether they do not.
 */
bool carry_news(struct carry *carry, char *out, size_t size, bool *lost);

/*
 * Once all sensors have ended: pass on what they had sent; no longer than ${most_ms} for whoever
 * does not take it.
 */
void carry_rest(struct carry *carry, int most_ms);
