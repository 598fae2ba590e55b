// SPDX-License-Identifier: Apache-2.0
// Writing the census from /proc and /etc.
#include "detect/collector/census.h"

#include "detect/proc/proc.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>

struct writer {
	struct proc proc;
	struct buffer out;
};

static int add_processes(struct writer *writer)
{
	DIR *folder = fdopendir(dup(writer->proc.folder));
	struct dirent *entry;

	if (!folder)
		return -errno;
	while ((entry = readdir(folder))) {
		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		/* One that has ended meanwhile is left out, as is what would be too much. */
		if (proc_add(&writer->proc, (uint32_t)strtoul(entry->d_name, NULL, 10),
			     RECORD_CENSUS, &writer->out) == -ENOMEM)
			break;
	}
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
	struct proc *proc = &writer->proc;

	if (proc_read(proc, proc->folder, path, most) < 0)
		return (struct text){ 0 };
	return (struct text){ .at = proc->file.at, .size = strcspn(proc->file.at, "\n") };
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
	struct writer writer = { 0 };
	int r;

	if (top < 0)
		return -errno;
	r = proc_open(root, &writer.proc);
	if (r)
		return r;
	buffer_init(&writer.out, CENSUS_SIZE_MAX);
	add_host(&writer);
	add_users(&writer.out, top);
	add_groups(&writer.out, top);
	r = add_processes(&writer);
	if (r == 0)
		r = write_all(fd, buffer_view(&writer.out));
	buffer_done(&writer.out);
	proc_done(&writer.proc);
	return r;
}
