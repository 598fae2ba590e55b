// SPDX-License-Identifier: Apache-2.0
// Limits, on trees of files that look like the kernel's.
#include "resource_limits.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const struct resource_limits limits = { .name = "windhover-sensor",
					       .memory_size = 1 << 20,
					       .cpu_percent = 50,
					       .oom_score_adj = 900 };

struct tree {
	char folder[64], proc[96], cgroups[96];
	struct resource_limits_roots roots;
};

static void put(const struct tree *tree, const char *path, const char *text)
{
	char name[256];
	AUTO(fclose) FILE *file = NULL;

	(void)snprintf(name, sizeof(name), "%s/%s", tree->folder, path);
	for (char *slash = name + strlen(tree->folder) + 1; (slash = strchr(slash, '/'));
	     *slash++ = '/') {
		*slash = '\0';
		(void)mkdir(name, 0755);
	}
	file = fopen(name, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
}

static const char *get(const struct tree *tree, const char *path)
{
	static char text[256];
	char name[256];
	AUTO(close) int fd = -1;
	ssize_t size;

	(void)snprintf(name, sizeof(name), "%s/%s", tree->folder, path);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return "(not there)";
	size = read(fd, text, sizeof(text) - 1);
	text[size > 0 ? size : 0] = '\0';
	return text;
}

static int set_up(void **state)
{
	static struct tree tree;

	(void)snprintf(tree.folder, sizeof(tree.folder), "/tmp/windhover-limits-XXXXXX");
	if (!mkdtemp(tree.folder))
		return -1;
	(void)snprintf(tree.proc, sizeof(tree.proc), "%s/proc", tree.folder);
	(void)snprintf(tree.cgroups, sizeof(tree.cgroups), "%s/cg", tree.folder);
	tree.roots = (struct resource_limits_roots){ .proc = tree.proc,
						     .cgroups = tree.cgroups };
	put(&tree, "proc/77/oom_score_adj", "0");
	*state = &tree;
	return 0;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static int tear_down(void **state)
{
	const struct tree *tree = *state;

	return nftw(tree->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void make_legacy(const struct tree *tree)
{
	put(tree, "proc/self/cgroup",
	    "9:name=systemd:/x\n4:cpu,cpuacct:/\n2:memory:/a\n0::/\n");
	put(tree, "cg/memory/a/windhover-sensor/memory.limit_in_bytes", "");
	put(tree, "cg/memory/a/windhover-sensor/cgroup.procs", "");
	put(tree, "cg/cpu,cpuacct/windhover-sensor/cpu.cfs_quota_us", "");
	put(tree, "cg/cpu,cpuacct/windhover-sensor/cgroup.procs", "");
}

static void version_1_has_a_group_for_each_controller(void **state)
{
	const struct tree *tree = *state;
	struct resource_limits_held held;

	make_legacy(tree);
	held = resource_limits_apply(&limits, &tree->roots, 77);
	assert_true(held.memory && held.cpu && held.oom);
	assert_string_equal(
		get(tree, "cg/memory/a/windhover-sensor/memory.limit_in_bytes"),
		"1048576");
	assert_string_equal(get(tree, "cg/memory/a/windhover-sensor/cgroup.procs"), "77");
	assert_string_equal(get(tree, "cg/cpu,cpuacct/windhover-sensor/cpu.cfs_quota_us"),
			    "50000");
	assert_string_equal(get(tree, "proc/77/oom_score_adj"), "900");
}

static void version_2_has_one_group_for_both(void **state)
{
	const struct tree *tree = *state;
	struct resource_limits_held held;

	put(tree, "proc/self/cgroup", "0::/system.slice/windhover.service\n");
	put(tree, "cg/system.slice/windhover.service/cgroup.subtree_control", "");
	put(tree, "cg/system.slice/windhover.service/windhover-sensor/memory.max", "");
	put(tree, "cg/system.slice/windhover.service/windhover-sensor/cpu.max", "");
	put(tree, "cg/system.slice/windhover.service/windhover-sensor/cgroup.procs", "");
	held = resource_limits_apply(&limits, &tree->roots, 77);
	assert_true(held.memory && held.cpu && held.oom);
	assert_string_equal(
		get(tree, "cg/system.slice/windhover.service/cgroup.subtree_control"),
		"+memory +cpu");
	assert_string_equal(
		get(tree, "cg/system.slice/windhover.service/windhover-sensor/cpu.max"),
		"50000 100000");
	assert_string_equal(
		get(tree,
		    "cg/system.slice/windhover.service/windhover-sensor/cgroup.procs"),
		"77");
}

static void from_the_inner_group_the_outer_one_is_found(void **state)
{
	const struct tree *tree = *state;
	struct resource_limits_held held;

	put(tree, "proc/self/cgroup", "0::/w/windhover-main\n");
	put(tree, "cg/w/cgroup.subtree_control", "");
	put(tree, "cg/w/windhover-main/cgroup.subtree_control", "");
	put(tree, "cg/w/windhover-sensor/memory.max", "");
	put(tree, "cg/w/windhover-sensor/cpu.max", "");
	put(tree, "cg/w/windhover-sensor/cgroup.procs", "");
	held = resource_limits_apply(&limits, &tree->roots, 77);
	assert_true(held.memory && held.cpu);
	assert_string_equal(get(tree, "cg/w/windhover-sensor/cgroup.procs"), "77");
}

static void what_can_not_be_had_is_said_and_no_error(void **state)
{
	const struct tree *tree = *state;
	struct resource_limits_held held =
		resource_limits_apply(&limits, &tree->roots, 77);

	assert_false(held.memory || held.cpu);
	assert_true(held.oom);
	held = resource_limits_apply(&limits, &tree->roots, 78);
	assert_false(held.oom);
}

static void a_group_beyond_what_we_see_is_not_touched(void **state)
{
	const struct tree *tree = *state;
	struct resource_limits_held held;

	put(tree, "proc/self/cgroup", "2:memory:/../a\n0::/../../b\n");
	put(tree, "cg/a/memory.limit_in_bytes", "");
	held = resource_limits_apply(&limits, &tree->roots, 77);
	assert_false(held.memory || held.cpu);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(version_1_has_a_group_for_each_controller),
		TEST(version_2_has_one_group_for_both),
		TEST(from_the_inner_group_the_outer_one_is_found),
		TEST(what_can_not_be_had_is_said_and_no_error),
		TEST(a_group_beyond_what_we_see_is_not_touched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
