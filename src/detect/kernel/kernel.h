/* SPDX-License-Identifier: Apache-2.0 */
/* Loading and attaching the kernel side; each of its parts is optional. */
#pragma once

#include "base/auto.h"
#include "detect/kernel/record.h"

#include <stdbool.h>
#include <stdint.h>

#define KERNEL_RING_SIZE_MIN (64u << 10)
#define KERNEL_RING_SIZE_MAX (1u << 30)
#define KERNEL_NAME_PREFIX   "wh_" /* of every program and map of ours in the kernel */

/* What can be asked for alone, and refused alone; kernel_parts.c says how each is played. */
enum kernel_part {
	KERNEL_FORK,
	KERNEL_EXEC,
	KERNEL_EXIT,
	KERNEL_EXEC_FAILED,
	KERNEL_CREDENTIALS,
	KERNEL_NAMESPACE,
	KERNEL_ACCESS,
	KERNEL_SIGNAL,
	KERNEL_MODULE,
	KERNEL_BPF,
	KERNEL_MOUNT,
	KERNEL_SESSION,
	KERNEL_CONTAINER,
	KERNEL_CONNECT,
	KERNEL_LISTEN,
	KERNEL_ACCEPT,
	KERNEL_CLOSE,
	KERNEL_SOCKET_USE,
	KERNEL_PACKET,
	KERNEL_SOCKET_CENSUS,
	KERNEL_FILE_OPEN, /* opened or made by open(2) and kin */
	KERNEL_FILE_MAKE, /* folders, nodes */
	KERNEL_FILE_CLOSE,
	KERNEL_FILE_RENAME,
	KERNEL_FILE_LINK,
	KERNEL_FILE_DELETE,
	KERNEL_FILE_ATTRIBUTES,
	KERNEL_PARTS,
};

/* Without these no process has a story: they are loaded whoever asks for what. */
#define KERNEL_KINDS_ALWAYS                                                              \
	(RECORD_BIT(RECORD_FORK) | RECORD_BIT(RECORD_EXEC) | RECORD_BIT(RECORD_EXIT))
#define KERNEL_KINDS_ALL UINT64_MAX

/* The two ways to look: a set of them is a number with these bits. */
enum kernel_back_end {
	KERNEL_BACK_END_1 = 1, /* LSM and fentry: no tax on other system calls */
	KERNEL_BACK_END_2 =
		2, /* tracepoints and cgroup hooks: where the first is refused */
	KERNEL_BACK_END_ANY = 3,
};

enum kernel_state {
	KERNEL_UNWANTED, /* nobody asks for its records */
	KERNEL_ATTACHED,
	KERNEL_REFUSED,  /* the kernel said no: see why */
	KERNEL_REPLACED, /* by the process connector, which tells less */
};

struct kernel_program {
	char name[16];    /* of the part: "exec" */
	uint64_t kinds;   /* that it makes, or that are not whole without it */
	uint8_t state;    /* enum kernel_state */
	uint8_t back_end; /* set of enum kernel_back_end that it is of, where attached */
	char why[86];     /* in a sentence; empty where attached */
};

/* A map that programs of one object share beside those that all do. */
struct kernel_map {
	uint8_t object; /* a number of kernel_parts.h */
	char name[15];
};

#define KERNEL_MAPS_MAX 32

/* What one kernel has and another one is to share; the descriptors stay whose they are. */
struct kernel_share {
	int counters, doorbell, rings[RECORD_CLASSES];
	uint32_t ring_size[RECORD_CLASSES];
	struct kernel_map maps[KERNEL_MAPS_MAX];
	int map_fds[KERNEL_MAPS_MAX];
	uint32_t map_count;
};

/* The kernel is made to refuse the part, or only the best of the programs that can play it. */
#define KERNEL_REFUSE(part)       (UINT64_C(1) << (part))
#define KERNEL_REFUSE_FIRST(part) (UINT64_C(1) << 32 << (part))

struct kernel_options {
	uint32_t ring_size[RECORD_CLASSES]; /* bytes, powers of two; 0: the default */
	uint64_t kinds; /* wanted, beside KERNEL_KINDS_ALWAYS: a set */
	/*
	 * What was loaded before, to which this is to be added: the same maps, so that each
	 * record is made by one program only, whichever came when.  Then only ${parts} are
	 * loaded, a set of bits.  NULL: there is nothing.
	 */
	const struct kernel_share *share;
	uint32_t parts;
	uint32_t back_ends; /* that may be used, a set; 0: any */
	uint64_t refuse;    /* tests: see KERNEL_REFUSE, KERNEL_REFUSE_FIRST */
	int events; /* of kernel_events_open, stays the caller's; not above 0: none */
};

struct kernel;

/*
 * kernel_events_open():
 * The folder in which the kernel numbers the tracepoints of its system calls.  Needs CAP_SYS_ADMIN,
 * which attaching does not.  Returns a descriptor or -errno.
 */
int kernel_events_open(void) MUST_USE;

/*
 * kernel_open(options, out):
 * Load and attach what this kernel accepts of what is wanted: all at once if it can, else each
 * part that loads alone, by the best of the ways that it can be played.  All of it lives as long
 * as ${*out} does, nothing is pinned.  Returns 0 also when no part was accepted (kernel_program
 * says why); -EINVAL for a bad ring size; -EPERM, -ENOSYS and other -errno where not even the
 * maps can be made.
 */
int kernel_open(const struct kernel_options *options, struct kernel **out) MUST_USE;
void kernel_close(struct kernel *kernel);

const struct kernel_program *kernel_program(const struct kernel *kernel,
					    enum kernel_part part);

/* Of a part, whether it is loaded or not: its name, and the kinds of records that it makes. */
const char *kernel_part_name(enum kernel_part part);
uint64_t kernel_part_kinds(enum kernel_part part);

/* Its maps; record.h says what is in those that all share. */
void kernel_share(const struct kernel *kernel, struct kernel_share *out);
uint32_t kernel_cpu_count(const struct kernel *kernel);

static inline void auto_kernel(struct kernel **kernel)
{
	kernel_close(*kernel);
}
