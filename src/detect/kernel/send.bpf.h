/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What every BPF object shares: its ring, the counters, the doorbell, and sending a record. */
#pragma once

/*
 * The three maps are the same ones in all objects (kernel.c makes them, with the sizes that are
 * asked for, and puts them in the place of these), but that wh_ring is the ring of the object's
 * class: an object sends records of one class only.
 */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 64 << 10);
} wh_ring SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct record_counters);
} wh_counters SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct record_doorbell);
} wh_doorbell SEC(".maps");

/*
 * Whether anybody asks for records of this kind: to be looked at before any work is done for one
 * that no process's story depends on.
 */
static __always_inline bool is_wanted(enum record_kind kind)
{
	__u32 zero = 0;
	struct record_doorbell *bell = bpf_map_lookup_elem(&wh_doorbell, &zero);

	return bell && *(volatile __u64 *)&bell->wanted & RECORD_BIT(kind);
}

/*
 * Wake the reader if it sleeps.  The record is in the ring before the doorbell is read, and the
 * reader looks into the rings after arming it: one of the two always sees the other.
 */
static __always_inline void ring_bell(bool urgent)
{
	__u32 zero = 0;
	struct record_doorbell *bell = bpf_map_lookup_elem(&wh_doorbell, &zero);
	void *nothing;

	if (!bell || !*(volatile __u32 *)&bell->armed)
		return;
	/* A ring that is filling wakes the reader in any case. */
	if (!urgent && bpf_ringbuf_query(&wh_ring, BPF_RB_AVAIL_DATA) <
			       bpf_ringbuf_query(&wh_ring, BPF_RB_RING_SIZE) / 4)
		return;
	*(volatile __u32 *)&bell->armed = 0;
	nothing = bpf_ringbuf_reserve(&wh_ring, 8, 0);
	if (nothing)
		bpf_ringbuf_discard(nothing, BPF_RB_FORCE_WAKEUP);
}

/* One more record of this kind was made, and perhaps lost. */
static __always_inline void count_sent(__u32 kind, bool lost)
{
	__u32 cpu = bpf_get_smp_processor_id();
	struct record_counters *counters = bpf_map_lookup_elem(&wh_counters, &cpu);

	if (!counters || kind >= RECORD_KINDS)
		return;
	__sync_fetch_and_add(&counters->made[kind], 1);
	if (lost)
		__sync_fetch_and_add(&counters->lost[kind], 1);
}

/*
 * Send the ${size} bytes that begin with ${record}, or count them as lost.  What is not urgent
 * is read with the next record that is, or 250 ms later.
 */
static __always_inline void send(struct record *record, __u64 size, bool urgent)
{
	record->size = size;
	count_sent(record->kind,
		   bpf_ringbuf_output(&wh_ring, record, size, BPF_RB_NO_WAKEUP));
	ring_bell(urgent);
}

/* Who: the identity of ${task}'s process, and its parent's; all but the size. */
static __always_inline void fill_head(struct record *record, enum record_kind kind,
				      struct task_struct *task)
{
	struct task_struct *leader = BPF_CORE_READ(task, group_leader);
	struct task_struct *parent = BPF_CORE_READ(task, real_parent);
	const struct cred *cred = BPF_CORE_READ(task, real_cred);

	record->kind = kind;
	record->flags = 0;
	record->time_ns = bpf_ktime_get_boot_ns();
	record->start_ns = BPF_CORE_READ(leader, start_boottime);
	record->parent_start_ns = BPF_CORE_READ(parent, group_leader, start_boottime);
	record->pid = BPF_CORE_READ(task, tgid);
	record->parent_pid = BPF_CORE_READ(parent, tgid);
	record->uid = BPF_CORE_READ(cred, uid.val);
	record->euid = BPF_CORE_READ(cred, euid.val);
	record->gid = BPF_CORE_READ(cred, gid.val);
	record->egid = BPF_CORE_READ(cred, egid.val);
	record->exit_status = 0;
	record->reserved = 0;
}
