// SPDX-License-Identifier: Apache-2.0
// Attaching programs to the tracepoints of system calls.
#include "detect/kernel/kernel_trace.h"

#include "detect/kernel/kernel.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/perf_event.h>
#include <stdio.h>
#include <sys/syscall.h>

/*
 * The kernel gives the numbers of its tracepoints in a file system, which often nobody mounted:
 * ours hangs in no tree, is seen by nobody else, and goes with its descriptor.
 */
int kernel_events_open(void)
{
	AUTO(close) int context = (int)syscall(SYS_fsopen, "tracefs", FSOPEN_CLOEXEC);
	AUTO(close) int root = -1;
	int events;

	if (context < 0 ||
	    syscall(SYS_fsconfig, context, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return -errno;
	root = (int)syscall(SYS_fsmount, context, FSMOUNT_CLOEXEC, 0);
	if (root < 0)
		return -errno;
	events = openat(root, "events/syscalls", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return events < 0 ? -errno : events;
}

static int read_number(int events, const char *hook, unsigned long *out)
{
	AUTO(close) int fd = -1;
	char path[80], digits[24] = "";

	(void)snprintf(path, sizeof(path), "%s/id", hook);
	fd = openat(events, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || read(fd, digits, sizeof(digits) - 1) < 0)
		return -errno;
	*out = strtoul(digits, NULL, 10);
	return 0;
}

int kernel_trace_attach(int events, const struct bpf_program *program, const char *hook,
			struct bpf_link **out)
{
	struct perf_event_attr event = { .type = PERF_TYPE_TRACEPOINT,
					 .size = sizeof(event) };
	AUTO(close) int fd = -1;
	struct bpf_link *link;
	unsigned long number = 0;
	int r = read_number(events, hook, &number);

	if (r)
		return r;
	event.config = number;
	/* Its program runs on every CPU; the event itself has to be somewhere. */
	fd = (int)syscall(SYS_perf_event_open, &event, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
	if (fd < 0)
		return -errno;
	link = bpf_program__attach_perf_event(program, fd);
	if (!link)
		return -errno;
	fd = -1; /* the link's now */
	*out = link;
	return 0;
}
