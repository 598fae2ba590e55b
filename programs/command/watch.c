// SPDX-License-Identifier: Apache-2.0
// A windhoverd of our own, and the lines that it writes.
#include "watch.h"

#include "daemon/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/netlink.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define ARGUMENTS_MAX 32
#define LINE_MAX_SIZE (4u << 20)

static void become(int program, int out, const char *const *arguments)
{
	const char *all[ARGUMENTS_MAX + 4] = { "windhoverd", "--lines", "--with-parent" };
	char *const *argv;
	sigset_t none;

	for (int i = 0; arguments[i] && i < ARGUMENTS_MAX; i++)
		all[3 + i] = arguments[i];
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	if (dup2(out, STDOUT_FILENO) < 0)
		return;
	const char *const *const_argv = all;

	memcpy(&argv, &const_argv, sizeof(argv));
	(void)syscall(SYS_execveat, program, "", argv, environ, AT_EMPTY_PATH);
}

int watch_start(const char *const *arguments, struct watch *watch)
{
	AUTO(close) int program = -1;
	AUTO(close) int in = -1;
	AUTO(close) int out = -1;
	int both[2];
	pid_t pid;
	int r = spawn_find("windhoverd", &program);

	if (r)
		return r;
	if (pipe2(both, O_CLOEXEC) < 0)
		return -errno;
	in = both[0];
	out = both[1];
	/* Only our end: the other's descriptor is shared with windhoverd, which polls. */
	if (fcntl(in, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid == 0) {
		become(program, out, arguments);
		_exit(127);
	}
	*watch = (struct watch){ .pid = pid, .lines = TAKE_FD(in) };
	watch->ended = (int)syscall(SYS_pidfd_open, pid, 0);
	buffer_init(&watch->bytes, LINE_MAX_SIZE);
	return 0;
}

int watch_read(struct watch *watch)
{
	struct buffer *bytes = &watch->bytes;
	ssize_t got;
	int r;

	/* What was handed out goes; the beginning of a line stays. */
	if (watch->taken) {
		memmove(bytes->at, bytes->at + watch->taken, bytes->size - watch->taken);
		bytes->size -= watch->taken;
		watch->taken = 0;
	}
	r = buffer_need(bytes, 65536);
	if (r)
		return r;
	got = read(watch->lines, bytes->at + bytes->size, bytes->capacity - bytes->size);
	if (got <= 0)
		return got == 0 ? -EPIPE : -errno;
	bytes->size += (size_t)got;
	return 0;
}

bool watch_line(struct watch *watch, struct text *line)
{
	struct text rest =
		text_part(buffer_view(&watch->bytes), watch->taken, watch->bytes.size);
	const char *newline = rest.size ? memchr(rest.at, '\n', rest.size) : NULL;

	if (!newline)
		return false;
	*line = text_part(rest, 0, (size_t)(newline - rest.at));
	watch->taken += line->size + 1;
	return true;
}

void watch_stop(struct watch *watch)
{
	if (watch->pid)
		(void)kill(watch->pid, SIGTERM);
}

int watch_done(struct watch *watch)
{
	int status = 0;

	if (watch->pid == 0)
		return -1;
	while (waitpid(watch->pid, &status, 0) < 0 && errno == EINTR)
		;
	(void)close(watch->lines);
	if (watch->ended >= 0)
		(void)close(watch->ended);
	buffer_done(&watch->bytes);
	watch->pid = 0;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

bool watch_line_is(struct text line, const char *action)
{
	char wanted[64];
	int size = snprintf(wanted, sizeof(wanted), "\"action\":\"%s\",", action);

	/* A text from outside has its quotes escaped, so it can't look like this. */
	return size > 0 && line.size && memmem(line.at, line.size, wanted, (size_t)size);
}

/* A ring buffer is the newest thing that BPF can't do without here: Linux 5.8. */
static int try_ring(void)
{
	union bpf_attr attributes = { .map_type = BPF_MAP_TYPE_RINGBUF,
				      .max_entries = (uint32_t)sysconf(_SC_PAGESIZE) };
	int fd = (int)syscall(SYS_bpf, BPF_MAP_CREATE, &attributes, sizeof(attributes));

	if (fd < 0)
		return -errno;
	(void)close(fd);
	return 0;
}

/*
 * The process connector speaks to the machine's first namespaces only.  The numbers of these are
 * the kernel's own (include/linux/proc_ns.h).
 */
bool watch_has_connector(void)
{
	AUTO(close) int fd = -1;
	struct stat pids, users;

	if (stat("/proc/self/ns/pid", &pids) < 0 || pids.st_ino != 0xEFFFFFFC ||
	    stat("/proc/self/ns/user", &users) < 0 || users.st_ino != 0xEFFFFFFD)
		return false;
	fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_CONNECTOR);
	return fd >= 0;
}

const char *watch_obstacle(void)
{
	if (geteuid() != 0)
		return "the live sensor needs root (CAP_BPF and CAP_PERFMON)";
	if (watch_has_connector())
		return NULL;
	if (access("/sys/kernel/btf/vmlinux", R_OK) < 0)
		return "this kernel has neither BTF (/sys/kernel/btf/vmlinux) nor the "
		       "process connector, and the live sensor needs one of them";
	switch (try_ring()) {
	case 0:
		return NULL;
	case -EPERM:
		return "this system forbids BPF, also to root (a container, or "
		       "lockdown), and has no process connector: the live sensor needs "
		       "one of them";
	default:
		return "this kernel has neither BPF ring buffers (Linux 5.8) nor the "
		       "process connector, and the live sensor needs one of them";
	}
}
