// SPDX-License-Identifier: Apache-2.0
// A process as /proc tells of it, in the shape that the kernel side gives its records.
#include "detect/proc/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

#define FILE_SIZE_MAX (1u << 20)

/* Bytes of a path: what a record has room for, and its components' ends. */
#define LINK_SIZE (RECORD_PATH_SIZE - 128)

/* Numbers of /proc/PID/stat. */
struct numbers {
	uint32_t parent, session, threads;
	int terminal;
	char state;
	uint64_t start_ticks;
};

uint64_t proc_tick_ns(void)
{
	return 1000000000u / (uint64_t)sysconf(_SC_CLK_TCK);
}

static uint64_t boot_time_ns(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

int proc_open(const char *root, struct proc *out)
{
	AUTO(close)
	int top = open(*root ? root : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int folder;

	if (top < 0)
		return -errno;
	folder = openat(top, "proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return -errno;
	out->folder = folder;
	buffer_init(&out->file, FILE_SIZE_MAX);
	buffer_init(&out->link, LINK_SIZE);
	return 0;
}

void proc_done(struct proc *proc)
{
	if (proc->folder > 0)
		(void)close(proc->folder);
	buffer_done(&proc->file);
	buffer_done(&proc->link);
	proc->folder = 0;
}

int proc_read(struct proc *proc, int folder, const char *name, size_t most)
{
	AUTO(close) int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	struct buffer *file = &proc->file;

	buffer_clear(file);
	if (fd < 0)
		return -errno;
	while (file->size < most) {
		ssize_t got;

		if (buffer_need(file, 4096) < 0)
			return -ENOMEM;
		got = read(fd, file->at + file->size, file->capacity - file->size);
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		file->size += (size_t)got;
	}
	if (file->size > most)
		file->size = most;
	buffer_char(file, '\0');
	return file->failed ? -ENOMEM : 0;
}

/*
 * pid (name) state ppid pgrp session tty_nr ... num_threads ... starttime: proc(5).  The name may
 * hold anything, so the numbers are counted from the last parenthesis.
 */
static int read_stat(const char *stat, struct numbers *out)
{
	const char *at = strrchr(stat, ')');
	struct numbers read = { 0 };
	unsigned long long start;

	if (!at ||
	    sscanf(at + 1,
		   " %c %u %*d %u %d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
		   "%u %*d %llu",
		   &read.state, &read.parent, &read.session, &read.terminal,
		   &read.threads, &start) != 6)
		return -EINVAL;
	read.start_ticks = start;
	*out = read;
	return 0;
}

static void read_status(const char *status, struct record *head)
{
	const char *at = strstr(status, "\nUid:");

	if (at)
		(void)sscanf(at, "\nUid: %u %u", &head->uid, &head->euid);
	at = strstr(status, "\nGid:");
	if (at)
		(void)sscanf(at, "\nGid: %u %u", &head->gid, &head->egid);
}

static int open_process(const struct proc *proc, uint32_t pid)
{
	char name[16];
	int folder;

	(void)snprintf(name, sizeof(name), "%u", pid);
	folder = openat(proc->folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder >= 0)
		return folder;
	return errno == ENOENT ? -ESRCH : -errno;
}

static int read_head(struct proc *proc, int folder, uint32_t pid, struct record *out,
		     struct numbers *numbers)
{
	struct record head = { .pid = pid, .flags = RECORD_COARSE_START };
	int r = proc_read(proc, folder, "stat", 4096);

	if (r == 0)
		r = read_stat(proc->file.at, numbers);
	if (r)
		return r;
	if (proc_read(proc, folder, "status", 4096) == 0)
		read_status(proc->file.at, &head);
	head.time_ns = boot_time_ns();
	head.start_ns = numbers->start_ticks * proc_tick_ns();
	head.parent_pid = numbers->parent;
	*out = head;
	return 0;
}

int proc_head(struct proc *proc, uint32_t pid, struct record *head,
	      struct proc_facts *facts)
{
	AUTO(close) int folder = open_process(proc, pid);
	struct numbers numbers;
	int r = folder < 0 ? folder : read_head(proc, folder, pid, head, &numbers);

	if (r)
		return r;
	*facts = (struct proc_facts){ .threads = numbers.threads,
				      .has_ended = numbers.state == 'Z' ||
						   numbers.state == 'X' };
	return 0;
}

static uint32_t namespace_of(int folder, const char *name)
{
	struct stat st;

	return fstatat(folder, name, &st, 0) == 0 ? (uint32_t)st.st_ino : 0;
}

/* A path as a record has it: its components from the last to the first. */
static uint32_t add_components(struct buffer *out, struct text path)
{
	size_t before = out->size;

	while (path.size) {
		const char *slash = memrchr(path.at, '/', path.size);
		size_t from = slash ? (size_t)(slash - path.at) + 1 : 0;

		if (from < path.size) {
			buffer_text(out, text_part(path, from, path.size));
			buffer_char(out, '\0');
		}
		path = text_part(path, 0, from ? from - 1 : 0);
	}
	return (uint32_t)(out->size - before);
}

/* Where a symbolic link of /proc/PID leads, into ${path}; empty where nobody may know. */
static struct text read_link(int folder, const char *name, struct buffer *path)
{
	ssize_t size = -1;

	buffer_clear(path);
	if (buffer_need(path, LINK_SIZE) == 0)
		size = readlinkat(folder, name, path->at, LINK_SIZE);
	return (struct text){ .at = path->at, .size = size > 0 ? (size_t)size : 0 };
}

/* The path that a link leads to; its " (deleted)" taken off and told. */
static uint32_t add_link(struct buffer *out, struct text text, uint16_t cut_flag,
			 uint16_t *flags)
{
	bool is_image = cut_flag == RECORD_IMAGE_CUT;

	/* What could not be read has lost all of its beginning. */
	if (text.size == 0)
		*flags |= cut_flag;
	if (text_ends(text, TEXT(" (deleted)"))) {
		text.size -= sizeof(" (deleted)") - 1;
		if (is_image)
			*flags |= RECORD_IMAGE_DELETED;
	}
	if (is_image && text_starts(text, TEXT("/memfd:")))
		*flags |= RECORD_IMAGE_IN_MEMORY;
	return add_components(out, text);
}

/* The line of the unified hierarchy, "0::/path"; else the memory controller's. */
static uint32_t add_cgroup(struct buffer *out, const char *lines)
{
	const char *unified = strstr(lines, "0::/"), *memory = strstr(lines, ":memory:/"),
		   *at;
	size_t size;

	at = unified ? unified + 3 : NULL;
	if ((!at || at[1] == '\n') && memory)
		at = memory + 8;
	size = at ? strcspn(at, "\n") : 0;
	return size < RECORD_CGROUP_SIZE ? add_components(out, (struct text){ at, size })
					 : 0;
}

/* The kernel's name of a terminal from its number: Documentation/admin-guide/devices.txt. */
static uint32_t add_terminal(struct buffer *out, int number)
{
	unsigned major = (unsigned)number >> 8 & 0xfff;
	unsigned minor = ((unsigned)number & 0xff) | ((unsigned)number >> 12 & 0xfff00);
	size_t before = out->size;

	if (major >= 136 && major <= 143)
		buffer_format(out, "pts%u", (major - 136) * 256 + minor);
	else if (major == 4 && minor < 64)
		buffer_format(out, "tty%u", minor);
	else if (major == 4)
		buffer_format(out, "ttyS%u", minor - 64);
	return (uint32_t)(out->size - before);
}

static void read_ids(struct proc *proc, int folder, const struct numbers *numbers,
		     struct record_exec *exec)
{
	exec->session = numbers->session;
	exec->login_uid = ~0u;
	if (proc_read(proc, folder, "loginuid", 16) == 0)
		(void)sscanf(proc->file.at, "%u", &exec->login_uid);
	exec->pid_namespace = namespace_of(folder, "ns/pid");
	exec->mount_namespace = namespace_of(folder, "ns/mnt");
	exec->network_namespace = namespace_of(folder, "ns/net");
	exec->user_namespace = namespace_of(folder, "ns/user");
}

static uint32_t add_arguments(struct proc *proc, int folder, struct buffer *out,
			      uint16_t *flags)
{
	size_t size = 0;

	if (proc_read(proc, folder, "cmdline", RECORD_ARGUMENTS_SIZE + 1) == 0)
		size = proc->file.size - 1;
	if (size == 0)
		*flags |= RECORD_ARGUMENTS_LOST;
	if (size > RECORD_ARGUMENTS_SIZE) {
		*flags |= RECORD_ARGUMENTS_CUT;
		size = RECORD_ARGUMENTS_SIZE;
	}
	if (size)
		buffer_add(out, proc->file.at, size);
	return (uint32_t)size;
}

/*
 * The texts, and into ${exec} their sizes.  Who ends soon can be asked only now: what says most of
 * it is asked first.
 */
static void add_texts(struct proc *proc, int folder, struct record_exec *exec,
		      struct buffer *out)
{
	uint16_t *flags = &exec->head.flags;
	uint32_t *sizes = exec->text_size;
	struct text image = read_link(folder, "exe", &proc->link);

	sizes[RECORD_ARGUMENTS] = add_arguments(proc, folder, out, flags);
	exec->arguments_size = sizes[RECORD_ARGUMENTS];
	sizes[RECORD_IMAGE] = add_link(out, image, RECORD_IMAGE_CUT, flags);
	sizes[RECORD_DIRECTORY] = add_link(out, read_link(folder, "cwd", &proc->link),
					   RECORD_DIRECTORY_CUT, flags);
	if (proc_read(proc, folder, "cgroup", 65536) == 0)
		sizes[RECORD_CGROUP] = add_cgroup(out, proc->file.at);
}

int proc_add(struct proc *proc, uint32_t pid, enum record_kind kind, struct buffer *out)
{
	struct record_exec exec = { 0 };
	struct record *head = &exec.head;
	AUTO(close) int folder = open_process(proc, pid);
	struct numbers numbers = { 0 };
	size_t begin = out->size;
	uint16_t flags;
	int r;

	if (folder < 0)
		return folder;
	buffer_add(out, &exec, sizeof(exec));
	add_texts(proc, folder, &exec, out);
	flags = head->flags;
	r = read_head(proc, folder, pid, head, &numbers);
	if (r && (kind == RECORD_CENSUS || exec.text_size[RECORD_IMAGE] == 0)) {
		out->size = begin;
		return r;
	}
	head->kind = (uint16_t)kind;
	head->flags |= flags;
	read_ids(proc, folder, &numbers, &exec);
	exec.text_size[RECORD_TERMINAL] = add_terminal(out, numbers.terminal);
	head->size = (uint32_t)(out->size - begin);
	/* Rather none of a process than half of it. */
	if (out->failed) {
		out->size = begin;
		return -ENOMEM;
	}
	memcpy(out->at + begin, &exec, sizeof(exec));
	return 0;
}
