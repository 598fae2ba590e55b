/* SPDX-License-Identifier: Apache-2.0 */
/* Giving up rights, for good: users, capabilities, files, system calls, resources. */
#pragma once

#include "base/auto.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * jail_drop_capabilities(keep):
 * Give up every capability but those in the set ${keep} (bit n: capability n), also from the
 * bounding and the ambient set, and the way to get any back (no_new_privs).  Emptying the
 * bounding set takes CAP_SETPCAP.  0 or -errno.
 */
int jail_drop_capabilities(uint64_t keep) MUST_USE;

/*
 * jail_become(uid, gid):
 * Turn the process, which is root, into ${uid} and ${gid} with no further groups and no
 * capabilities.  0 or -errno.
 */
int jail_become(uid_t uid, gid_t gid) MUST_USE;

/* The Landlock version that the kernel offers; 0: none. */
int jail_landlock_version(void);

/*
 * jail_files():
 * From here on no file can be opened by name, nor any folder changed, whatever their modes
 * (Landlock).  Returns 0; -EOPNOTSUPP where the kernel has no Landlock; -errno.
 */
int jail_files(void) MUST_USE;

/* Whether this build is instrumented by a sanitizer, for which the jail is wider. */
bool jail_is_sanitized(void);

/* What is left to a process that only works on descriptors it has. */
enum jail_calls {
	JAIL_STARTING, /* may also get memory, and map descriptors, but nothing executable */
	JAIL_RUNNING,   /* gets no memory: a wish for it fails with ENOMEM */
	JAIL_RECORDING, /* as JAIL_RUNNING, but may write to files that it has */
	JAIL_LOOKING,   /* as JAIL_STARTING, but may open what is there for reading */
};

/*
 * jail_calls(which):
 * Allow only the system calls of the list (seccomp).  Those that open files, start programs or
 * make sockets fail with EPERM; any other ends the process with SIGSYS.  Needs no_new_privs.
 * Filters add up: JAIL_RUNNING after JAIL_STARTING only takes away.  0 or -errno.
 */
int jail_calls(enum jail_calls which) MUST_USE;

struct jail_limits {
	uint64_t memory_size; /* address space, bytes; 0: as it is */
	uint64_t files;       /* descriptors */
	uint64_t file_size;   /* bytes of a file that it may write; 0: it writes none */
};

/* Also: no core dumps, no children.  0 or -errno. */
int jail_resources(const struct jail_limits *limits) MUST_USE;
