/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* From a process's number, as the current process sees it, to the process. */
#pragma once

#define PID_LEVELS                                                                       \
	6 /* of a tree with 64 places in each node, for the 22 bits of a number */

/* The pid namespace that the current process is in. */
static __always_inline struct pid_namespace *own_pids(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level);
	struct pid_namespace *space = NULL;

	if (!pid || level >= 32)
		return NULL;
	(void)bpf_probe_read_kernel(&space, sizeof(space),
				    (void *)pid +
					    bpf_core_field_offset(struct pid, numbers) +
					    level * bpf_core_type_size(struct upid) +
					    bpf_core_field_offset(struct upid, ns));
	return space;
}

/*
 * The process or thread with this number, or NULL.  The numbers of a namespace are an xarray
 * (Documentation/core-api/xarray.rst): an entry whose low bits are 10 is a node 2 bytes before it.
 */
static __always_inline struct task_struct *task_of(__u32 number)
{
	struct pid_namespace *space = own_pids();
	void *entry = BPF_CORE_READ(space, idr.idr_rt.xa_head);
	void *first = NULL;
	struct xa_node *node;
	__u32 place;

	for (int i = 0; i < PID_LEVELS && ((__u64)entry & 3) == 2; i++) {
		node = entry - 2;
		place = number >> (BPF_CORE_READ(node, shift) & 31) & 63;
		entry = NULL;
		(void)bpf_probe_read_kernel(
			&entry, sizeof(entry),
			(void *)node + bpf_core_field_offset(struct xa_node, slots) +
				place * sizeof(entry));
	}
	if (!entry || (__u64)entry & 3)
		return NULL;
	first = BPF_CORE_READ((struct pid *)entry, tasks[0].first); /* PIDTYPE_PID */
	if (!first)
		return NULL;
	return first - bpf_core_field_offset(struct task_struct, pid_links);
}
