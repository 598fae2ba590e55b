/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Walking names in the kernel: files through mounts, cgroups through kernfs. */
#pragma once

/* Before Linux 6.15 the field was not hidden behind RCU. */
struct kernfs_node___before_6_15 {
	struct kernfs_node *parent;
} __attribute__((preserve_access_index));

/*
 * The record that is being made, one per CPU: only wh_exec uses it, and a program can't interrupt
 * itself on its CPU.  There is more room than the texts need, so that checks stay simple.
 */
struct draft {
	struct record_exec exec;
	char texts[RECORD_TEXTS_SIZE + RECORD_COMPONENT_SIZE];
};

/* Append the component ${name} at ${at}.  Returns the bytes added, 0 where it can't be read. */
static __always_inline __u64 draft_component(struct draft *draft, __u64 at, const char *name)
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
 */
#define DRAFT_CUT 0x80000000u

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct draft);
} wh_draft SEC(".maps");

/*
 * The components of the struct path at ${address}, up to the root of its mount namespace.
 * Every pointer on the way is read by probe: a stale one reads as garbage or fails, it never
 * faults.
 */
__noinline __u64 draft_path(__u64 at, __u64 address)
{
	const struct path *path = (void *)address;
	struct dentry *dentry = BPF_CORE_READ(path, dentry);
	struct vfsmount *vfs = BPF_CORE_READ(path, mnt);
	__u64 begin = at;
	__u32 zero = 0;
	struct draft *draft = bpf_map_lookup_elem(&wh_draft, &zero);

	if (!draft)
		return 0;
	for (int i = 0; i < RECORD_COMPONENTS && dentry && vfs; i++) {
		struct dentry *parent = BPF_CORE_READ(dentry, d_parent);
		struct mount *mount, *upper;

		if (dentry == BPF_CORE_READ(vfs, mnt_root)) {
			mount = (void *)vfs - bpf_core_field_offset(struct mount, mnt);
			upper = BPF_CORE_READ(mount, mnt_parent);
			if (!upper || upper == mount)
				return at - begin;
			dentry = BPF_CORE_READ(mount, mnt_mountpoint);
			vfs = (void *)upper + bpf_core_field_offset(struct mount, mnt);
			continue;
		}
		if (at - begin > RECORD_PATH_SIZE - RECORD_COMPONENT_SIZE)
			break;
		at += draft_component(draft, at, (const char *)BPF_CORE_READ(dentry, d_name.name));
		/* A file that hangs in no tree: memfd, or unlinked on some file systems. */
		if (dentry == parent)
			return at - begin;
		dentry = parent;
	}
	return (at - begin) | DRAFT_CUT;
}

static __always_inline struct kernfs_node *kernfs_above(struct kernfs_node *node)
{
	struct kernfs_node___before_6_15 *old = (void *)node;

	if (bpf_core_field_exists(old->parent))
		return BPF_CORE_READ(old, parent);
	return BPF_CORE_READ(node, __parent);
}

/* The components of the cgroup whose struct kernfs_node is at ${address}. */
__noinline __u64 draft_cgroup(__u64 at, __u64 address)
{
	struct kernfs_node *node = (void *)address;
	__u64 begin = at;
	__u32 zero = 0;
	struct draft *draft = bpf_map_lookup_elem(&wh_draft, &zero);

	if (!draft)
		return 0;
	for (int i = 0; i < RECORD_COMPONENTS / 4; i++) {
		struct kernfs_node *above = kernfs_above(node);

		if (!node || !above)
			return at - begin;
		if (at - begin > RECORD_CGROUP_SIZE - RECORD_COMPONENT_SIZE)
			break;
		at += draft_component(draft, at, BPF_CORE_READ(node, name));
		node = above;
	}
	return (at - begin) | DRAFT_CUT;
}
