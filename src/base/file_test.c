// SPDX-License-Identifier: Apache-2.0
// Proof of base/file: a reader sees the old file or the new one.
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "base/file.h"

struct place {
	char folder[64], file[96];
};

static int make_place(void **state)
{
	struct place *place = calloc(1, sizeof(*place));

	if (!place)
		return -1;
	(void)snprintf(place->folder, sizeof(place->folder), "/tmp/file_test.XXXXXX");
	if (!mkdtemp(place->folder))
		return -1;
	(void)snprintf(place->file, sizeof(place->file), "%s/a", place->folder);
	*state = place;
	return 0;
}

static int remove_place(void **state)
{
	struct place *place = *state;

	(void)unlink(place->file);
	(void)rmdir(place->folder);
	free(place);
	return 0;
}

static unsigned entries(const char *folder)
{
	DIR *dir = opendir(folder);
	unsigned count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	(void)closedir(dir);
	return count - 2;
}

static void assert_content(const char *path, const char *want)
{
	AUTO(buffer) struct buffer buffer;

	buffer_init(&buffer, 1 << 20);
	assert_int_equal(file_read(path, &buffer), 0);
	assert_int_equal(buffer.size, strlen(want));
	assert_memory_equal(buffer.at, want, buffer.size);
}

static void a_file_is_made_and_replaced(void **state)
{
	struct place *place = *state;

	assert_int_equal(file_replace(place->file, TEXT("one"), 0600), 0);
	assert_content(place->file, "one");
	assert_int_equal(file_replace(place->file, TEXT("another"), 0600), 0);
	assert_content(place->file, "another");
	assert_int_equal(entries(place->folder), 1);
}

static void a_content_in_parts_is_one_file(void **state)
{
	const struct text parts[] = { TEXT("one, "), TEXT(""), TEXT("two") };
	struct place *place = *state;

	assert_int_equal(file_replace_parts(place->file, parts, 3, 0600), 0);
	assert_content(place->file, "one, two");
	assert_int_equal(entries(place->folder), 1);
}

static void what_cannot_be_replaced_stays_and_nothing_is_left_beside_it(void **state)
{
	struct place *place = *state;
	char inside[128];

	assert_int_equal(mkdir(place->file, 0700), 0);
	assert_int_equal(file_replace(place->file, TEXT("x"), 0600), FILE_E_NOT_REGULAR);
	assert_int_equal(entries(place->folder), 1);
	assert_int_equal(rmdir(place->file), 0);
	(void)snprintf(inside, sizeof(inside), "%s/none/a", place->folder);
	assert_int_equal(file_replace(inside, TEXT("x"), 0600), -ENOENT);
	assert_int_equal(file_replace("/dev/full/a", TEXT("x"), 0600), -ENOTDIR);
}

static void a_pipe_is_not_replaced(void **state)
{
	struct place *place = *state;
	struct stat st;

	assert_int_equal(mkfifo(place->file, 0600), 0);
	assert_int_equal(file_replace(place->file, TEXT("x"), 0600), FILE_E_NOT_REGULAR);
	assert_int_equal(lstat(place->file, &st), 0);
	assert_true(S_ISFIFO(st.st_mode));
	assert_int_equal(entries(place->folder), 1);
}

static void reading_stops_at_the_limit(void **state)
{
	struct place *place = *state;
	AUTO(buffer) struct buffer enough, small;

	buffer_init(&enough, 6);
	buffer_init(&small, 5);
	assert_int_equal(file_replace(place->file, TEXT("123456"), 0600), 0);
	assert_int_equal(file_read(place->file, &enough), 0);
	assert_int_equal(enough.size, 6);
	assert_int_equal(file_read(place->file, &small), -E2BIG);
	assert_int_equal(file_read("/nowhere", &enough), -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_is_made_and_replaced, make_place,
						remove_place),
		cmocka_unit_test_setup_teardown(a_content_in_parts_is_one_file,
						make_place, remove_place),
		cmocka_unit_test_setup_teardown(
			what_cannot_be_replaced_stays_and_nothing_is_left_beside_it,
			make_place, remove_place),
		cmocka_unit_test_setup_teardown(a_pipe_is_not_replaced, make_place,
						remove_place),
		cmocka_unit_test_setup_teardown(reading_stops_at_the_limit, make_place,
						remove_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
