/* SPDX-License-Identifier: Apache-2.0 */
/* windhoverd's care for windhover-keeper: its folder, its socket, and what it wants to run. */
#pragma once

#include "base/auto.h"
#include "roles.h"

#include <sys/types.h>

struct keeper_child_options {
	const char *folder;    /* of the content; NULL: there is no keeper */
	const char *socket;    /* for operators */
	const char *recorder;  /* the recorder's folder, for proofs; or NULL */
	struct role_keep keep; /* what it is told at its start */
};

struct keeper_child {
	struct keeper_child_options options;
	int program, prover, folder, listen;
	uid_t uid;
	gid_t gid;
	pid_t pid; /* 0: does not run */
	int socket;
	uint32_t starts;
	int64_t started_ns, due_ns, deadline_ns;
	int64_t looked_ns; /* when it was seen to last */
	int64_t asked_alive_ns, heard_ns;
	uint32_t quick_ends; /* one after the other, each soon after its start */

	/* What it wants to run, and how that went. */
	struct role_run run;
	bool has_run; /* it has said so at least once */
	int pack, audit;
	int64_t asked_ns;
	bool is_told;               /* that this run is ready */
	struct role_report failure; /* not answered yet; kind 0: none */
	int64_t answer_ns;          /* by when it has to be */
	char failed[ROLE_DIGEST_SIZE];
};

enum keeper_word {
	KEEPER_SAID_NOTHING,
	KEEPER_SAID_RUN,  /* another pack, or none */
	KEEPER_SAID_SAME, /* the pack that was wanted before; it wants to hear so again */
	KEEPER_SAID_FORGIVE, /* the boot guard is to forget */
};

/*
 * keeper_child_open(child, options):
 * Make the folder, which becomes the keeper's, and the socket.  0; or -errno, which was said.
 */
int keeper_child_open(struct keeper_child *child,
		      const struct keeper_child_options *options) MUST_USE;

/*
 * keeper_child_see(child, now_ns):
 * Start it where it should run and does not, reap it where it ended, and end it where it has not
 * said a word for KEEPER_CHILD_HUNG_NS, be it since its start: it is asked often enough.  Waiting
 * for the disk is no hanging: another one would wait, too.  To be called at least once a second.
 */
#define KEEPER_CHILD_HUNG_NS INT64_C(10000000000)
void keeper_child_see(struct keeper_child *child, int64_t now_ns);

/* Take one message of its; the descriptors in ${child} are then those of ${run}. */
enum keeper_word keeper_child_hear(struct keeper_child *child, int64_t now_ns);

/* The wanted pack's sensor is ready. */
void keeper_child_tell_ready(struct keeper_child *child, int64_t now_ns);

/* It failed; told again to the next keeper where this one does not answer. */
void keeper_child_tell_failed(struct keeper_child *child, const char *sentence,
			      int64_t now_ns);

/* How the sensor is. */
void keeper_child_tell_state(struct keeper_child *child, uint32_t rung,
			     const char *sentence);

/* The figures of ${sensor} (its pid) and what it counted. */
void keeper_child_tell_sample(struct keeper_child *child, pid_t sensor,
			      const struct role_word *word, int64_t now_ns);

/* Let it end; after two seconds it is killed.  To be called until it is gone. */
void keeper_child_end(struct keeper_child *child, int64_t now_ns);
bool keeper_child_is_gone(const struct keeper_child *child);

static inline bool keeper_child_is_watched(const struct keeper_child *child)
{
	return child->has_run && child->run.flags & ROLE_RUN_WATCHED;
}
