// SPDX-License-Identifier: Apache-2.0
// Starting our own programs with one descriptor, few rights, and no way to outlive us.
#include "spawn.h"

#include "base/jail.h"
#include "roles.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

static int prepare(const struct spawn *what, pid_t parent)
{
	sigset_t none;
	int r = 0;

	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	(void)signal(SIGPIPE, SIG_DFL);
	/* dup2 onto itself would leave close-on-exec set. */
	if (what->fd == ROLE_SOCKET)
		r = fcntl(what->fd, F_SETFD, 0);
	else
		r = dup2(what->fd, ROLE_SOCKET);
	if (r < 0)
		return -errno;
	if (what->drop) {
		r = jail_become(what->uid, what->gid);
		if (r)
			return r;
	}
	/* After the change of user, which would take it back. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		return -errno;
	return getppid() == parent ? 0 : -ESRCH;
}

int spawn(const struct spawn *what, pid_t *pid)
{
	static char *const environment[] = { NULL };
	pid_t parent = getpid(), child = fork();
	char *const *arguments;
	int r;

	if (child < 0)
		return -errno;
	if (child > 0) {
		*pid = child;
		return 0;
	}
	/* The program may itself be at 3: out of the way. */
	int program = fcntl(what->program, F_DUPFD_CLOEXEC, ROLE_SOCKET + 1);

	r = program < 0 ? -errno : prepare(what, parent);
	if (r == 0) {
		memcpy(&arguments, &what->arguments, sizeof(arguments));
		(void)syscall(SYS_execveat, program, "", arguments, environment,
			      AT_EMPTY_PATH);
		r = -errno;
	}
	(void)fprintf(stderr, "windhoverd: %s: %s\n", what->arguments[0], strerror(-r));
	_exit(127);
}

int spawn_find(const char *name, int *out)
{
	static const char *const places[] = { "", "../libexec/windhover/" };
	char self[1024], path[1024 + 64];
	ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;
	int fd = -1, error = ENOENT;

	if (size < 0)
		return -errno;
	self[size] = '\0';
	slash = strrchr(self, '/');
	if (!slash)
		return -ENOENT;
	slash[1] = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]) && fd < 0; i++) {
		(void)snprintf(path, sizeof(path), "%s%s%s", self, places[i], name);
		fd = open(path, O_PATH | O_CLOEXEC);
		if (fd < 0 && errno != ENOENT)
			error = errno;
	}
	if (fd < 0)
		return -error;
	*out = fd;
	return 0;
}

void spawn_user(const char *name, uid_t other, uid_t *uid, gid_t *gid)
{
	AUTO(fclose) FILE *file = fopen("/etc/passwd", "re");
	const struct passwd *user;

	*uid = other;
	*gid = (gid_t)other;
	while (file && (user = fgetpwent(file))) {
		if (strcmp(user->pw_name, name) != 0 || user->pw_uid == 0)
			continue;
		*uid = user->pw_uid;
		*gid = user->pw_gid;
	}
}
