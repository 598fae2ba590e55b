// SPDX-License-Identifier: Apache-2.0
// The words for numbers that the kernel has for system calls, capabilities and the like.
#include "detect/collector/kernel_names.h"

#include "detect/kernel/record_privilege.h"

#include <linux/mount.h>
#include <sys/syscall.h>

/* sys/mount.h has the same names as linux/mount.h: only one of them can be included. */
#define UMOUNT_FORCE     1
#define UMOUNT_DETACH    2
#define UMOUNT_EXPIRE    4
#define UMOUNT_NO_FOLLOW 8

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#ifndef SYS_mount_setattr
#define SYS_mount_setattr 442
#endif

struct text kernel_call_name(int32_t number)
{
	static const struct {
		int32_t number;
		const char *name;
	} calls[] = {
#ifdef SYS_fork /* newer architectures make do with clone */
		{ SYS_fork, "fork" },
		{ SYS_vfork, "vfork" },
		{ SYS_open, "open" },
#endif
#define CALL(name) { SYS_##name, #name }
		CALL(clone),
		CALL(clone3),
		CALL(execve),
		CALL(execveat),
		CALL(setuid),
		CALL(setgid),
		CALL(setreuid),
		CALL(setregid),
		CALL(setresuid),
		CALL(setresgid),
		CALL(setfsuid),
		CALL(setfsgid),
		CALL(capset),
		CALL(prctl),
		CALL(keyctl),
		CALL(unshare),
		CALL(setns),
		CALL(ptrace),
		CALL(process_vm_readv),
		CALL(process_vm_writev),
		CALL(pidfd_getfd),
		CALL(pidfd_send_signal),
		CALL(kcmp),
		CALL(perf_event_open),
		CALL(openat),
		CALL(openat2),
		CALL(read),
		CALL(write),
		CALL(kill),
		CALL(tkill),
		CALL(tgkill),
		CALL(rt_sigqueueinfo),
		CALL(rt_tgsigqueueinfo),
		CALL(init_module),
		CALL(finit_module),
		CALL(delete_module),
		CALL(bpf),
		CALL(mount),
		CALL(umount2),
		CALL(move_mount),
		CALL(mount_setattr),
		CALL(pivot_root),
#undef CALL
	};

	for (size_t i = 0; i < COUNT(calls); i++)
		if (calls[i].number == number)
			return text_of(calls[i].name);
	return (struct text){ 0 };
}

struct text kernel_capability_name(unsigned number)
{
	/* In the order of <linux/capability.h>. */
	static const char *const names[CAPABILITY_COUNT] = {
		"CAP_CHOWN",
		"CAP_DAC_OVERRIDE",
		"CAP_DAC_READ_SEARCH",
		"CAP_FOWNER",
		"CAP_FSETID",
		"CAP_KILL",
		"CAP_SETGID",
		"CAP_SETUID",
		"CAP_SETPCAP",
		"CAP_LINUX_IMMUTABLE",
		"CAP_NET_BIND_SERVICE",
		"CAP_NET_BROADCAST",
		"CAP_NET_ADMIN",
		"CAP_NET_RAW",
		"CAP_IPC_LOCK",
		"CAP_IPC_OWNER",
		"CAP_SYS_MODULE",
		"CAP_SYS_RAWIO",
		"CAP_SYS_CHROOT",
		"CAP_SYS_PTRACE",
		"CAP_SYS_PACCT",
		"CAP_SYS_ADMIN",
		"CAP_SYS_BOOT",
		"CAP_SYS_NICE",
		"CAP_SYS_RESOURCE",
		"CAP_SYS_TIME",
		"CAP_SYS_TTY_CONFIG",
		"CAP_MKNOD",
		"CAP_LEASE",
		"CAP_AUDIT_WRITE",
		"CAP_AUDIT_CONTROL",
		"CAP_SETFCAP",
		"CAP_MAC_OVERRIDE",
		"CAP_MAC_ADMIN",
		"CAP_SYSLOG",
		"CAP_WAKE_ALARM",
		"CAP_BLOCK_SUSPEND",
		"CAP_AUDIT_READ",
		"CAP_PERFMON",
		"CAP_BPF",
		"CAP_CHECKPOINT_RESTORE",
	};

	return number < COUNT(names) ? text_of(names[number]) : (struct text){ 0 };
}

struct text kernel_bpf_type_name(uint32_t type)
{
	/* In the order of enum bpf_prog_type, <linux/bpf.h>; the words are bpftool's. */
	static const char *const names[] = {
		"unspec",
		"socket_filter",
		"kprobe",
		"sched_cls",
		"sched_act",
		"tracepoint",
		"xdp",
		"perf_event",
		"cgroup_skb",
		"cgroup_sock",
		"lwt_in",
		"lwt_out",
		"lwt_xmit",
		"sock_ops",
		"sk_skb",
		"cgroup_device",
		"sk_msg",
		"raw_tracepoint",
		"cgroup_sock_addr",
		"lwt_seg6local",
		"lirc_mode2",
		"sk_reuseport",
		"flow_dissector",
		"cgroup_sysctl",
		"raw_tracepoint_writable",
		"cgroup_sockopt",
		"tracing",
		"struct_ops",
		"ext",
		"lsm",
		"sk_lookup",
		"syscall",
		"netfilter",
	};

	return type < COUNT(names) ? text_of(names[type]) : (struct text){ 0 };
}

struct text kernel_namespace_name(unsigned kind)
{
	static const char *const names[RECORD_NS_KINDS] = {
		[RECORD_NS_MOUNT] = "mount",   [RECORD_NS_UTS] = "uts",
		[RECORD_NS_IPC] = "ipc",       [RECORD_NS_USER] = "user",
		[RECORD_NS_PID] = "pid",       [RECORD_NS_NETWORK] = "network",
		[RECORD_NS_CGROUP] = "cgroup", [RECORD_NS_TIME] = "time",
	};

	return kind < RECORD_NS_KINDS ? text_of(names[kind]) : (struct text){ 0 };
}

struct flag {
	uint64_t bit;
	const char *word; /* mount(8)'s, where it has one */
};

static const struct flag mount_words[] = {
	{ MS_RDONLY, "ro" },
	{ MS_NOSUID, "nosuid" },
	{ MS_NODEV, "nodev" },
	{ MS_NOEXEC, "noexec" },
	{ MS_SYNCHRONOUS, "sync" },
	{ MS_REMOUNT, "remount" },
	{ MS_DIRSYNC, "dirsync" },
	{ MS_NOATIME, "noatime" },
	{ MS_NODIRATIME, "nodiratime" },
	{ MS_BIND, "bind" },
	{ MS_MOVE, "move" },
	{ MS_REC, "recursive" },
	{ MS_UNBINDABLE, "unbindable" },
	{ MS_PRIVATE, "private" },
	{ MS_SLAVE, "slave" },
	{ MS_SHARED, "shared" },
	{ MS_RELATIME, "relatime" },
	{ MS_STRICTATIME, "strictatime" },
	{ MS_LAZYTIME, "lazytime" },
};

static const struct flag umount_words[] = {
	{ UMOUNT_FORCE, "force" },
	{ UMOUNT_DETACH, "lazy" },
	{ UMOUNT_EXPIRE, "expire" },
	{ UMOUNT_NO_FOLLOW, "nofollow" },
};

static const struct flag attribute_words[] = {
	{ MOUNT_ATTR_RDONLY, "ro" },
	{ MOUNT_ATTR_NOSUID, "nosuid" },
	{ MOUNT_ATTR_NODEV, "nodev" },
	{ MOUNT_ATTR_NOEXEC, "noexec" },
	{ MOUNT_ATTR_NODIRATIME, "nodiratime" },
};

struct text kernel_mount_flag(uint64_t flags, enum mount_flags which, unsigned number)
{
	static const struct {
		const struct flag *words;
		size_t count;
	} sets[] = {
		[MOUNT_FLAGS_MOUNT] = { mount_words, COUNT(mount_words) },
		[MOUNT_FLAGS_UMOUNT] = { umount_words, COUNT(umount_words) },
		[MOUNT_FLAGS_ATTRIBUTES] = { attribute_words, COUNT(attribute_words) },
	};

	/* Programs of old say by a magic number that their flags are flags. */
	if (which == MOUNT_FLAGS_MOUNT && (flags & MS_MGC_MSK) == MS_MGC_VAL)
		flags &= ~(uint64_t)MS_MGC_MSK;
	for (size_t i = 0; i < sets[which].count; i++)
		if (flags & sets[which].words[i].bit && number-- == 0)
			return text_of(sets[which].words[i].word);
	return (struct text){ 0 };
}
