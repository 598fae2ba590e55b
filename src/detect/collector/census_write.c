// SPDX-License-Identifier: Apache-2.0
// Writing the census from /proc and /etc.
#include "detect/collector/census.h"

#include "base/buffer.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>

/* Bytes of a path: what a record has room for, and its components' ends. */
#define LINK_SIZE (RECORD_PATH_SIZE - 128)

struct writer {
	int proc; /* folder */
	struct buffer out;
	struct buffer file; /* the file that is looked at */
};

static uint64_t boot_time_ns(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_BOOTTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

/* The first ${most} bytes of a file into writer->file. */
static int slurp(struct writer *writer, int folder, const char *name, size_t most)
{
	AUTO(close) int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);

	buffer_clear(&writer->file);
	if (fd < 0)
		return -errno;
	while (writer->file.size < most) {
		ssize_t got;

		if (buffer_need(&writer->file, 4096) < 0)
			return -ENOMEM;
		got = read(fd, writer->file.at + writer->file.size,
			   writer->file.capacity - writer->file.size);
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		writer->file.size += (size_t)got;
	}
	if (writer->file.size > most)
		writer->file.size = most;
	buffer_char(&writer->file, '\0');
	return writer->file.failed ? -ENOMEM : 0;
}

/* Numbers of /proc/PID/stat and status that a record has. */
struct facts {
	struct record_exec exec;
	uint64_t start_ticks;
	int terminal;
};

/*
 * pid (name) state ppid pgrp session tty_nr ...; the 22nd is the start.  The name may hold
 * anything, so the numbers are counted from the last parenthesis.
 */
static int read_stat(const char *stat, struct facts *facts)
{
	const char *at = strrchr(stat, ')');
	unsigned long long start;
	unsigned parent, session;
	int terminal;

	if (!at ||
	    sscanf(at + 1,
		   " %*c %u %*d %u %d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d "
		   "%*d %*d %llu",
		   &parent, &session, &terminal, &start) != 4)
		return -EINVAL;
	facts->exec.head.parent_pid = parent;
	facts->exec.session = session;
	facts->start_ticks = start;
	facts->terminal = terminal;
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

/* Where a symbolic link of /proc/PID leads; its " (deleted)" taken off and told. */
static uint32_t add_link(struct writer *writer, int folder, const char *name,
			 uint16_t *flags)
{
	struct buffer *path = &writer->file;
	struct text text = { 0 };
	ssize_t size;

	buffer_clear(path);
	if (buffer_need(path, LINK_SIZE) < 0)
		return 0;
	size = readlinkat(folder, name, path->at, LINK_SIZE);
	if (size > 0)
		text = (struct text){ .at = path->at, .size = (size_t)size };
	if (text_ends(text, TEXT(" (deleted)"))) {
		text.size -= sizeof(" (deleted)") - 1;
		if (flags)
			*flags |= RECORD_IMAGE_DELETED;
	}
	if (flags && text_starts(text, TEXT("/memfd:")))
		*flags |= RECORD_IMAGE_IN_MEMORY;
	return add_components(&writer->out, text);
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

static void add_process(struct writer *writer, const char *name)
{
	struct facts facts = { .exec = { .login_uid = ~0u } };
	struct record *head = &facts.exec.head;
	uint32_t *sizes = facts.exec.text_size;
	AUTO(close)
	int folder = openat(writer->proc, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct buffer *out = &writer->out;
	size_t begin = out->size;

	if (folder < 0 || slurp(writer, folder, "stat", 4096) < 0 ||
	    read_stat(writer->file.at, &facts) < 0)
		return;
	if (slurp(writer, folder, "status", 4096) == 0)
		read_status(writer->file.at, head);
	if (slurp(writer, folder, "loginuid", 16) == 0)
		(void)sscanf(writer->file.at, "%u", &facts.exec.login_uid);
	head->kind = RECORD_CENSUS;
	head->flags = RECORD_COARSE_START;
	head->time_ns = boot_time_ns();
	head->start_ns =
		facts.start_ticks * (1000000000u / (uint64_t)sysconf(_SC_CLK_TCK));
	head->pid = (uint32_t)strtoul(name, NULL, 10);
	facts.exec.pid_namespace = namespace_of(folder, "ns/pid");
	facts.exec.mount_namespace = namespace_of(folder, "ns/mnt");
	facts.exec.network_namespace = namespace_of(folder, "ns/net");
	facts.exec.user_namespace = namespace_of(folder, "ns/user");

	buffer_add(out, &facts.exec, sizeof(facts.exec));
	if (slurp(writer, folder, "cmdline", RECORD_ARGUMENTS_SIZE) == 0) {
		sizes[RECORD_ARGUMENTS] = (uint32_t)writer->file.size - 1;
		buffer_add(out, writer->file.at, sizes[RECORD_ARGUMENTS]);
	}
	facts.exec.arguments_size = sizes[RECORD_ARGUMENTS];
	sizes[RECORD_IMAGE] = add_link(writer, folder, "exe", &head->flags);
	sizes[RECORD_DIRECTORY] = add_link(writer, folder, "cwd", NULL);
	if (slurp(writer, folder, "cgroup", 65536) == 0)
		sizes[RECORD_CGROUP] = add_cgroup(out, writer->file.at);
	head->size = (uint32_t)(out->size - begin);
	/* Rather none of a process than half of it. */
	if (out->failed) {
		out->size = begin;
		return;
	}
	memcpy(out->at + begin, &facts.exec, sizeof(facts.exec));
}

static int add_processes(struct writer *writer)
{
	DIR *folder = fdopendir(dup(writer->proc));
	struct dirent *entry;

	if (!folder)
		return -errno;
	while ((entry = readdir(folder)) && !writer->out.failed)
		if (isdigit((unsigned char)entry->d_name[0]))
			add_process(writer, entry->d_name);
	(void)closedir(folder);
	return 0;
}

static void add_named(struct buffer *out, enum record_kind kind, uint32_t number,
		      struct text name)
{
	struct record head = { .kind = (uint16_t)kind, .uid = number };

	head.size = (uint32_t)(sizeof(head) + name.size);
	buffer_add(out, &head, sizeof(head));
	buffer_text(out, name);
}

static FILE *open_text(int root, const char *path)
{
	AUTO(close) int fd = openat(root, path, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (file)
		fd = -1;
	return file;
}

static void add_users(struct buffer *out, int root)
{
	AUTO(fclose) FILE *file = open_text(root, "etc/passwd");
	const struct passwd *user;

	while (file && (user = fgetpwent(file)))
		add_named(out, RECORD_USER, user->pw_uid, text_of(user->pw_name));
}

static void add_groups(struct buffer *out, int root)
{
	AUTO(fclose) FILE *file = open_text(root, "etc/group");
	const struct group *group;

	while (file && (group = fgetgrent(file)))
		add_named(out, RECORD_GROUP, group->gr_gid, text_of(group->gr_name));
}

/* The first line of a file, at most ${most} bytes of it. */
static struct text first_line(struct writer *writer, const char *path, size_t most)
{
	if (slurp(writer, writer->proc, path, most) < 0)
		return (struct text){ 0 };
	return (struct text){ .at = writer->file.at,
			      .size = strcspn(writer->file.at, "\n") };
}

/* The boot id, a newline, the host's name. */
static void add_host(struct writer *writer)
{
	AUTO(buffer) struct buffer both;

	buffer_init(&both, 512);
	buffer_text(&both, first_line(writer, "sys/kernel/random/boot_id", 64));
	buffer_char(&both, '\n');
	buffer_text(&both, first_line(writer, "sys/kernel/hostname", 256));
	if (!both.failed)
		add_named(&writer->out, RECORD_HOST, 0, buffer_view(&both));
}

static int write_all(int fd, struct text bytes)
{
	while (bytes.size) {
		ssize_t put = write(fd, bytes.at, bytes.size);

		if (put < 0)
			return -errno;
		bytes = text_part(bytes, (size_t)put, bytes.size);
	}
	return 0;
}

int census_write(int fd, const char *root)
{
	AUTO(close)
	int top = open(*root ? root : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	AUTO(close) int proc = -1;
	struct writer writer;
	int r;

	if (top < 0)
		return -errno;
	proc = openat(top, "proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (proc < 0)
		return -errno;
	writer.proc = proc;
	buffer_init(&writer.out, CENSUS_SIZE_MAX);
	buffer_init(&writer.file, 1 << 20);
	add_host(&writer);
	add_users(&writer.out, top);
	add_groups(&writer.out, top);
	r = add_processes(&writer);
	if (r == 0)
		r = write_all(fd, buffer_view(&writer.out));
	buffer_done(&writer.out);
	buffer_done(&writer.file);
	return r;
}
