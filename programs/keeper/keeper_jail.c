// SPDX-License-Identifier: Apache-2.0
// What windhover-keeper gives up: all files but the content folder, the network, the kernel.
#include "keeper_jail.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "base/jail.h"

#if defined(__x86_64__)
#define AUDIT_ARCH_HERE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define AUDIT_ARCH_HERE AUDIT_ARCH_AARCH64
#else
#error "the jail's list of system calls was not checked for this machine"
#endif

#define FILES_MAX     256
#define FILE_SIZE_MAX (512u << 20)

#define READ (LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
#define WRITE                                                                            \
	(LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |                \
	 LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_DIR)
#define RUN (LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE)

static int allow(int rules, int below, uint64_t what)
{
	struct landlock_path_beneath_attr beneath = { .allowed_access = what,
						      .parent_fd = below };

	return syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath,
		       0) < 0
		       ? -errno
		       : 0;
}

static int keep_to(int folder, int program)
{
	/* The first version's rights: every later kernel knows them. */
	struct landlock_ruleset_attr all = {
		.handled_access_fs = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1,
	};
	AUTO(close) int rules = -1;
	int r;

	/* With a sanitizer the prover is no static program: it opens libraries. */
	if (jail_landlock_version() == 0 || jail_is_sanitized())
		return 0;
	rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	if (rules < 0)
		return -errno;
	r = allow(rules, folder, READ | WRITE);
	if (r == 0 && program >= 0)
		r = allow(rules, program, RUN);
	if (r)
		return r;
	return syscall(SYS_landlock_restrict_self, rules, 0) < 0 ? -errno : 0;
}

#define LOAD(what)   BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, what))
#define ANSWER(with) BPF_STMT(BPF_RET | BPF_K, with)
#define FAIL(name)                                                                       \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1),                           \
		ANSWER(SECCOMP_RET_ERRNO | EPERM)

/*
 * A list of what is refused, not of what is allowed: the jail of a proof is built by a child of
 * this process, under this filter, and then has a list of its own.
 */
static const struct sock_filter filter[] = {
	LOAD(arch),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AUDIT_ARCH_HERE, 1, 0),
	ANSWER(SECCOMP_RET_KILL_PROCESS),
	LOAD(nr),
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000, 0, 1),
	ANSWER(SECCOMP_RET_KILL_PROCESS),
	FAIL(socket),
	FAIL(connect),
	FAIL(bind),
	FAIL(listen),
	FAIL(bpf),
	FAIL(perf_event_open),
	FAIL(ptrace),
	FAIL(process_vm_readv),
	FAIL(process_vm_writev),
	FAIL(kexec_load),
	FAIL(kexec_file_load),
	FAIL(init_module),
	FAIL(finit_module),
	FAIL(delete_module),
	FAIL(reboot),
	FAIL(swapon),
	FAIL(swapoff),
	FAIL(settimeofday),
	FAIL(clock_settime),
	FAIL(adjtimex),
	FAIL(clock_adjtime),
	FAIL(acct),
	FAIL(quotactl),
	FAIL(mknodat),
	FAIL(open_by_handle_at),
	FAIL(name_to_handle_at),
	FAIL(fanotify_init),
	FAIL(userfaultfd),
	FAIL(io_uring_setup),
	FAIL(add_key),
	FAIL(request_key),
	FAIL(keyctl),
	FAIL(sethostname),
	FAIL(setdomainname),
	FAIL(personality),
	ANSWER(SECCOMP_RET_ALLOW),
};

static int refuse_calls(void)
{
	const struct sock_filter *first = filter;
	struct sock_fprog program = { .len = sizeof(filter) / sizeof(*filter) };

	/* The kernel only reads it, though its struct does not say so. */
	memcpy(&program.filter, &first, sizeof(first));
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) < 0 ? -errno
									      : 0;
}

int keeper_jail(int folder, int program)
{
	const struct rlimit core = { 0 };
	const struct rlimit files = { FILES_MAX, FILES_MAX };
	const struct rlimit size = { FILE_SIZE_MAX, FILE_SIZE_MAX };
	int r = jail_drop_capabilities(0);

	if (r == 0 &&
	    (setrlimit(RLIMIT_CORE, &core) < 0 || setrlimit(RLIMIT_NOFILE, &files) < 0 ||
	     setrlimit(RLIMIT_FSIZE, &size) < 0))
		r = -errno;
	if (r == 0)
		r = keep_to(folder, program);
	return r ? r : refuse_calls();
}
