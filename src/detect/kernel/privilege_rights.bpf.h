/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Credentials, namespaces, access to other processes, and signals to them. */
#pragma once

/* Who a process is, of a task that is not the one of the record's head. */
#define fill_target(record, task)                                                        \
	({                                                                               \
		struct task_struct *leader_ = BPF_CORE_READ(task, group_leader);         \
		(record)->target_pid = BPF_CORE_READ(leader_, pid);                      \
		(record)->target_start_ns = BPF_CORE_READ(leader_, start_boottime);      \
	})

/* Credentials */

/* What a call may change, from before it. */
struct rights {
	__u64 permitted, effective;
	__u32 uid, euid, gid, egid;
};

/* By thread: it is in one call at a time. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, __u32);
	__type(value, struct rights);
} wh_rights SEC(".maps");

static __always_inline void fill_rights(struct rights *rights, const struct cred *cred)
{
	rights->permitted = rights->effective = 0;
	(void)bpf_probe_read_kernel(
		&rights->permitted, sizeof(rights->permitted),
		__builtin_preserve_access_index(&cred->cap_permitted));
	(void)bpf_probe_read_kernel(
		&rights->effective, sizeof(rights->effective),
		__builtin_preserve_access_index(&cred->cap_effective));
	rights->uid = BPF_CORE_READ(cred, uid.val);
	rights->euid = BPF_CORE_READ(cred, euid.val);
	rights->gid = BPF_CORE_READ(cred, gid.val);
	rights->egid = BPF_CORE_READ(cred, egid.val);
}

static __always_inline void send_credentials(const struct rights *before,
					     const struct rights *after, __u32 flags)
{
	struct record_credentials record;

	if (before->uid == after->uid && before->euid == after->euid &&
	    before->gid == after->gid && before->egid == after->egid &&
	    before->permitted == after->permitted &&
	    before->effective == after->effective)
		return;
	fill_head(&record.head, RECORD_CREDENTIALS, (void *)bpf_get_current_task());
	record.head.uid = after->uid;
	record.head.euid = after->euid;
	record.head.gid = after->gid;
	record.head.egid = after->egid;
	record.old_permitted = before->permitted;
	record.old_effective = before->effective;
	record.permitted = after->permitted;
	record.effective = after->effective;
	record.old_uid = before->uid;
	record.old_euid = before->euid;
	record.old_gid = before->gid;
	record.old_egid = before->egid;
	record.call = this_call();
	record.flags = flags;
	send(&record.head, sizeof(record), true);
}

static __always_inline const struct cred *current_cred(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, real_cred);
}

SEC("fentry/commit_creds")
int BPF_PROG(wh_creds, struct cred *new)
{
	struct rights before, after;

	if (!is_wanted(RECORD_CREDENTIALS))
		return 0;
	fill_rights(&before, current_cred());
	fill_rights(&after, new);
	send_credentials(&before, &after, 0);
	return 0;
}

SEC("tp")
int wh_creds_in(void *context)
{
	__u32 thread = bpf_get_current_pid_tgid();
	struct rights rights;

	if (!is_wanted(RECORD_CREDENTIALS))
		return 0;
	fill_rights(&rights, current_cred());
	bpf_map_update_elem(&wh_rights, &thread, &rights, BPF_ANY);
	return 0;
}

SEC("tp")
int wh_creds_out(void *context)
{
	__u32 thread = bpf_get_current_pid_tgid();
	struct rights *before = bpf_map_lookup_elem(&wh_rights, &thread), after;

	if (!before)
		return 0;
	fill_rights(&after, current_cred());
	send_credentials(before, &after, 0);
	bpf_map_delete_elem(&wh_rights, &thread);
	return 0;
}

/*
 * Back end 2's view of an exec: what it had before is gone by now.  The kernel says when a program
 * got more than its caller had; the real user is who called.
 */
SEC("tp_btf/sched_process_exec")
int BPF_PROG(wh_creds_exec, struct task_struct *task, int old_pid,
	     struct linux_binprm *bprm)
{
	struct rights before, after;
	__u32 flags = RECORD_OLD_UNKNOWN;
	__u16 mode;

	if (!is_wanted(RECORD_CREDENTIALS) || !task || !bprm ||
	    !BPF_CORE_READ_BITFIELD_PROBED(bprm, secureexec))
		return 0;
	fill_rights(&after, BPF_CORE_READ(task, real_cred));
	before = after;
	before.euid = after.uid;
	before.egid = after.gid;
	if (after.uid != 0)
		before.permitted = before.effective = 0;
	mode = BPF_CORE_READ(task, mm, exe_file, f_inode, i_mode);
	if (mode & 04000)
		flags |= RECORD_SETUID_FILE;
	if (mode & 02000)
		flags |= RECORD_SETGID_FILE;
	send_credentials(&before, &after, flags);
	return 0;
}

/* Namespaces */

#define number_of(spaces, member) BPF_CORE_READ(spaces, member, ns.inum)

/* The numbers of all namespaces of ${task}, by enum record_namespace_kind. */
static __always_inline void fill_namespaces(__u32 *number, struct task_struct *task)
{
	struct nsproxy *spaces = BPF_CORE_READ(task, nsproxy);

	number[RECORD_NS_MOUNT] = number_of(spaces, mnt_ns);
	number[RECORD_NS_UTS] = number_of(spaces, uts_ns);
	number[RECORD_NS_IPC] = number_of(spaces, ipc_ns);
	number[RECORD_NS_USER] = BPF_CORE_READ(task, real_cred, user_ns, ns.inum);
	number[RECORD_NS_PID] = number_of(spaces, pid_ns_for_children);
	number[RECORD_NS_NETWORK] = number_of(spaces, net_ns);
	number[RECORD_NS_CGROUP] = number_of(spaces, cgroup_ns);
	number[RECORD_NS_TIME] = number_of(spaces, time_ns);
}

/* Process 1 of the machine: whom the first pid namespace gives its orphans. */
static __always_inline struct task_struct *first_process(struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);

	return BPF_CORE_READ(pid, numbers[0].ns, child_reaper);
}

static __always_inline void send_namespaces(struct record_namespace *record,
					    struct task_struct *task)
{
	__u32 host[RECORD_NS_KINDS];

	fill_head(&record->head, RECORD_NAMESPACE, task);
	fill_namespaces(host, first_process((void *)bpf_get_current_task()));
	record->host = 0;
	for (int i = 0; i < RECORD_NS_KINDS; i++)
		if (record->changed & 1 << i && record->number[i] == host[i])
			record->host |= 1 << i;
	record->call = this_call();
	record->reserved = 0;
	send(&record->head, sizeof(*record), true);
}

/* clone(2), fork(2): the child differs from who made it. */
SEC("tp_btf/sched_process_fork")
int BPF_PROG(wh_ns_fork, struct task_struct *parent, struct task_struct *child)
{
	struct record_namespace record;
	__u32 before[RECORD_NS_KINDS];

	if (!is_wanted(RECORD_NAMESPACE) || !parent || !child)
		return 0;
	if (BPF_CORE_READ(parent, nsproxy) == BPF_CORE_READ(child, nsproxy) &&
	    BPF_CORE_READ(parent, real_cred, user_ns) ==
		    BPF_CORE_READ(child, real_cred, user_ns))
		return 0;
	fill_namespaces(before, parent);
	fill_namespaces(record.number, child);
	record.changed = 0;
	for (int i = 0; i < RECORD_NS_KINDS; i++)
		if (record.number[i] != before[i])
			record.changed |= 1 << i;
	if (record.changed)
		send_namespaces(&record, child);
	return 0;
}

/* <linux/sched.h>'s flags of clone(2), by enum record_namespace_kind. */
static __always_inline __u32 kinds_of_flags(__u64 flags)
{
	return (flags & 0x00020000 ? 1 << RECORD_NS_MOUNT : 0) |
	       (flags & 0x04000000 ? 1 << RECORD_NS_UTS : 0) |
	       (flags & 0x08000000 ? 1 << RECORD_NS_IPC : 0) |
	       (flags & 0x10000000 ? 1 << RECORD_NS_USER : 0) |
	       (flags & 0x20000000 ? 1 << RECORD_NS_PID : 0) |
	       (flags & 0x40000000 ? 1 << RECORD_NS_NETWORK : 0) |
	       (flags & 0x02000000 ? 1 << RECORD_NS_CGROUP : 0) |
	       (flags & 0x00000080 ? 1 << RECORD_NS_TIME : 0);
}

static __always_inline int unshared(long result)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct record_namespace record;

	record.changed = kinds_of_flags(call_argument(1));
	if (result < 0 || !record.changed)
		return 0;
	fill_namespaces(record.number, task);
	send_namespaces(&record, task);
	return 0;
}

/* setns(2): with a pidfd the flags say what; with a namespace's own file its number does. */
static __always_inline int entered(long result)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct file *file = file_of(call_argument(1));
	struct record_namespace record;
	__u32 number = BPF_CORE_READ(file, f_inode, i_ino);

	if (result < 0)
		return 0;
	fill_namespaces(record.number, task);
	record.changed = 0;
	for (int i = 0; i < RECORD_NS_KINDS; i++)
		if (record.number[i] == number)
			record.changed |= 1 << i;
	if (!record.changed)
		record.changed = kinds_of_flags(call_argument(2));
	if (record.changed)
		send_namespaces(&record, task);
	return 0;
}

static __always_inline int namespace_called(long result)
{
	return this_call() == CALL_UNSHARE ? unshared(result) : entered(result);
}

/* Access to another process */

static __always_inline int accessed(struct task_struct *target, __u32 request)
{
	struct record_access record;

	fill_head(&record.head, RECORD_ACCESS, (void *)bpf_get_current_task());
	record.target_start_ns = 0;
	record.target_pid = 0;
	if (target)
		fill_target(&record, target);
	record.call = this_call();
	record.request = request;
	record.reserved = 0;
	send(&record.head, sizeof(record), true);
	return 0;
}

#define REQUEST_ATTACH 16
#define REQUEST_SEIZE  0x4206

/* The newest of those that the caller traces comes first. */
static __always_inline int traced(long result)
{
	struct task_struct *task = (void *)bpf_get_current_task(), *target;
	__u64 request = call_argument(1);
	void *first;

	if (result < 0 || (request != REQUEST_ATTACH && request != REQUEST_SEIZE))
		return 0;
	first = BPF_CORE_READ(task, ptraced.next);
	target = first - bpf_core_field_offset(struct task_struct, ptrace_entry);
	return accessed(target, request);
}

/* process_vm_readv(2), process_vm_writev(2) */
static __always_inline int copied(long result)
{
	return result < 0 ? 0 : accessed(task_of(call_argument(1)), 0);
}

static __always_inline int access_called(long result)
{
	return this_call() == CALL_PTRACE ? traced(result) : copied(result);
}

#define MODE_ATTACH 2

/*
 * All ways into another process come past this question: ptrace, process_vm_*, /proc/PID/mem,
 * pidfd_getfd.  Whoever may only read its facts asks for less.
 */
SEC("fexit/security_ptrace_access_check")
int BPF_PROG(wh_access, struct task_struct *child, unsigned int mode, int result)
{
	__u32 request = 0;

	if (!is_wanted(RECORD_ACCESS) || result != 0 || !(mode & MODE_ATTACH) || !child)
		return 0;
	if (BPF_CORE_READ(child, tgid) == bpf_get_current_pid_tgid() >> 32)
		return 0;
	if (this_call() == CALL_PTRACE)
		request = call_argument(1);
	return accessed(child, request);
}

/* Signals */

#define NAME_SIZE 16 /* TASK_COMM_LEN */

/* The names of programs whose processes are protected, filled in by who loads this. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 64);
	__type(key, char[NAME_SIZE]);
	__type(value, __u8);
} wh_protected SEC(".maps");

/* Signals that end, stop or reload a process that has no handler for them. */
#define SIGNALS                                                                          \
	(1u << 1 | 1u << 2 | 1u << 3 | 1u << 6 | 1u << 9 | 1u << 11 | 1u << 15 |         \
	 1u << 19 | 1u << 20)

SEC("tp_btf/signal_generate")
int BPF_PROG(wh_signal, int signal, struct kernel_siginfo *info, struct task_struct *task)
{
	struct task_struct *leader;
	struct record_signal record;
	char name[NAME_SIZE] = "";
	__u32 pid;

	/*
	 * Only what a process sent.  Instead of an info the kernel may have 0, for a signal of the
	 * current process, or 1, for one of its own; other signals of its own have codes above 0.
	 */
	if (!is_wanted(RECORD_SIGNAL) || !task || signal <= 0 || signal > 31 ||
	    !(SIGNALS & 1u << signal) || (__u64)info == 1 ||
	    (info && BPF_CORE_READ(info, si_code) > 0))
		return 0;
	leader = BPF_CORE_READ(task, group_leader);
	pid = BPF_CORE_READ(leader, pid);
	if (pid == bpf_get_current_pid_tgid() >> 32)
		return 0;
	bpf_probe_read_kernel_str(name, sizeof(name),
				  __builtin_preserve_access_index(&leader->comm));
	if (pid != 1 && !bpf_map_lookup_elem(&wh_protected, name))
		return 0;
	fill_head(&record.head, RECORD_SIGNAL, (void *)bpf_get_current_task());
	fill_target(&record, task);
	record.call = this_call();
	record.signal = signal;
	record.reserved = 0;
	send(&record.head, sizeof(record), true);
	return 0;
}
