// SPDX-License-Identifier: Apache-2.0
// Telling the service manager that we are ready, how we are, and that we live: sd_notify(3).
#include "notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#define LIVES_PER_DEADLINE 4 /* two signs may get lost, and one may be late */

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t size = strlen(path);
	AUTO(close) int fd = -1;

	if ((path[0] != '/' && path[0] != '@') || size >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, path, size);
	/* "@" stands for the NUL that an abstract address begins with. */
	if (path[0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	size += offsetof(struct sockaddr_un, sun_path);
	if (fd < 0 || connect(fd, (const struct sockaddr *)&address, (socklen_t)size) < 0)
		return -1;
	return TAKE_FD(fd);
}

/* The deadline that the manager set for this process; 0: none. */
static int64_t deadline_ns(void)
{
	const char *us = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	long long deadline_us = us ? strtoll(us, NULL, 10) : 0;

	if (pid && strtoll(pid, NULL, 10) != getpid())
		return 0;
	if (deadline_us <= 0 || deadline_us > INT64_MAX / 1000)
		return 0;
	return deadline_us * 1000;
}

static void tell(const struct notify *notify, const char *text)
{
	if (notify->socket >= 0)
		(void)send(notify->socket, text, strlen(text), MSG_NOSIGNAL);
}

void notify_init(struct notify *notify)
{
	const char *path = getenv("NOTIFY_SOCKET");

	*notify = (struct notify){ .socket = path ? connect_to(path) : -1 };
	if (notify->socket >= 0)
		notify->every_ns = deadline_ns() / LIVES_PER_DEADLINE;
}

void notify_done(struct notify *notify)
{
	if (notify->socket >= 0)
		(void)close(notify->socket);
	notify->socket = -1;
}

void notify_ready(const struct notify *notify, const char *status)
{
	tell(notify, "READY=1");
	notify_status(notify, status);
}

void notify_status(const struct notify *notify, const char *status)
{
	char line[208];

	(void)snprintf(line, sizeof(line), "STATUS=%.*s", (int)strcspn(status, "\n"),
		       status);
	tell(notify, line);
}

void notify_stopping(const struct notify *notify)
{
	tell(notify, "STOPPING=1");
}

void notify_alive(struct notify *notify, int64_t now_ns)
{
	if (notify->every_ns == 0 || now_ns - notify->last_ns < notify->every_ns)
		return;
	notify->last_ns = now_ns;
	tell(notify, "WATCHDOG=1");
}
