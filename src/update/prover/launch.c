// SPDX-License-Identifier: Apache-2.0
// Starting the jailed program: namespaces, cgroup, another user, and no way to outlive us.
#include "update/prover/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include "base/jail.h"
#include "update/prover/report.h"

/* Each set that is tried when the one before it was refused. */
static const unsigned long sets[] = {
	CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWNS,
	CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWNS,
	0,
};

static uint32_t jail_of(unsigned long flags)
{
	return (flags & CLONE_NEWUSER ? PROVER_JAIL_USER : 0) |
	       (flags & CLONE_NEWPID ? PROVER_JAIL_PID : 0) |
	       (flags & CLONE_NEWNET ? PROVER_JAIL_NET : 0) |
	       (flags & CLONE_NEWIPC ? PROVER_JAIL_IPC : 0) |
	       (flags & CLONE_NEWNS ? PROVER_JAIL_MOUNT : 0);
}

static int enter_cgroup(int folder)
{
	AUTO(close) int fd = openat(folder, "cgroup.procs", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return write(fd, "0", 1) == 1 ? 0 : -errno;
}

/* In a user namespace of its own a process first has every capability that there is. */
static int give_up_rights(const struct prover_request *request, bool *in_namespace)
{
	int r = 0;

	if (request->drop) {
		r = jail_become(request->uid, request->gid);
		/* Only now: in a user namespace of root's there is no other user to become. */
		*in_namespace = r == 0 && unshare(CLONE_NEWUSER) == 0;
	}
	if (r == 0 && *in_namespace)
		r = jail_drop_capabilities(0);
	return r;
}

static int prepare(const struct prover_request *request, int socket, bool *in_namespace)
{
	sigset_t none;
	int r = 0;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_DFL);
	if (socket == PROVER_SOCKET)
		r = fcntl(socket, F_SETFD, 0);
	else
		r = dup2(socket, PROVER_SOCKET);
	if (r < 0)
		return -errno;
	r = give_up_rights(request, in_namespace);
	if (r)
		return r;
	/* After the change of user, which would take it back. */
	return prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ? -errno : 0;
}

static __attribute__((noreturn)) void become_program(const struct prover_request *request,
						     int socket, bool in_namespace)
{
	static char *const environment[] = { NULL };
	char name[] = "windhover-prover";
	char user[] = PROVER_ARGUMENT_USER;
	char *arguments[] = { name, NULL, NULL };
	/* Either may itself be at the number that the socket gets. */
	int program = fcntl(request->program, F_DUPFD_CLOEXEC, PROVER_SOCKET + 1), r;

	if (request->cgroup >= 0)
		(void)enter_cgroup(request->cgroup);
	r = program < 0 ? -errno : prepare(request, socket, &in_namespace);
	if (r == 0) {
		if (in_namespace)
			arguments[1] = user;
		(void)syscall(SYS_close_range, PROVER_SOCKET + 1, ~0u,
			      4 /* close on exec */);
		(void)syscall(SYS_execveat, program, "", arguments, environment,
			      AT_EMPTY_PATH);
		r = -errno;
	}
	(void)fprintf(stderr, "windhover-prover: can't be started: %s\n", strerror(-r));
	_exit(127);
}

int launch(const struct prover_request *request, int socket, pid_t *pid, int *pidfd,
	   uint32_t *jail)
{
	int r = -EINVAL;

	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
		unsigned long flags = sets[i];
		int fd = -1;
		long child;

		if (request->drop)
			flags &= ~(unsigned long)CLONE_NEWUSER;
		child = syscall(SYS_clone, flags | CLONE_PIDFD | SIGCHLD, NULL, &fd, NULL,
				0);
		if (child == 0)
			become_program(request, socket, flags & CLONE_NEWUSER);
		if (child < 0) {
			r = -errno;
			continue;
		}
		*pid = (pid_t)child;
		*pidfd = fd;
		*jail = jail_of(flags);
		return 0;
	}
	return r;
}
