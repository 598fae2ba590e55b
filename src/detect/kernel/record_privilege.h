/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Records of rights and of the kernel itself: their bodies, as record.h has the others. */
#pragma once

#include "detect/kernel/record.h"

/*
 * "call" is the number of the system call in which it happened, as <sys/syscall.h> has it;
 * RECORD_CALL_FOREIGN where a program of the other word size made it, whose numbers differ.
 */
#define RECORD_CALL_FOREIGN (-1)

enum record_credentials_flag {
	RECORD_SETUID_FILE = 1, /* the program's file has the bit */
	RECORD_SETGID_FILE = 2,
	RECORD_OLD_UNKNOWN =
		4, /* nobody saw what it had before: old_* repeat the real ids */
};

/* RECORD_CREDENTIALS: a process has other users, groups or capabilities; the head's are new. */
struct record_credentials {
	struct record head;
	__u64 old_permitted, old_effective; /* capabilities, bit n is number n */
	__u64 permitted, effective;
	__u32 old_uid, old_euid, old_gid, old_egid;
	__s32 call;
	__u32 flags; /* enum record_credentials_flag */
};

enum record_namespace_kind {
	RECORD_NS_MOUNT,
	RECORD_NS_UTS,
	RECORD_NS_IPC,
	RECORD_NS_USER,
	RECORD_NS_PID, /* of children to come */
	RECORD_NS_NETWORK,
	RECORD_NS_CGROUP,
	RECORD_NS_TIME,
	RECORD_NS_KINDS,
};

/* RECORD_NAMESPACE: a process is in other namespaces, or was started in such. */
struct record_namespace {
	struct record head;
	__u32 changed; /* bit per enum record_namespace_kind */
	__u32 host;    /* of these: the ones that the machine's process 1 is in */
	__s32 call;
	__u32 number[RECORD_NS_KINDS]; /* inode numbers of all, after it */
	__u32 reserved;
};

/* RECORD_ACCESS: a process was let into another one's memory or registers. */
struct record_access {
	struct record head;
	__u64 target_start_ns; /* 0: nobody knows who it was */
	__u32 target_pid;
	__s32 call;
	__u32 request; /* ptrace(2)'s; elsewhere 0 */
	__u32 reserved;
};

/* RECORD_SIGNAL: a process sent a signal to one that is protected. */
struct record_signal {
	struct record head;
	__u64 target_start_ns;
	__u32 target_pid;
	__s32 call;
	__u32 signal;
	__u32 reserved;
};

enum record_module_text {
	RECORD_MODULE_NAME,
	RECORD_MODULE_PATH, /* components; none where its bytes came from memory */
	RECORD_MODULE_TEXTS,
};

#define RECORD_MODULE_NAME_SIZE 64

/* RECORD_MODULE: kernel code came or went. */
struct record_module {
	struct record head;
	__s32 call;
	__u32 unloaded; /* 0: it was loaded */
	__u32 text_size[RECORD_MODULE_TEXTS];
};

#define RECORD_BPF_NAME_SIZE 16 /* BPF_OBJ_NAME_LEN */

/* RECORD_BPF: a BPF program was loaded. */
struct record_bpf {
	struct record head;
	__u32 type, attach_type; /* enum bpf_prog_type, bpf_attach_type */
	__u32 id, reserved;
	char name[RECORD_BPF_NAME_SIZE]; /* as its loader named it */
};

enum record_mount_text {
	RECORD_MOUNT_TARGET,    /* as typed */
	RECORD_MOUNT_SOURCE,    /* as typed */
	RECORD_MOUNT_TYPE,      /* of file system */
	RECORD_MOUNT_OPTIONS,   /* the file system's own */
	RECORD_MOUNT_DIRECTORY, /* components; only where a typed path is relative */
	RECORD_MOUNT_TEXTS,
};

#define RECORD_MOUNT_TYPE_SIZE    64
#define RECORD_MOUNT_OPTIONS_SIZE 1024

/* RECORD_MOUNT: mount(2), umount2(2), move_mount(2), mount_setattr(2), pivot_root(2) */
struct record_mount {
	struct record head;
	__u64 flags; /* mount: MS_*; umount: MNT_*; mount_setattr: MOUNT_ATTR_* that were set */
	__s32 call;
	__u32 reserved;
	__u32 text_size[RECORD_MOUNT_TEXTS];
	__u32 reserved_too;
};

enum record_failed_text {
	RECORD_FAILED_TYPED,
	RECORD_FAILED_DIRECTORY, /* components; only where the path is relative */
	RECORD_FAILED_TEXTS,
};

/* RECORD_EXEC_FAILED: a program could not be started. */
struct record_exec_failed {
	struct record head;
	__s32 call;
	__s32 error; /* errno, above 0 */
	__u32 text_size[RECORD_FAILED_TEXTS];
};

/* RECORD_SESSION: the first program of a login. */
struct record_session {
	struct record head;
	__u32 login_uid;
	__u32 session; /* the kernel's number of the login: /proc/PID/sessionid */
};

#define RECORD_CONTAINER_ID_SIZE 64

/* RECORD_CONTAINER: the first process of a container, and the end of its cgroup. */
struct record_container {
	struct record head;
	__u64 target_start_ns; /* the process that was put into it; 0: none */
	__u32 target_pid;
	__u32 ended;
	char id[RECORD_CONTAINER_ID_SIZE];
};
