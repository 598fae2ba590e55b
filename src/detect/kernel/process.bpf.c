// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)
// The kernel side: process start, program start and process end, each as one record.
#include "vmlinux.h"

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#include "detect/kernel/record.h"
#include "detect/kernel/send.bpf.h"
#define DRAFT_RECORD struct record_exec exec
#include "detect/kernel/path.bpf.h"
#include "detect/kernel/descriptor.bpf.h"

char LICENSE[] SEC("license") = "Dual BSD/GPL";

SEC("tp_btf/sched_process_fork")
int BPF_PROG(wh_fork, struct task_struct *parent, struct task_struct *child)
{
	struct record record;

	if (!child || BPF_CORE_READ(child, pid) != BPF_CORE_READ(child, tgid))
		return 0;
	fill_head(&record, RECORD_FORK, child);
	send(&record, sizeof(record), false);
	return 0;
}

static __always_inline int exit_of(struct task_struct *task)
{
	struct record record;

	fill_head(&record, RECORD_EXIT, task);
	/* After exit_group(2) every thread has the group's status; else the last one's own. */
	record.exit_status = BPF_CORE_READ(task, exit_code);
	send(&record, sizeof(record), false);
	return 0;
}

/* Linux 6.16 and later say whether this was the last thread of its process. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(wh_exit, struct task_struct *task, bool group_dead)
{
	if (!task || !group_dead)
		return 0;
	return exit_of(task);
}

/* Elsewhere two last threads may both look like it: the collector takes the first. */
SEC("tp_btf/sched_process_exit")
int BPF_PROG(wh_exit_live, struct task_struct *task)
{
	if (!task || BPF_CORE_READ(task, signal, live.counter) != 0)
		return 0;
	return exit_of(task);
}

/* argv from the new program's own memory: what the process will see, not what was asked for. */
static __always_inline __u64 draft_arguments(struct draft *draft, struct mm_struct *mm)
{
	__u64 begin = BPF_CORE_READ(mm, arg_start), end = BPF_CORE_READ(mm, arg_end);
	__u64 size = end > begin ? end - begin : 0;

	draft->exec.arguments_size = size > 0xffffffff ? 0xffffffff : size;
	if (size > RECORD_ARGUMENTS_SIZE) {
		draft->exec.head.flags |= RECORD_ARGUMENTS_CUT;
		size = RECORD_ARGUMENTS_SIZE;
	}
	/* The compiler would leave out what it knows already, and the verifier does not. */
	barrier_var(size);
	if (size == 0 || size > RECORD_ARGUMENTS_SIZE)
		return 0;
	if (bpf_probe_read_user(draft->texts, size, (void *)begin) == 0)
		return size;
	draft->exec.head.flags |= RECORD_ARGUMENTS_LOST;
	return 0;
}

/* What a walk added, its mark for a cut moved into the record's flags. */
static __always_inline __u64 walked(struct draft *draft, __u64 result, __u16 flag,
				    __u64 limit)
{
	if (result & DRAFT_CUT)
		draft->exec.head.flags |= flag;
	result &= ~(__u64)DRAFT_CUT;
	return result > limit ? 0 : result;
}

static __always_inline __u64 draft_image(struct draft *draft, __u64 at,
					 struct mm_struct *mm)
{
	struct file *file = BPF_CORE_READ(mm, exe_file);
	__u32 state = descriptor_state(file);

	if (!file)
		return 0;
	if (state & DESCRIPTOR_DELETED)
		draft->exec.head.flags |= RECORD_IMAGE_DELETED;
	if (state & DESCRIPTOR_IN_MEMORY)
		draft->exec.head.flags |= RECORD_IMAGE_IN_MEMORY;
	return walked(
		draft,
		draft_path(at, (__u64)__builtin_preserve_access_index(&file->f_path)),
		RECORD_IMAGE_CUT, RECORD_PATH_SIZE);
}

#define DESCRIPTOR_DIGITS 7

/* The number in "/dev/fd/NUMBER", which the kernel makes of a descriptor; -1: it is none. */
static __always_inline int descriptor_of(const char *path)
{
	char text[8 + DESCRIPTOR_DIGITS + 1] = "";
	int number = 0;

	bpf_probe_read_kernel_str(text, sizeof(text), path);
	if (text[1] != 'd' || text[5] != 'f' || text[6] != 'd' || text[7] != '/')
		return -1;
	for (int i = 8; i < 8 + DESCRIPTOR_DIGITS && text[i]; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		number = number * 10 + (text[i] - '0');
	}
	return number;
}

/*
 * What was given to execve.  A script that was given by a descriptor is still open: its interpreter
 * is to read it.
 */
static __always_inline __u64 draft_typed(struct draft *draft, __u64 at,
					 struct linux_binprm *bprm)
{
	const char *typed = BPF_CORE_READ(bprm, filename);
	struct file *script = NULL;
	__u32 state;
	long size;

	if (BPF_CORE_READ(bprm, interp) != typed) {
		draft->exec.head.flags |= RECORD_IS_SCRIPT;
		/* Only then does the kernel itself write the path. */
		if (BPF_CORE_READ(bprm, fdpath))
			script = file_of(descriptor_of(typed));
	}
	if (script) {
		state = descriptor_state(script);
		draft->exec.head.flags |= RECORD_SCRIPT_BY_FD;
		if (state & DESCRIPTOR_DELETED)
			draft->exec.head.flags |= RECORD_SCRIPT_DELETED;
		if (state & DESCRIPTOR_IN_MEMORY)
			draft->exec.head.flags |= RECORD_SCRIPT_IN_MEMORY;
		return walked(draft,
			      draft_path(at, (__u64)__builtin_preserve_access_index(
						     &script->f_path)),
			      0, RECORD_PATH_SIZE);
	}
	barrier_var(at);
	if (at > RECORD_ARGUMENTS_SIZE)
		return 0;
	size = bpf_probe_read_kernel_str(draft->texts + at, RECORD_PATH_SIZE, typed);
	return size > 1 && size <= RECORD_PATH_SIZE ? size - 1 : 0;
}

static __always_inline __u64 draft_directory(struct draft *draft, __u64 at,
					     struct task_struct *task)
{
	struct fs_struct *fs = BPF_CORE_READ(task, fs);

	if (!fs)
		return 0;
	return walked(draft,
		      draft_path(at, (__u64)__builtin_preserve_access_index(&fs->pwd)),
		      RECORD_DIRECTORY_CUT, RECORD_PATH_SIZE);
}

/*
 * The cgroup in the unified hierarchy; where the process sits at its root, as on machines that
 * still run the first version, the one of the memory controller.
 */
static __always_inline __u64 draft_membership(struct draft *draft, __u64 at,
					      struct task_struct *task)
{
	struct css_set *set = BPF_CORE_READ(task, cgroups);
	struct kernfs_node *node = BPF_CORE_READ(set, dfl_cgrp, kn), *other;

	if (!kernfs_above(node) &&
	    bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id)) {
		int memory = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);

		other = BPF_CORE_READ(set, subsys[memory], cgroup, kn);
		if (other)
			node = other;
	}
	if (!node)
		return 0;
	draft->exec.cgroup_id = BPF_CORE_READ(node, id);
	return walked(draft, draft_cgroup(at, (__u64)node), RECORD_CGROUP_CUT,
		      RECORD_CGROUP_SIZE);
}

static __always_inline void fill_ids(struct record_exec *exec, struct task_struct *task)
{
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	struct nsproxy *spaces = BPF_CORE_READ(task, nsproxy);
	__u32 level = BPF_CORE_READ(pid, level);
	struct upid number;

	exec->login_uid = ~0u;
	if (bpf_core_field_exists(task->loginuid))
		exec->login_uid = BPF_CORE_READ(task, loginuid.val);
	exec->session = BPF_CORE_READ(signal, pids[PIDTYPE_SID], numbers[0].nr);
	exec->mount_namespace = BPF_CORE_READ(spaces, mnt_ns, ns.inum);
	exec->network_namespace = BPF_CORE_READ(spaces, net_ns, ns.inum);
	exec->user_namespace = BPF_CORE_READ(task, real_cred, user_ns, ns.inum);
	exec->pid_namespace = 0;
	if (pid && level < 32 &&
	    !bpf_probe_read_kernel(&number, sizeof(number),
				   (void *)pid +
					   bpf_core_field_offset(struct pid, numbers) +
					   level * bpf_core_type_size(struct upid)))
		exec->pid_namespace = BPF_CORE_READ(number.ns, ns.inum);
}

static __always_inline __u64 draft_terminal(struct draft *draft, __u64 at,
					    struct task_struct *task)
{
	struct tty_struct *tty = BPF_CORE_READ(task, signal, tty);
	long size;

	barrier_var(at);
	if (!tty || at > RECORD_TEXTS_SIZE)
		return 0;
	size = bpf_probe_read_kernel_str(draft->texts + at, RECORD_TERMINAL_SIZE,
					 __builtin_preserve_access_index(&tty->name));
	return size > 1 && size <= RECORD_TERMINAL_SIZE ? size - 1 : 0;
}

struct environment {
	struct record_environment record;
	char text[RECORD_ENVIRONMENT_SIZE];
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct environment);
} wh_environment SEC(".maps");

/* From the new program's own memory, as its arguments are. */
static __always_inline void send_environment(struct task_struct *task,
					     struct mm_struct *mm)
{
	__u64 begin = BPF_CORE_READ(mm, env_start), end = BPF_CORE_READ(mm, env_end);
	__u64 size = end > begin ? end - begin : 0;
	struct environment *environment;
	__u32 zero = 0;

	if (!is_wanted(RECORD_ENVIRONMENT) || size == 0)
		return;
	environment = bpf_map_lookup_elem(&wh_environment, &zero);
	if (!environment)
		return;
	fill_head(&environment->record.head, RECORD_ENVIRONMENT, task);
	environment->record.reserved = 0;
	if (size > RECORD_ENVIRONMENT_SIZE) {
		environment->record.head.flags |= RECORD_ENVIRONMENT_CUT;
		size = RECORD_ENVIRONMENT_SIZE;
	}
	barrier_var(size);
	if (size == 0 || size > RECORD_ENVIRONMENT_SIZE)
		return;
	if (bpf_probe_read_user(environment->text, size, (void *)begin)) {
		environment->record.head.flags |= RECORD_ENVIRONMENT_CUT;
		size = 0;
	}
	environment->record.text_size = size;
	send(&environment->record.head, sizeof(environment->record) + size, false);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(wh_exec, struct task_struct *task, int old_pid, struct linux_binprm *bprm)
{
	__u32 zero = 0, *size;
	struct draft *draft = bpf_map_lookup_elem(&wh_draft, &zero);
	struct mm_struct *mm;
	__u64 at;

	if (!draft || !task)
		return 0;
	mm = BPF_CORE_READ(task, mm);
	if (!mm)
		return 0;
	send_environment(task, mm);
	fill_head(&draft->exec.head, RECORD_EXEC, task);
	draft->exec.cgroup_id = 0;
	draft->exec.reserved = 0;
	fill_ids(&draft->exec, task);

	size = draft->exec.text_size;
	at = size[RECORD_ARGUMENTS] = draft_arguments(draft, mm);
	barrier_var(at);
	if (at > RECORD_ARGUMENTS_SIZE)
		return 0;
	at += size[RECORD_TYPED] = draft_typed(draft, at, bprm);
	at += size[RECORD_IMAGE] = draft_image(draft, at, mm);
	at += size[RECORD_DIRECTORY] = draft_directory(draft, at, task);
	at += size[RECORD_CGROUP] = draft_membership(draft, at, task);
	at += size[RECORD_TERMINAL] = draft_terminal(draft, at, task);
	barrier_var(at);
	if (at > RECORD_TEXTS_SIZE)
		return 0;
	send(&draft->exec.head, sizeof(draft->exec) + at, true);
	return 0;
}
