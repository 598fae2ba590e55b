/* SPDX-License-Identifier: Apache-2.0 */
/* One object of BPF programs into the kernel: whole if it can be, else part by part. */
#pragma once

#include "detect/kernel/kernel_parts.h"

#include <bpf/libbpf.h>

#define KERNEL_LOADS_MAX (KERNEL_OBJECTS * KERNEL_VARIANTS_MAX)

struct kernel {
	struct kernel_program programs[KERNEL_PARTS];
	struct bpf_link *links[KERNEL_PARTS][KERNEL_PROGRAMS_MAX];
	struct bpf_object *loads[KERNEL_LOADS_MAX];
	unsigned load_count;
	int counters, doorbell, rings[RECORD_CLASSES];
	int events; /* see kernel_options; the caller's */
	uint32_t ring_size[RECORD_CLASSES];
	uint32_t cpu_count;
	int cgroup;   /* the root of the unified hierarchy; negative: there is none */
	bool has_lsm; /* the kernel calls LSM programs, and does not only accept them */
};

/*
 * kernel_load(kernel, options, object):
 * Load and attach the wanted parts of ${object}, over the maps that ${kernel} has, and write of
 * each what became of it.
 */
void kernel_load(struct kernel *kernel, const struct kernel_options *options,
		 enum kernel_object object);
