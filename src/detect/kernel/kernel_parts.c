// SPDX-License-Identifier: Apache-2.0
// The parts of the kernel side: what plays them, in which object, for which records.
#include "detect/kernel/kernel_parts.h"

/* Generated, and not by our rules. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wcast-qual"
#pragma GCC diagnostic ignored "-Wnull-dereference"
#include "process.skel.h"
#pragma GCC diagnostic pop

const struct kernel_object_info kernel_objects[KERNEL_OBJECTS] = {
	[KERNEL_OBJECT_PROCESS] = { .name = "process",
				    .bytes = process_bpf__elf_bytes,
				    .class = RECORD_CLASS_PROCESS },
};

#define ANY(...)                                                                         \
	{                                                                                \
		.back_end = KERNEL_BACK_END_ANY, .programs = { __VA_ARGS__ }             \
	}

const struct kernel_part_info kernel_parts[KERNEL_PARTS] = {
	[KERNEL_FORK] = { .name = "fork",
			  .object = KERNEL_OBJECT_PROCESS,
			  .kinds = RECORD_BIT(RECORD_FORK),
			  .variants = { ANY("wh_fork") } },
	[KERNEL_EXEC] = { .name = "exec",
			  .object = KERNEL_OBJECT_PROCESS,
			  .kinds = RECORD_BIT(RECORD_EXEC),
			  .variants = { ANY("wh_exec") } },
	[KERNEL_EXIT] = { .name = "exit",
			  .object = KERNEL_OBJECT_PROCESS,
			  .kinds = RECORD_BIT(RECORD_EXIT),
			  .variants = { ANY("wh_exit"), ANY("wh_exit_live") } },
};

_Static_assert(KERNEL_PARTS <= 32, "refusals of parts fit into half of 64 bits");

uint64_t kernel_part_kinds(enum kernel_part part)
{
	return kernel_parts[part].kinds;
}
