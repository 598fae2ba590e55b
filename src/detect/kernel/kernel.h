/* SPDX-License-Identifier: Apache-2.0 */
/* Loading and attaching the kernel side; each of its programs is optional. */
#pragma once

#include "base/auto.h"

#include <stdbool.h>
#include <stdint.h>

#define KERNEL_RING_SIZE_DEFAULT (4u << 20)
#define KERNEL_RING_SIZE_MIN     (64u << 10)
#define KERNEL_RING_SIZE_MAX     (1u << 30)
#define KERNEL_NAME_PREFIX       "wh_" /* of every program and map of ours in the kernel */

enum kernel_part {
	KERNEL_FORK,
	KERNEL_EXEC,
	KERNEL_EXIT,
	KERNEL_PARTS,
};

enum kernel_state {
	KERNEL_ATTACHED,
	KERNEL_REFUSED, /* the kernel said no: see why */
};

struct kernel_program {
	char name[16]; /* "exec" */
	uint8_t state; /* enum kernel_state */
	char why[111]; /* in a sentence; empty where attached */
};

/* The kernel is made to refuse the part, or only the best of the programs that can play it. */
#define KERNEL_REFUSE(part)       (1u << (part))
#define KERNEL_REFUSE_FIRST(part) (0x100u << (part))

struct kernel_options {
	uint32_t ring_size; /* bytes, a power of two; 0: the default */
	unsigned refuse;    /* tests: see KERNEL_REFUSE, KERNEL_REFUSE_FIRST */
};

struct kernel;

/*
 * kernel_open(options, out):
 * Load and attach what this kernel accepts: all at once if it can, else each program that loads
 * alone.  All of it lives as long as ${*out} does, nothing is pinned.  Returns 0 also when no
 * program was accepted (kernel_program says why); -EINVAL for a bad ring size; -EPERM, -ENOSYS,
 * -ENOENT (no BTF) and other -errno where not even the maps can be made.
 */
int kernel_open(const struct kernel_options *options, struct kernel **out) MUST_USE;
void kernel_close(struct kernel *kernel);

const struct kernel_program *kernel_program(const struct kernel *kernel,
					    enum kernel_part part);

/* Descriptors that stay ${kernel}'s; record.h says what is in the maps. */
int kernel_ring_fd(const struct kernel *kernel);
int kernel_counters_fd(const struct kernel *kernel);
int kernel_doorbell_fd(const struct kernel *kernel);
uint32_t kernel_ring_size(const struct kernel *kernel);
uint32_t kernel_cpu_count(const struct kernel *kernel);

static inline void auto_kernel(struct kernel **kernel)
{
	kernel_close(*kernel);
}
