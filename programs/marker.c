// SPDX-License-Identifier: Apache-2.0
// Doing once what the sensor looks for, so that it can tell whether it sees.
#include "marker.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>

#include "base/auto.h"
#include "base/message.h"
#include "detect/kernel/record.h"

#define BIT(kind)   RECORD_BIT(RECORD_##kind)
#define NOBODY      65534
#define PATH_SIZE   64
#define WHERE       "/tmp/.windhover-marker-XXXXXX"
#define NO_PROGRAM  "/windhover-marker-no-such-program"
#define PORT_OF_DNS 53
#define LOOPBACK(at)                                                                     \
	{                                                                                \
		.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK),        \
		.sin_port = (at)                                                         \
	}

/* A child that does ${what} and ends with its answer; whether that was success. */
static bool in_child(int (*what)(void))
{
	pid_t child = fork();
	int status = -1;

	if (child == 0)
		_exit(what() == 0 ? 0 : 1);
	return child > 0 && waitpid(child, &status, 0) == child && status == 0;
}

static int start(void)
{
	char name[] = "windhover-loader", nothing[] = "--nothing";
	char *arguments[] = { name, nothing, NULL }, *environment[] = { NULL };

	/* This very program, which knows that there is nothing to do. */
	return execve("/proc/self/exe", arguments, environment);
}

static int fail_to_start(void)
{
	char *nothing[] = { NULL };

	return execve(NO_PROGRAM, nothing, nothing) < 0 ? 0 : -1;
}

static int give_up_rights(void)
{
	return setresuid(NOBODY, NOBODY, NOBODY);
}

static int leave_namespace(void)
{
	return unshare(CLONE_NEWUTS);
}

/* Seen by nobody: the mount namespace is its own. */
static int mount_again(void)
{
	if (unshare(CLONE_NEWNS) < 0)
		return -1;
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static uint64_t do_processes(void)
{
	uint64_t done = 0;

	if (in_child(start))
		done |= BIT(FORK) | BIT(EXEC) | BIT(EXIT);
	if (in_child(fail_to_start))
		done |= BIT(EXEC_FAILED);
	if (in_child(give_up_rights))
		done |= BIT(CREDENTIALS);
	if (in_child(leave_namespace))
		done |= BIT(NAMESPACE);
	if (in_child(mount_again))
		done |= BIT(MOUNT);
	return done;
}

/* A look into a child's memory: nobody waits for that. */
static uint64_t do_access(void)
{
	char theirs = 'x', ours = 0;
	struct iovec to = { &ours, 1 }, from = { &theirs, 1 };
	pid_t child = fork();
	uint64_t done = 0;

	if (child == 0)
		for (;;)
			(void)pause();
	if (child < 0)
		return 0;
	if (process_vm_readv(child, &to, 1, &from, 1, 0) == 1)
		done = BIT(ACCESS);
	(void)kill(child, SIGKILL);
	(void)waitpid(child, NULL, 0);
	return done;
}

static uint64_t do_content(const char *path)
{
	AUTO(close) int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	uint64_t done = 0;

	if (fd < 0)
		return 0;
	done |= BIT(FILE_CREATE);
	if (write(fd, "x", 1) == 1)
		done |= BIT(FILE_CHANGE);
	if (fchmod(fd, 0400) == 0)
		done |= BIT(FILE_ATTRIBUTES);
	return done;
}

static uint64_t do_names(const char *path, const char *other, const char *third)
{
	uint64_t done = 0;

	if (rename(path, other) == 0)
		done |= BIT(FILE_RENAME);
	if (link(other, third) == 0)
		done |= BIT(FILE_LINK);
	if (unlink(other) == 0)
		done |= BIT(FILE_DELETE);
	(void)unlink(third);
	return done;
}

static uint64_t do_files(void)
{
	char folder[] = WHERE, path[PATH_SIZE], other[PATH_SIZE], third[PATH_SIZE];
	uint64_t done;

	if (!mkdtemp(folder))
		return 0;
	(void)snprintf(path, sizeof(path), "%s/a", folder);
	(void)snprintf(other, sizeof(other), "%s/b", folder);
	(void)snprintf(third, sizeof(third), "%s/c", folder);
	done = do_content(path);
	done |= do_names(path, other, third);
	(void)rmdir(folder);
	return done;
}

static uint64_t do_connection(void)
{
	struct sockaddr_in address = LOOPBACK(0);
	socklen_t size = sizeof(address);
	AUTO(close) int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	AUTO(close) int from = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	AUTO(close) int to = -1;

	if (bind(listener, (struct sockaddr *)&address, size) < 0 ||
	    listen(listener, 1) < 0 ||
	    getsockname(listener, (struct sockaddr *)&address, &size) < 0)
		return 0;
	if (connect(from, (struct sockaddr *)&address, sizeof(address)) < 0)
		return BIT(LISTEN);
	to = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	return BIT(LISTEN) | BIT(CONNECT) | (to >= 0 ? BIT(ACCEPT) | BIT(CLOSE) : 0);
}

/* A question for the address of "windhover.invalid", which nobody may answer (RFC 6761). */
static uint64_t do_question(void)
{
	static const char question[] = "\x57\x48\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
				       "\x09windhover\x07invalid\x00\x00\x01\x00\x01";
	const struct sockaddr_in address = LOOPBACK(htons(PORT_OF_DNS));
	AUTO(close) int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	ssize_t size = sizeof(question) - 1;

	return sendto(fd, question, (size_t)size, 0, (const struct sockaddr *)&address,
		      sizeof(address)) == size
		       ? BIT(DNS)
		       : 0;
}

int marker_run(int socket)
{
	uint64_t done;
	char byte;

	if (read(socket, &byte, 1) != 1)
		return 1;
	done = do_processes() | do_access() | do_files() | do_connection() |
	       do_question();
	return message_send(socket, &done, sizeof(done), NULL, 0) ? 1 : 0;
}
