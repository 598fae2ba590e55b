// SPDX-License-Identifier: Apache-2.0
// Limits that the kernel holds a process of ours to: memory, CPU time, and who dies first.
#include "resource_limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_ROOM 512
#define MAIN      "windhover-main"
#define PERIOD_US 100000u

static bool write_file(const char *path, const char *text)
{
	AUTO(close) int fd = open(path, O_WRONLY | O_CLOEXEC);
	size_t size = strlen(text);

	return fd >= 0 && write(fd, text, size) == (ssize_t)size;
}

static bool write_in(const char *folder, const char *name, const char *text)
{
	char path[PATH_ROOM];
	int size = snprintf(path, sizeof(path), "%s/%s", folder, name);

	return size > 0 && size < PATH_ROOM && write_file(path, text);
}

static bool is_there(const char *folder, const char *name)
{
	char path[PATH_ROOM];

	return snprintf(path, sizeof(path), "%s/%s", folder, name) < PATH_ROOM &&
	       access(path, F_OK) == 0;
}

/* Whether ${list}, separated by commas, has ${word}. */
static bool has_word(const char *list, const char *word)
{
	size_t size = strlen(word);

	while (*list) {
		size_t next = strcspn(list, ",");

		if (next == size && memcmp(list, word, size) == 0)
			return true;
		list += next + (list[next] == ',');
	}
	return false;
}

/*
 * The folder of this process's group in the hierarchy of ${controller} ("" for version 2), as
 * /proc/self/cgroup tells it: "4:cpu,cpuacct:/a/b".  See cgroups(7).
 */
static bool own_folder(const struct resource_limits_roots *roots, const char *controller,
		       char out[PATH_ROOM])
{
	char path[PATH_ROOM], line[PATH_ROOM];
	FILE *file;
	bool found = false;

	(void)snprintf(path, sizeof(path), "%s/self/cgroup", roots->proc);
	file = fopen(path, "re");
	while (file && !found && fgets(line, sizeof(line), file)) {
		char *list = strchr(line, ':'),
		     *group = list ? strchr(list + 1, ':') : NULL;
		int size;

		if (!group)
			continue;
		*list++ = *group++ = '\0';
		group[strcspn(group, "\n")] = '\0';
		if (*controller ? !has_word(list, controller) : *list)
			continue;
		/* Deeper than what we see of the tree: another namespace's. */
		if (strstr(group, ".."))
			continue;
		size = snprintf(out, PATH_ROOM, "%s%s%s%s", roots->cgroups,
				*controller ? "/" : "", *controller ? list : "", group);
		found = size > 0 && size < PATH_ROOM;
	}
	if (file)
		(void)fclose(file);
	return found;
}

/* The folder ${name} in ${folder}; made where it is not there. */
static bool make_group(const char *folder, const char *name, char out[PATH_ROOM])
{
	size_t size = strlen(folder);

	while (size && folder[size - 1] == '/')
		size--;
	if (snprintf(out, PATH_ROOM, "%.*s/%s", (int)size, folder, name) >= PATH_ROOM)
		return false;
	return mkdir(out, 0755) == 0 || errno == EEXIST;
}

static bool enter(const char *group, pid_t pid)
{
	char number[16];

	(void)snprintf(number, sizeof(number), "%d", (int)pid);
	return write_in(group, "cgroup.procs", number);
}

/* Version 2 */

/* A group that has groups below it with limits may have no process of its own. */
static bool make_room(const char *own)
{
	char group[PATH_ROOM];

	if (write_in(own, "cgroup.subtree_control", "+memory +cpu"))
		return true;
	if (!make_group(own, MAIN, group) || !enter(group, getpid()))
		return false;
	if (write_in(own, "cgroup.subtree_control", "+memory +cpu"))
		return true;
	/* Somebody else is in there: it is not ours, so leave it as it was. */
	(void)enter(own, getpid());
	(void)rmdir(group);
	return false;
}

/* Where this process already went down into its own group, the one above is where we are. */
static void leave_main(char own[PATH_ROOM])
{
	size_t size = strlen(own), main_size = strlen("/" MAIN);

	if (size > main_size && strcmp(own + size - main_size, "/" MAIN) == 0)
		own[size - main_size] = '\0';
}

void resource_limits_begin(const struct resource_limits_roots *roots)
{
	char own[PATH_ROOM];

	if (own_folder(roots, "", own) && is_there(own, "cgroup.subtree_control"))
		(void)make_room(own);
}

static bool apply_unified(const struct resource_limits *limits,
			  const struct resource_limits_roots *roots, pid_t pid,
			  struct resource_limits_held *held)
{
	char own[PATH_ROOM], group[PATH_ROOM], value[64];

	if (!own_folder(roots, "", own) || !is_there(own, "cgroup.subtree_control"))
		return false;
	leave_main(own);
	if (!make_room(own) || !make_group(own, limits->name, group))
		return false;
	(void)snprintf(value, sizeof(value), "%llu",
		       (unsigned long long)limits->memory_size);
	held->memory = limits->memory_size && write_in(group, "memory.max", value);
	/* Swapping would only make it slow, and the others with it. */
	if (held->memory)
		(void)write_in(group, "memory.swap.max", "0");
	(void)snprintf(value, sizeof(value), "%u %u",
		       PERIOD_US / 100 * limits->cpu_percent, PERIOD_US);
	held->cpu = limits->cpu_percent && write_in(group, "cpu.max", value);
	if (enter(group, pid))
		return true;
	held->memory = held->cpu = false;
	return false;
}

/* Version 1: a tree for each controller */

static bool apply_legacy(const struct resource_limits *limits,
			 const struct resource_limits_roots *roots,
			 const char *controller, const char *file, const char *value,
			 pid_t pid)
{
	char own[PATH_ROOM], group[PATH_ROOM];

	return own_folder(roots, controller, own) &&
	       make_group(own, limits->name, group) && write_in(group, file, value) &&
	       enter(group, pid);
}

struct resource_limits_held
resource_limits_apply(const struct resource_limits *limits,
		      const struct resource_limits_roots *roots, pid_t pid)
{
	struct resource_limits_held held = { 0 };
	char path[PATH_ROOM], value[32];

	if (!apply_unified(limits, roots, pid, &held)) {
		(void)snprintf(value, sizeof(value), "%llu",
			       (unsigned long long)limits->memory_size);
		held.memory = limits->memory_size &&
			      apply_legacy(limits, roots, "memory",
					   "memory.limit_in_bytes", value, pid);
		(void)snprintf(value, sizeof(value), "%u",
			       PERIOD_US / 100 * limits->cpu_percent);
		held.cpu = limits->cpu_percent &&
			   apply_legacy(limits, roots, "cpu", "cpu.cfs_quota_us", value,
					pid);
	}
	(void)snprintf(path, sizeof(path), "%s/%d/oom_score_adj", roots->proc, (int)pid);
	(void)snprintf(value, sizeof(value), "%d", limits->oom_score_adj);
	held.oom = write_file(path, value);
	return held;
}

void resource_limits_remove(const struct resource_limits *limits,
			    const struct resource_limits_roots *roots)
{
	static const char *const controllers[] = { "", "memory", "cpu" };
	char own[PATH_ROOM], group[PATH_ROOM];

	for (size_t i = 0; i < sizeof(controllers) / sizeof(controllers[0]); i++) {
		if (!own_folder(roots, controllers[i], own))
			continue;
		leave_main(own);
		if (snprintf(group, sizeof(group), "%s/%s", own, limits->name) <
		    PATH_ROOM)
			(void)rmdir(group);
	}
}
