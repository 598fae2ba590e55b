// SPDX-License-Identifier: Apache-2.0
// What windhoverd is among the processes of its machine: how quick, and what signals it takes.
#include "session.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/signalfd.h>

#include "base/auto.h"

#define NICE (-10) /* all of ours: a detection in the queue of a busy machine is late */

void session_be_quick(void)
{
	static const char nice[] = "-10";
	AUTO(close) int fd = -1;

	_Static_assert(NICE == -10, "the same twice");
	(void)setpriority(PRIO_PROCESS, 0, NICE);
	if (setsid() < 0 && getsid(0) != getpid())
		return;
	fd = open("/proc/self/autogroup", O_WRONLY | O_CLOEXEC);
	if (fd >= 0)
		(void)!write(fd, nice, sizeof(nice) - 1);
}

int session_signals(void)
{
	sigset_t set;
	int fd;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGCHLD);
	(void)sigaddset(&set, SIGTERM);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGHUP);
	(void)sigaddset(&set, SIGUSR1);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return fd < 0 ? -errno : fd;
}
