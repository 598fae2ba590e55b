// SPDX-License-Identifier: Apache-2.0
// The census tells of this very process what the system says of it.
#include "detect/collector/census.h"

#include "detect/collector/record_read.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <cmocka.h>

static struct text read_census(void)
{
	AUTO(close) int fd = memfd_create("census", MFD_CLOEXEC);
	struct stat st;
	void *at;

	assert_true(fd >= 0);
	assert_int_equal(census_write(fd, ""), 0);
	assert_int_equal(fstat(fd, &st), 0);
	at = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	assert_true(at != MAP_FAILED);
	return (struct text){ .at = at, .size = (size_t)st.st_size };
}

static void this_process_is_in_it_as_it_is(void **state)
{
	struct text census = read_census(), record, rest = census;
	struct record_parts parts;
	static char path[4096], self[4096];
	ssize_t self_size = readlink("/proc/self/exe", self, sizeof(self));
	unsigned found = 0;

	(void)state;
	while ((record = census_next(&rest)).size) {
		assert_int_equal(record_read(record, &parts), RECORD_READ);
		if (parts.head.kind != RECORD_CENSUS ||
		    parts.head.pid != (uint32_t)getpid())
			continue;
		found++;
		assert_int_equal(parts.head.parent_pid, getppid());
		assert_int_equal(parts.head.uid, getuid());
		assert_int_equal(parts.head.egid, getegid());
		assert_int_equal(parts.exec.session, getsid(0));
		assert_true(parts.head.start_ns % 10000000 == 0);
		assert_true(parts.head.start_ns < parts.head.time_ns);
		assert_int_equal(
			record_path(parts.texts[RECORD_IMAGE], path, sizeof(path)),
			self_size);
		assert_memory_equal(path, self, (size_t)self_size);
		assert_true(parts.texts[RECORD_ARGUMENTS].size > 0);
	}
	assert_int_equal(rest.size, 0);
	assert_int_equal(found, 1);
	munmap((void *)(uintptr_t)census.at, census.size);
}

static void names_and_the_host_are_in_it(void **state)
{
	struct text census = read_census(), record, rest = census;
	struct record_parts parts;
	bool root = false, host = false;

	(void)state;
	while ((record = census_next(&rest)).size) {
		assert_int_equal(record_read(record, &parts), RECORD_READ);
		if (parts.head.kind == RECORD_USER && parts.head.uid == 0)
			root |= text_is(parts.name, TEXT("root"));
		if (parts.head.kind == RECORD_HOST)
			host = parts.name.size > 37 && parts.name.at[36] == '\n';
	}
	assert_true(root);
	assert_true(host);
	munmap((void *)(uintptr_t)census.at, census.size);
}

static void a_census_that_was_cut_short_ends_there(void **state)
{
	struct text census = read_census();

	(void)state;
	for (size_t size = 0; size < 2000 && size < census.size; size++) {
		struct text rest = text_part(census, 0, size), record;
		size_t seen = 0;

		while ((record = census_next(&rest)).size)
			seen += record.size;
		assert_true(seen + rest.size == size);
	}
	munmap((void *)(uintptr_t)census.at, census.size);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(this_process_is_in_it_as_it_is),
		cmocka_unit_test(names_and_the_host_are_in_it),
		cmocka_unit_test(a_census_that_was_cut_short_ends_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
