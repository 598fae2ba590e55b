// SPDX-License-Identifier: Apache-2.0
// Giving up rights, for good: users, capabilities, files, system calls, resources.
#include "base/jail.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define AUDIT_ARCH_HERE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define AUDIT_ARCH_HERE AUDIT_ARCH_AARCH64
#else
#error "the jail's list of system calls was not checked for this machine"
#endif

/* A sanitizer gets memory, maps files and asks for its limits at any time. */
#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

bool jail_is_sanitized(void)
{
	return SANITIZED;
}

int jail_drop_capabilities(uint64_t keep)
{
	struct __user_cap_header_struct header = { .version =
							   _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	for (int cap = 0, in_set; cap < 64; cap++) {
		in_set = prctl(PR_CAPBSET_READ, cap, 0, 0, 0);
		/* The first that the kernel does not know ends the list. */
		if (in_set < 0)
			break;
		if (in_set && !(keep >> cap & 1) &&
		    prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return -errno;
	}
	if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) < 0)
		return -errno;
	if (syscall(SYS_capget, &header, data) < 0)
		return -errno;
	for (int half = 0; half < 2; half++) {
		data[half].permitted &= (uint32_t)(keep >> 32 * half);
		data[half].effective = data[half].permitted;
		data[half].inheritable = 0;
	}
	if (syscall(SYS_capset, &header, data) < 0)
		return -errno;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

int jail_become(uid_t uid, gid_t gid)
{
	if (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0)
		return -errno;
	for (int cap = 0; cap < 64 && prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++) {
		if (prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			return -errno;
	}
	if (setresuid(uid, uid, uid) < 0)
		return -errno;
	return jail_drop_capabilities(0);
}

int jail_landlock_version(void)
{
	long version = syscall(SYS_landlock_create_ruleset, NULL, 0,
			       LANDLOCK_CREATE_RULESET_VERSION);

	return version < 0 ? 0 : (int)version;
}

int jail_files(void)
{
	/* The first version's rights: every later kernel knows them, and reading, writing,
	   running and making files are among them. */
	struct landlock_ruleset_attr all = {
		.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1,
	};
	AUTO(close) int rules = -1;

	if (jail_landlock_version() == 0)
		return -EOPNOTSUPP;
	rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	if (rules < 0)
		return -errno;
	return syscall(SYS_landlock_restrict_self, rules, 0) < 0 ? -errno : 0;
}

#define LOAD(what)        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, what))
#define ANSWER(with)      BPF_STMT(BPF_RET | BPF_K, with)
#define ON(call, with)    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (call), 0, 1), ANSWER(with)
#define ALLOW(name)       ON(SYS_##name, SECCOMP_RET_ALLOW)
#define FAIL(name, error) ON(SYS_##name, SECCOMP_RET_ERRNO | (error))

/* Memory that is not to be executed: the third argument of both calls is the protection. */
#define ALLOW_UNLESS_EXECUTABLE(name)                                                    \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 5), LOAD(args[2]),            \
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1),                   \
		ANSWER(SECCOMP_RET_ERRNO | EPERM), ANSWER(SECCOMP_RET_ALLOW), LOAD(nr)

/* 32-bit and x32 calls have other numbers: none of them. */
#define PROLOGUE                                                                         \
	LOAD(arch), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_HERE, 1, 0),          \
		ANSWER(SECCOMP_RET_KILL_PROCESS), LOAD(nr),                              \
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),                   \
		ANSWER(SECCOMP_RET_KILL_PROCESS)

/* Working on what is open already, in order of frequency; then the way out. */
#define WORK                                                                             \
	ALLOW(clock_nanosleep), ALLOW(sendmsg), ALLOW(recvmsg), ALLOW(clock_gettime),    \
		ALLOW(ppoll), ALLOW(write), ALLOW(read), ALLOW(close),                   \
		ALLOW(restart_syscall), ALLOW(rt_sigreturn), ALLOW(exit_group),          \
		ALLOW(exit), ALLOW(rt_sigprocmask), ALLOW(getpid), ALLOW(gettid),        \
		ALLOW(tgkill), ALLOW(futex), ALLOW(munmap),                              \
		ALLOW(sysinfo), /* qsort asks how much memory there is */                \
		ALLOW(madvise)

/* Calls that newer machines do not have. */
#ifdef SYS_poll
#define OLD_NAMES                                                                        \
	ALLOW(poll), FAIL(open, EPERM), FAIL(stat, EPERM), FAIL(access, EPERM),          \
		FAIL(readlink, EPERM), FAIL(fork, EPERM), FAIL(vfork, EPERM)
#else
#define OLD_NAMES ALLOW(ppoll)
#endif

/* What a library may try in passing, and what an intruder would try first. */
#define REFUSE                                                                           \
	FAIL(openat, EPERM), FAIL(openat2, EPERM), FAIL(newfstatat, EPERM),              \
		FAIL(execve, EPERM), FAIL(execveat, EPERM), FAIL(socket, EPERM),         \
		FAIL(socketpair, EPERM), FAIL(connect, EPERM), FAIL(bind, EPERM),        \
		FAIL(clone, EPERM), FAIL(clone3, EPERM), FAIL(readlinkat, EPERM),        \
		FAIL(faccessat, EPERM), FAIL(ptrace, EPERM), FAIL(bpf, EPERM)

/* newfstatat is how a C library asks for a descriptor's size. */
#define MEMORY                                                                           \
	ALLOW(brk), ALLOW(fstat), ALLOW(newfstatat), ALLOW(mremap), ALLOW(pread64),      \
		ALLOW(getrandom), ALLOW(seccomp), ALLOW_UNLESS_EXECUTABLE(mmap),         \
		ALLOW_UNLESS_EXECUTABLE(mprotect)

/* Writing to files that are open; their sizes are asked for in one of two ways. */
#define FILES                                                                            \
	ALLOW(pwrite64), ALLOW(pread64), ALLOW(fdatasync), ALLOW(fallocate),             \
		ALLOW(ftruncate), ALLOW(fstat), ALLOW(newfstatat), ALLOW(getrandom)

/* Reading what is there by its name, and asking whether a process is: signal 0 and no other. */
#define LOOK                                                                             \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 5), LOAD(args[2]),            \
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, O_ACCMODE | O_CREAT | O_TRUNC, 0,   \
			 1),                                                             \
		ANSWER(SECCOMP_RET_ERRNO | EPERM), ANSWER(SECCOMP_RET_ALLOW), LOAD(nr),  \
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_kill, 0, 5), LOAD(args[1]),      \
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),                            \
		ANSWER(SECCOMP_RET_ERRNO | EPERM), ANSWER(SECCOMP_RET_ALLOW), LOAD(nr),  \
		ALLOW(readlinkat), ALLOW(recvfrom), ALLOW(getdents64),                   \
		ALLOW(sched_setscheduler)

#define NO_MEMORY                                                                        \
	FAIL(brk, ENOMEM), FAIL(mmap, ENOMEM), FAIL(mremap, ENOMEM),                     \
		FAIL(mprotect, ENOMEM)

#define SANITIZER                                                                        \
	ALLOW(sigaltstack), ALLOW(sched_yield), ALLOW(getrlimit), ALLOW(getuid),         \
		ALLOW(rt_sigaction), ALLOW(sched_getaffinity), ALLOW(fcntl),             \
		ALLOW(uname), ALLOW(lseek), ALLOW(prlimit64), ALLOW(prctl)

static const struct sock_filter starting[] = {
	PROLOGUE,
	WORK,
	OLD_NAMES,
	MEMORY,
	REFUSE,
#if SANITIZED
	SANITIZER,
#endif
	ANSWER(SECCOMP_RET_KILL_PROCESS),
};

static const struct sock_filter running[] = {
	PROLOGUE,  WORK,
	OLD_NAMES,
#if SANITIZED
	SANITIZER, MEMORY,
#else
	NO_MEMORY,
#endif
	REFUSE,    ANSWER(SECCOMP_RET_KILL_PROCESS),
};

static const struct sock_filter recording[] = {
	PROLOGUE,  WORK,
	FILES,     OLD_NAMES,
#if SANITIZED
	SANITIZER, MEMORY,
#else
	NO_MEMORY,
#endif
	REFUSE,    ANSWER(SECCOMP_RET_KILL_PROCESS),
};

static const struct sock_filter looking[] = {
	PROLOGUE,
	WORK,
	LOOK,
	OLD_NAMES,
	MEMORY,
	REFUSE,
#if SANITIZED
	SANITIZER,
#endif
	ANSWER(SECCOMP_RET_KILL_PROCESS),
};

#define PROGRAM(list)                                                                    \
	{                                                                                \
		list, sizeof(list) / sizeof(*(list))                                     \
	}

int jail_calls(enum jail_calls which)
{
	static const struct {
		const struct sock_filter *filter;
		unsigned short size;
	} programs[] = {
		[JAIL_STARTING] = PROGRAM(starting),
		[JAIL_RUNNING] = PROGRAM(running),
		[JAIL_RECORDING] = PROGRAM(recording),
		[JAIL_LOOKING] = PROGRAM(looking),
	};
	const struct sock_filter *filter = programs[which].filter;
	struct sock_fprog program = { .len = programs[which].size };

	/* The kernel only reads it, though its struct does not say so. */
	__builtin_memcpy(&program.filter, &filter, sizeof(filter));
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0)
		return -errno;
	return 0;
}

static int limit(__rlimit_resource_t what, uint64_t most)
{
	struct rlimit both = { .rlim_cur = most, .rlim_max = most };

	return setrlimit(what, &both) < 0 ? -errno : 0;
}

int jail_resources(const struct jail_limits *limits)
{
	int r = limit(RLIMIT_CORE, 0);

	/* A last word on stderr may go to a file: better lost than a death by SIGXFSZ. */
	(void)signal(SIGXFSZ, SIG_IGN);
	if (r == 0)
		r = limit(RLIMIT_FSIZE, limits->file_size);
	if (r == 0)
		r = limit(RLIMIT_NPROC, 0);
	if (r == 0)
		r = limit(RLIMIT_NOFILE, limits->files);
	/* A sanitizer reserves terabytes of addresses. */
	if (r == 0 && limits->memory_size && !SANITIZED)
		r = limit(RLIMIT_AS, limits->memory_size);
	return r;
}
