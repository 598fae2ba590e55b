/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of the kernel side: what plays them, in which object, for which records. */
#pragma once

#include "detect/kernel/kernel.h"

#include <stddef.h>

#define KERNEL_VARIANTS_MAX 3
#define KERNEL_PROGRAMS_MAX 20 /* of one variant */

struct bpf_object;

enum kernel_object {
	KERNEL_OBJECT_PROCESS,
	KERNEL_OBJECT_PRIVILEGE,
	KERNEL_OBJECT_NETWORK,
	KERNEL_OBJECT_FILE,
	KERNEL_OBJECTS,
};

/* A file of BPF programs, built in. */
struct kernel_object_info {
	const char *name;
	const void *(*bytes)(size_t *size);
	enum record_class class; /* its ring */
	/* Fill maps of its own, before anything is attached.  NULL: there are none. */
	int (*prepare)(struct bpf_object *bpf);
};

/*
 * Programs that play a part together: all of them, or none.  A program of the section "tp" is
 * named with the call whose tracepoint it is for, "wh_names@sys_exit_unlink", and may be named
 * with several; calls that a kernel does not have are left out.
 */
struct kernel_variant {
	unsigned back_end; /* set of enum kernel_back_end; 0: there is no such variant */
	const char *programs[KERNEL_PROGRAMS_MAX]; /* of this part alone */
};

struct kernel_part_info {
	const char *name;
	enum kernel_object object;
	uint64_t kinds; /* that it makes, or that are not whole without it */
	struct kernel_variant variants[KERNEL_VARIANTS_MAX]; /* the best first */
	/*
	 * A file without which this kernel has nothing to tell: the part is not even tried, for one
	 * that does not load makes all of its object be tried one by one.  NULL: there is none.
	 */
	const char *needs;
};

extern const struct kernel_object_info kernel_objects[KERNEL_OBJECTS];
extern const struct kernel_part_info kernel_parts[KERNEL_PARTS];
