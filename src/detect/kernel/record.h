/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* What the kernel side writes into the ring, and how both sides agree on it. */
#pragma once

#ifndef __VMLINUX_H__
#include <linux/types.h>
#endif

/*
 * A record is a struct record, or a bigger struct that begins with one, and then the texts whose
 * sizes that struct tells, one right after the other, not terminated unless said otherwise.  The
 * bodies of each subject have a header of their own, record_SUBJECT.h; those of processes are here.
 * Numbers are the host's own: a ring never leaves the machine that wrote it.  A reader trusts
 * nothing in it: an unknown kind or sizes that do not add up make it drop and count the record.
 */
enum record_kind {
	RECORD_NONE,
#define KIND(id, name, class, source) RECORD_##id,
#include "detect/kernel/record_kind.def"
#undef KIND
	RECORD_KINDS,
};

/* A set of kinds is a number with these bits. */
#define RECORD_BIT(kind) (1ull << (kind))

_Static_assert(RECORD_KINDS <= 64, "a set of kinds fits into 64 bits");

/* Each class of records has a ring of its own, so that none is lost in another's noise. */
enum record_class {
	RECORD_CLASS_PROCESS, /* and privilege, and kernel: what must not be lost */
	RECORD_CLASS_FILE,
	RECORD_CLASS_NETWORK,
	RECORD_CLASSES,
};

enum record_flag {
	RECORD_IMAGE_CUT =
		1, /* the beginning of the path is missing, its tail is whole */
	RECORD_IMAGE_DELETED =
		2, /* the program's file has no name in any folder any more */
	RECORD_IMAGE_IN_MEMORY = 4, /* it never had one: memfd */
	RECORD_ARGUMENTS_CUT =
		8, /* only the first RECORD_ARGUMENTS_SIZE bytes are there */
	RECORD_ARGUMENTS_LOST = 16, /* the arguments' memory could not be read */
	RECORD_DIRECTORY_CUT = 32,
	RECORD_CGROUP_CUT = 64,
	RECORD_COARSE_START = 128, /* start_ns is rounded down to a clock tick (/proc) */
	RECORD_IS_SCRIPT = 256,    /* the program interprets what was given to execve */
	RECORD_SCRIPT_BY_FD = 512, /* by a descriptor: RECORD_TYPED are its components */
	RECORD_SCRIPT_DELETED = 1024,
	RECORD_SCRIPT_IN_MEMORY = 2048,
	RECORD_ENVIRONMENT_CUT = 4096, /* RECORD_ENVIRONMENT: not all of it is there */
};

/* The bounds of what one record keeps of each text, in bytes. */
#define RECORD_ARGUMENTS_SIZE 16384
#define RECORD_PATH_SIZE      4096
#define RECORD_CGROUP_SIZE    1024
#define RECORD_TERMINAL_SIZE  64
#define RECORD_COMPONENT_SIZE 256 /* NAME_MAX and the NUL */
#define RECORD_COMPONENTS     128 /* of one path, mount points crossed included */
#define RECORD_TEXTS_SIZE                                                                \
	(RECORD_ARGUMENTS_SIZE + 3 * RECORD_PATH_SIZE + RECORD_CGROUP_SIZE +             \
	 RECORD_TERMINAL_SIZE)

enum record_text {
	RECORD_ARGUMENTS, /* argv as in memory: each followed by a NUL */
	RECORD_TYPED,     /* what was given to execve; for a script the script */
	RECORD_IMAGE,     /* components */
	RECORD_DIRECTORY, /* components */
	RECORD_CGROUP,    /* components */
	RECORD_TERMINAL,  /* "pts0" */
	RECORD_TEXTS,
	/*
	 * "Components" are the names on the way up, the file's own first, each followed by
	 * a NUL: the walk needs no second pass in the kernel and a cut keeps the tail.
	 */
};

struct record {
	__u32 size;     /* of the whole record */
	__u16 kind;     /* enum record_kind */
	__u16 flags;    /* enum record_flag */
	__u64 time_ns;  /* CLOCK_BOOTTIME */
	__u64 start_ns; /* the process's start, CLOCK_BOOTTIME; with pid its identity */
	__u64 parent_start_ns;
	__u32 pid;        /* thread group, in the first pid namespace */
	__u32 parent_pid; /* 0: none */
	__u32 uid, euid, gid, egid;
	__s32 exit_status; /* RECORD_EXIT: as wait(2) gives it */
	__u32 reserved;
};

struct record_exec {
	struct record head;
	__u64 cgroup_id;     /* 0: nobody knows */
	__u32 login_uid;     /* 0xffffffff: nobody logged in */
	__u32 session;       /* pid of the session leader */
	__u32 pid_namespace; /* inode numbers */
	__u32 mount_namespace;
	__u32 network_namespace;
	__u32 user_namespace;
	__u32 arguments_size; /* what the process has, before any cut */
	__u32 text_size[RECORD_TEXTS];
	__u32 reserved;
};

/* The bytes of an environment: with its record they fill what a value per CPU may have. */
#define RECORD_ENVIRONMENT_SIZE ((32 << 10) - 512)

/*
 * RECORD_ENVIRONMENT: NAME=VALUE, each followed by a NUL, as a new program finds them; the record
 * of its exec comes next from this CPU.  Only where somebody asks for it.
 */
struct record_environment {
	struct record head;
	__u32 text_size;
	__u32 reserved;
};

/* RECORD_USER, RECORD_GROUP: head.uid is the number, the name follows. */

/* One entry per CPU of the counters map; the sensor maps it read-only. */
struct record_counters {
	__u64 made[RECORD_KINDS]; /* by kind; [0]: lost before its kind was known */
	__u64 lost[RECORD_KINDS]; /* did not fit into the ring */
};

/* The only entry of the doorbell map; the sensor maps it writable. */
struct record_doorbell {
	__u32 armed; /* the reader sleeps: ring once, and clear it */
	__u32 reserved;
	__u64 wanted; /* the set of kinds that the reader asks for; the others are not made */
};
