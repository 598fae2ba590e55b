/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Walking names in the kernel: files through mounts, cgroups through kernfs. */
#pragma once

/* Before Linux 6.15 the field was not hidden behind RCU. */
struct kernfs_node___before_6_15 {
	struct kernfs_node *parent;
} __attribute__((preserve_access_index));

/*
 * The record that is being made, one per CPU.  Whoever includes this says what stands before the
 * texts: #define DRAFT_RECORD struct record_exec exec.  There is more room than the texts need, so
 * that checks stay simple.
 */
struct draft {
	DRAFT_RECORD;
	char texts[RECORD_TEXTS_SIZE + RECORD_COMPONENT_SIZE];
};

/* Append the component ${name} at ${at}.  Returns the bytes added, 0 where it can't be read. */
static __always_inline __u64 draft_component(struct draft *draft, __u64 at,
					     const char *name)
{
	long size;

	barrier_var(at);
	if (at > RECORD_TEXTS_SIZE)
		return 0;
	size = bpf_probe_read_kernel_str(draft->texts + at, RECORD_COMPONENT_SIZE, name);
	if (size <= 0 || size > RECORD_COMPONENT_SIZE)
		return 0;
	return size;
}

/*
 * The walks are global functions: the verifier proves each by itself, once, whatever its
 * callers know; so both take numbers and fetch the draft themselves.  They append at ${at} and
 * return the bytes added, with DRAFT_CUT where a bound ended the walk.
 *
 * A step is a function that bpf_loop (Linux 5.17) calls, so that it is proven once and not once
 * for each turn: that takes loading from 400 ms to a few.  Older kernels get a plain loop.
 */
#define DRAFT_CUT 0x80000000u

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct draft);
} wh_draft SEC(".maps");

struct walk {
	__u64 at, begin;
	struct dentry *dentry;
	struct vfsmount *vfs;
	struct kernfs_node *node;
	bool complete;
};

#define GO_ON 0
#define STOP  1

static __always_inline void walk(struct walk *walk, __u32 turns,
				 long (*step)(__u64, void *))
{
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_loop)) {
		bpf_loop(turns, step, walk, 0);
		return;
	}
	for (__u32 i = 0; i < RECORD_COMPONENTS && i < turns; i++)
		if (step(i, walk) == STOP)
			return;
}

/* Every pointer is read by probe: a stale one reads as garbage or fails, it never faults. */
static long path_step(__u64 turn, void *context)
{
	struct walk *walk = context;
	struct dentry *dentry = walk->dentry, *parent = BPF_CORE_READ(dentry, d_parent);
	struct vfsmount *vfs = walk->vfs;
	struct mount *mount, *upper;
	__u32 zero = 0;
	struct draft *draft = bpf_map_lookup_elem(&wh_draft, &zero);

	if (!draft || !dentry || (!vfs && dentry == parent))
		return STOP;
	if (vfs && dentry == BPF_CORE_READ(vfs, mnt_root)) {
		mount = (void *)vfs - bpf_core_field_offset(struct mount, mnt);
		upper = BPF_CORE_READ(mount, mnt_parent);
		if (!upper || upper == mount) {
			walk->complete = true;
			return STOP;
		}
		walk->dentry = BPF_CORE_READ(mount, mnt_mountpoint);
		walk->vfs = (void *)upper + bpf_core_field_offset(struct mount, mnt);
		return GO_ON;
	}
	if (walk->at - walk->begin > RECORD_PATH_SIZE - RECORD_COMPONENT_SIZE)
		return STOP;
	walk->at += draft_component(draft, walk->at,
				    (const char *)BPF_CORE_READ(dentry, d_name.name));
	walk->dentry = parent;
	/* A file that hangs in no tree: memfd, or unlinked on some file systems. */
	walk->complete = dentry == parent;
	return walk->complete ? STOP : GO_ON;
}

/*
 * The components of the struct dentry at ${dentry}, seen through the struct vfsmount at ${vfs}.
 * Where that is 0 they end at the file system's root, with DRAFT_CUT.
 */
__noinline __u64 draft_names(__u64 at, __u64 vfs, __u64 dentry)
{
	struct walk path_walk = { .at = at, .begin = at };

	path_walk.dentry = (void *)dentry;
	path_walk.vfs = (void *)vfs;
	walk(&path_walk, RECORD_COMPONENTS, path_step);
	return (path_walk.at - at) | (path_walk.complete ? 0 : DRAFT_CUT);
}

/* The components of the struct path at ${address}, up to the root of its mount namespace. */
static __always_inline __u64 draft_path(__u64 at, __u64 address)
{
	const struct path *path = (void *)address;

	return draft_names(at, (__u64)BPF_CORE_READ(path, mnt),
			   (__u64)BPF_CORE_READ(path, dentry));
}

static __always_inline struct kernfs_node *kernfs_above(struct kernfs_node *node)
{
	struct kernfs_node___before_6_15 *old = (void *)node;

	if (bpf_core_field_exists(old->parent))
		return BPF_CORE_READ(old, parent);
	return BPF_CORE_READ(node, __parent);
}

static long cgroup_step(__u64 turn, void *context)
{
	struct walk *walk = context;
	struct kernfs_node *node = walk->node, *above = kernfs_above(node);
	__u32 zero = 0;
	struct draft *draft = bpf_map_lookup_elem(&wh_draft, &zero);

	walk->complete = !node || !above;
	if (!draft || walk->complete ||
	    walk->at - walk->begin > RECORD_CGROUP_SIZE - RECORD_COMPONENT_SIZE)
		return STOP;
	walk->at += draft_component(draft, walk->at, BPF_CORE_READ(node, name));
	walk->node = above;
	return GO_ON;
}

/* The components of the cgroup whose struct kernfs_node is at ${address}. */
__noinline __u64 draft_cgroup(__u64 at, __u64 address)
{
	struct walk cgroup_walk = { .at = at, .begin = at, .node = (void *)address };

	walk(&cgroup_walk, RECORD_COMPONENTS / 4, cgroup_step);
	return (cgroup_walk.at - at) | (cgroup_walk.complete ? 0 : DRAFT_CUT);
}
