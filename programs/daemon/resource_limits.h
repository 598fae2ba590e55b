/* SPDX-License-Identifier: Apache-2.0 */
/* Limits that the kernel holds a process of ours to: memory, CPU time, and who dies first. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/auto.h"

struct resource_limits {
	const char *name; /* of the control group: a word of ours */
	uint64_t
		memory_size; /* bytes, the page cache that it dirties included; 0: no limit */
	unsigned cpu_percent; /* of one CPU; 0: no limit */
	int oom_score_adj; /* 0..1000: at 1000 it is the first to go when memory is out */
};

/* The sensor: what it needs at most is far below; what it must never do is starve the others. */
#define RESOURCE_LIMITS_SENSOR                                                           \
	((struct resource_limits){ .name = "windhover-sensor",                           \
				   .memory_size = UINT64_C(512) << 20,                   \
				   .cpu_percent = 100,                                   \
				   .oom_score_adj = 900 })

/* Where the kernel shows its files; "/proc" and "/sys/fs/cgroup" but in tests. */
struct resource_limits_roots {
	const char *proc, *cgroups;
};

#define RESOURCE_LIMITS_ROOTS                                                            \
	((struct resource_limits_roots){ .proc = "/proc", .cgroups = "/sys/fs/cgroup" })

/* Which of them hold. */
struct resource_limits_held {
	bool memory, cpu, oom;
};

/*
 * resource_limits_begin(roots):
 * Make room for groups below our own, before a child of ours is in it: under version 2 a group that
 * has processes can't divide what it has among groups.  To be called once, by a process that is
 * alone in its group; where it is not, nothing changes.
 */
void resource_limits_begin(const struct resource_limits_roots *roots);

/*
 * resource_limits_apply(limits, roots, pid):
 * Hold ${pid} to ${limits}, as far as this system lets us: a control group (version 2, or else 1)
 * below that of the calling process (that of before resource_limits_begin), and oom_score_adj.
 * What can't be had is no error: the limits of the jail (jail_resources) hold in any case.
 */
struct resource_limits_held
resource_limits_apply(const struct resource_limits *limits,
		      const struct resource_limits_roots *roots, pid_t pid);

/* Remove the control group again, once nobody is in it. */
void resource_limits_remove(const struct resource_limits *limits,
			    const struct resource_limits_roots *roots);
