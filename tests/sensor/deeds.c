/* SPDX-License-Identifier: Apache-2.0 */
/* Deeds of processes that a sensor should see: deeds NAME [ARGUMENT]; the table is at the end. */
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

/* A sanitizer's search for leaks traces this process, and here tracers are told of. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

/* Raw calls: the libraries' own wrappers make them once for each thread. */

static int credentials(const char *argument)
{
	(void)argument;
	return (int)syscall(SYS_setresgid, 4242, 4242, 4242) ||
	       (int)syscall(SYS_setresuid, 4243, 4244, 4245);
}

static int capabilities(const char *argument)
{
	struct __user_cap_header_struct header = { .version =
							   _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct sets[2];

	(void)argument;
	if (syscall(SYS_capget, &header, sets))
		return 1;
	sets[0].permitted &= ~(1u << CAP_NET_RAW);
	sets[0].effective &= ~(1u << CAP_NET_RAW);
	return (int)syscall(SYS_capset, &header, sets);
}

/* As somebody, run ARGUMENT, a program whose file has the setuid bit. */
static int setuid_program(const char *argument)
{
	if (setgid(4242) || setuid(4243))
		return 1;
	(void)execl(argument, "setuid-program", "nothing", (char *)NULL);
	return 1;
}

static int namespaces(const char *argument)
{
	(void)argument;
	return unshare(CLONE_NEWNS | CLONE_NEWUTS);
}

static int cloned(const char *argument)
{
	long child = syscall(SYS_clone, CLONE_NEWIPC | SIGCHLD, NULL, NULL, NULL, NULL);

	(void)argument;
	if (child == 0)
		_exit(0);
	(void)printf("child %ld\n", child);
	return child < 0 || waitpid((pid_t)child, NULL, 0) != child;
}

/* Away from the first UTS namespace, and back into it. */
static int entered(const char *argument)
{
	int fd = open("/proc/self/ns/uts", O_RDONLY | O_CLOEXEC);

	(void)argument;
	return fd < 0 || unshare(CLONE_NEWUTS) || setns(fd, CLONE_NEWUTS);
}

/* Another process, which waits to be killed. */
static pid_t victim(const char *name)
{
	int ready[2];
	char byte;
	pid_t child;

	if (pipe2(ready, O_CLOEXEC))
		return -1;
	child = fork();
	if (child == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)prctl(PR_SET_NAME, name);
		(void)!write(ready[1], "", 1);
		for (;;)
			(void)pause();
	}
	(void)!read(ready[0], &byte, 1);
	(void)close(ready[0]);
	(void)close(ready[1]);
	(void)printf("child %d\n", (int)child);
	return child;
}

static int end_of(pid_t child)
{
	(void)kill(child, SIGKILL);
	return waitpid(child, NULL, 0) != child;
}

static int traced(const char *argument)
{
	pid_t child = victim("victim");

	(void)argument;
	if (ptrace(PTRACE_ATTACH, child, NULL, NULL) ||
	    waitpid(child, NULL, __WALL) != child)
		return 1;
	(void)ptrace(PTRACE_DETACH, child, NULL, NULL);
	return end_of(child);
}

static int word = 1;

static int written(const char *argument)
{
	pid_t child = victim("victim");
	struct iovec here = { .iov_base = &word, .iov_len = sizeof(word) };

	(void)argument;
	return process_vm_writev(child, &here, 1, &here, 1, 0) != sizeof(word) ||
	       end_of(child);
}

static int memory(const char *argument)
{
	pid_t child = victim("victim");
	char path[32];
	int fd;

	(void)argument;
	(void)snprintf(path, sizeof(path), "/proc/%d/mem", (int)child);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd < 0 ||
	       pwrite(fd, &word, sizeof(word), (off_t)(uintptr_t)&word) != sizeof(word) ||
	       end_of(child);
}

/* ARGUMENT: the name of the one that is signalled. */
static int signalled(const char *argument)
{
	pid_t child = victim(argument);

	return kill(child, SIGTERM) || waitpid(child, NULL, 0) != child;
}

static int bpf_loaded(const char *argument)
{
	/* r0 = 0; exit */
	static const struct bpf_insn instructions[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	union bpf_attr attributes = { .prog_type = BPF_PROG_TYPE_SOCKET_FILTER };

	(void)argument;
	/* Before Linux 5.11 it counts as locked memory, together with all that a sensor has. */
	(void)setrlimit(RLIMIT_MEMLOCK, &(struct rlimit){ RLIM_INFINITY, RLIM_INFINITY });
	attributes.insns = (uintptr_t)instructions;
	attributes.insn_cnt = 2;
	attributes.license = (uintptr_t) "GPL";
	memcpy(attributes.prog_name, "deed", 5);
	return syscall(SYS_bpf, BPF_PROG_LOAD, &attributes, sizeof(attributes)) < 0;
}

/* ARGUMENT: a folder. */
static int mounted(const char *argument)
{
	return unshare(CLONE_NEWNS) ||
	       mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) || chdir(argument) ||
	       mkdir("point", 0755) ||
	       mount("windhover", "point", "tmpfs", MS_NOSUID, "mode=0700") ||
	       mount("none", "./point", NULL, MS_REMOUNT | MS_RDONLY, NULL) ||
	       mount("/proc", argument, NULL, MS_BIND, NULL) ||
	       umount2(argument, MNT_DETACH);
}

/* ARGUMENT: a folder. */
static int failed(const char *argument)
{
	char *const none[] = { NULL };
	int fd;

	if (chdir(argument))
		return 1;
	fd = open("no-program", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
	return fd < 0 || execve("./no-program", none, none) == 0 || errno != EACCES ||
	       execve("/nowhere/at-all", none, none) == 0 || errno != ENOENT;
}

static int logged_in(const char *argument)
{
	int fd = open("/proc/self/loginuid", O_WRONLY | O_CLOEXEC);

	if (fd < 0 || write(fd, "4243", 4) != 4)
		return 1;
	(void)execl(argument, "login", "nothing", (char *)NULL);
	return 1;
}

/* ARGUMENT: a cgroup, which is made, entered, and removed. */
static int contained(const char *argument)
{
	char path[512];
	pid_t child;
	int fd, status;

	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", argument);
	if (mkdir(argument, 0755))
		return 1;
	fd = open(path, O_WRONLY | O_CLOEXEC);
	child = fork();
	if (child == 0) {
		status = fd < 0 || write(fd, "0", 1) != 1;
		_exit(status);
	}
	(void)printf("child %d\n", (int)child);
	return waitpid(child, &status, 0) != child || status || rmdir(argument);
}

/* ARGUMENT: a module's file. */
static int module(const char *argument)
{
	int fd = open(argument, O_RDONLY | O_CLOEXEC);
	const char *slash = strrchr(argument, '/');
	char name[64];

	(void)snprintf(name, sizeof(name), "%s", slash ? slash + 1 : argument);
	name[strcspn(name, ".")] = '\0';
	return fd < 0 || syscall(SYS_finit_module, fd, "", 0) ||
	       syscall(SYS_delete_module, name, O_NONBLOCK);
}

static int nothing(const char *argument)
{
	(void)argument;
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(const char *argument);
	} deeds[] = {
		{ "credentials", credentials },
		{ "capabilities", capabilities },
		{ "setuid-program", setuid_program },
		{ "namespaces", namespaces },
		{ "cloned", cloned },
		{ "entered", entered },
		{ "traced", traced },
		{ "written", written },
		{ "memory", memory },
		{ "signalled", signalled },
		{ "bpf", bpf_loaded },
		{ "mounted", mounted },
		{ "failed", failed },
		{ "logged-in", logged_in },
		{ "contained", contained },
		{ "module", module },
		{ "nothing", nothing },
	};

	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; argc > 1 && i < sizeof(deeds) / sizeof(deeds[0]); i++)
		if (strcmp(argv[1], deeds[i].name) == 0)
			return deeds[i].run(argc > 2 ? argv[2] : "") ? 1 : 0;
	return 2;
}
