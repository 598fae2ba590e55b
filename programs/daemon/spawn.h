/* SPDX-License-Identifier: Apache-2.0 */
/* Starting our own programs with one descriptor, few rights, and no way to outlive us. */
#pragma once

#include "base/auto.h"

#include <stdbool.h>
#include <sys/types.h>

struct spawn {
	int program;                  /* descriptor of the executable (O_PATH) */
	const char *const *arguments; /* ends with NULL; [0] is the name */
	int fd;    /* becomes descriptor 3 there; stays the caller's here */
	bool drop; /* become ${uid} and ${gid}, without capabilities */
	uid_t uid;
	gid_t gid;
};

/*
 * spawn(what, pid):
 * Start the program, with an empty environment, signals as at first but those that a terminal
 * or a process group gets ignored (the daemon decides who ends when), and SIGKILL should this
 * process end.  0 or -errno.
 */
int spawn(const struct spawn *what, pid_t *pid) MUST_USE;

/*
 * spawn_find(name, out):
 * Open the program ${name} of ours: beside the running one, or in ../libexec/windhover.
 * Writes a descriptor (O_PATH) to ${*out}.  0 or -errno.
 */
int spawn_find(const char *name, int *out) MUST_USE;

/*
 * spawn_user(name, other, uid, gid):
 * The user ${name} of /etc/passwd and its group; ${other} for both where there is none, or
 * where it is root.
 */
void spawn_user(const char *name, uid_t other, uid_t *uid, gid_t *gid);
