// SPDX-License-Identifier: Apache-2.0
// The unified hierarchy is found wherever it is mounted.
#include "detect/kernel/cgroup_root.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SYSFS "22 28 0:21 / /sys rw,nosuid shared:7 - sysfs sysfs rw\n"

static void it_is_found_where_it_is_the_only_one(void **state)
{
	char path[64];

	(void)state;
	assert_int_equal(
		cgroup_root_find(TEXT(SYSFS "29 22 0:26 / /sys/fs/cgroup rw shared:9 "
					    "master:3 - cgroup2 cgroup2 rw,nsdelegate\n"),
				 path, sizeof(path)),
		0);
	assert_string_equal(path, "/sys/fs/cgroup");
}

static void it_is_found_beside_the_first_version(void **state)
{
	char path[64];

	(void)state;
	assert_int_equal(
		cgroup_root_find(
			TEXT("32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
			     "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 "
			     "rw"),
			path, sizeof(path)),
		0);
	assert_string_equal(path, "/sys/fs/cgroup/unified");
}

static void a_part_of_it_mounted_elsewhere_is_not_it(void **state)
{
	char path[64];

	(void)state;
	assert_int_equal(
		cgroup_root_find(TEXT("41 31 0:38 /a /mnt rw - cgroup2 none rw\n"
				      "42 31 0:38 / /b\\040c rw - cgroup2 x rw\n"),
				 path, sizeof(path)),
		0);
	assert_string_equal(path, "/b c");
}

static void where_there_is_none_that_is_said(void **state)
{
	char path[8] = "as was";

	(void)state;
	assert_int_equal(cgroup_root_find(TEXT(""), path, sizeof(path)), -ENODEV);
	assert_int_equal(cgroup_root_find(TEXT(SYSFS), path, sizeof(path)), -ENODEV);
	assert_int_equal(cgroup_root_find(TEXT("\n\n - cgroup2\n41 - cgroup2"), path,
					  sizeof(path)),
			 -ENODEV);
	assert_string_equal(path, "as was");
	assert_int_equal(
		cgroup_root_find(TEXT("41 31 0:38 / /12345678 rw - cgroup2 x rw"), path,
				 sizeof(path)),
		-ENAMETOOLONG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_found_where_it_is_the_only_one),
		cmocka_unit_test(it_is_found_beside_the_first_version),
		cmocka_unit_test(a_part_of_it_mounted_elsewhere_is_not_it),
		cmocka_unit_test(where_there_is_none_that_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
