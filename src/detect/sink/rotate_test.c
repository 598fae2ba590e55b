// SPDX-License-Identifier: Apache-2.0
// No line is lost or torn when a file is set aside, and no more are kept than asked for.
#include "detect/sink/rotate.h"

#include "detect/sink/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cmocka.h>

static char folder[64];

static int begin(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/windhover-rotate-XXXXXX");
	return mkdtemp(folder) ? chdir(folder) : -1;
}

static int end(void **state)
{
	char name[32] = "out";

	(void)state;
	for (unsigned i = 1; i < 20; i++) {
		(void)unlink(name);
		(void)snprintf(name, sizeof(name), "out.%u", i);
	}
	return chdir("/") || rmdir(folder);
}

static void assert_file(const char *name, const char *expected)
{
	AUTO(close) int fd = open(name, O_RDONLY | O_CLOEXEC);
	char is[256];
	ssize_t size = fd < 0 ? -1 : read(fd, is, sizeof(is));

	if (!expected) {
		assert_int_equal(fd, -1);
		return;
	}
	assert_int_equal(size, strlen(expected));
	assert_memory_equal(is, expected, (size_t)size);
}

static void full_files_are_set_aside_and_the_oldest_goes(void **state)
{
	struct rotate *rotate;

	(void)state;
	assert_int_equal(rotate_open("out", 10, 2, &rotate), 0);
	for (char line[] = "a----\n"; line[0] <= 'g'; line[0]++)
		assert_int_equal(rotate_write(rotate, text_of(line)), 0);
	assert_file("out", "g----\n");
	assert_file("out.1", "f----\n");
	assert_file("out.2", "e----\n");
	assert_file("out.3", NULL);
	rotate_close(rotate);
}

static void a_file_that_is_there_is_continued(void **state)
{
	struct rotate *rotate;

	(void)state;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(rotate_open("out", 100, 2, &rotate), 0);
		assert_int_equal(rotate_write(rotate, TEXT("x\n")), 0);
		rotate_close(rotate);
	}
	assert_file("out", "x\nx\n");
}

static void a_line_in_two_parts_stays_in_one_file(void **state)
{
	struct rotate *rotate;

	(void)state;
	assert_int_equal(rotate_open("out", 10, 2, &rotate), 0);
	assert_int_equal(rotate_write(rotate, TEXT("one\ntwo and")), 0);
	assert_int_equal(rotate_write(rotate, TEXT(" two\n")), 0);
	assert_int_equal(rotate_write(rotate, TEXT("three\n")), 0);
	assert_file("out.1", "one\ntwo and two\n");
	assert_file("out", "three\n");
	rotate_close(rotate);
}

static void a_file_that_ends_within_a_line_is_continued_with_another(void **state)
{
	AUTO(close) int fd = open("out", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	struct rotate *rotate;

	(void)state;
	assert_int_equal(write(fd, "one\ntw", 6), 6);
	assert_int_equal(rotate_open("out", 100, 2, &rotate), 0);
	assert_int_equal(rotate_write(rotate, TEXT("three\n")), 0);
	assert_file("out", "one\ntw\nthree\n");
	rotate_close(rotate);
}

/* As a disk is full: of what is written, only a part finds room. */
static void leave_room(rlim_t size)
{
	const struct rlimit limit = { .rlim_cur = size, .rlim_max = RLIM_INFINITY };

	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void on_a_full_disk_the_file_has_whole_lines_and_goes_on_with_one(void **state)
{
	struct rotate *rotate;

	(void)state;
	assert_int_equal(rotate_open("out", 1000, 2, &rotate), 0);
	assert_int_equal(rotate_write(rotate, TEXT("one\ntwo")), 0);
	leave_room(9);
	/* The end of a line whose beginning is there, and one that is half there. */
	assert_int_equal(rotate_write(rotate, TEXT(" and\nthree\nfour")), -EFBIG);
	assert_file("out", "one\n");
	assert_int_equal(rotate_write(rotate, TEXT(" and more")), 0);
	leave_room(RLIM_INFINITY);
	assert_int_equal(rotate_write(rotate, TEXT(" to its end\nfive\n")), 0);
	assert_int_equal(rotate_write(rotate, TEXT("six\n")), 0);
	assert_file("out", "one\nfive\nsix\n");
	rotate_close(rotate);
}

static void the_file_is_for_its_owner_and_never_behind_a_link(void **state)
{
	struct rotate *rotate = NULL;
	struct stat st;

	(void)state;
	assert_int_equal(symlink("elsewhere", "out"), 0);
	assert_int_equal(rotate_open("out", 10, 2, &rotate), -ELOOP);
	assert_null(rotate);
	assert_int_equal(unlink("out"), 0);
	assert_int_equal(rotate_open("out", 10, 0, &rotate), 0);
	assert_int_equal(stat("out", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	rotate_close(rotate);
}

static void a_journal_field_with_a_newline_is_framed_by_its_size(void **state)
{
	AUTO(buffer) struct buffer out;

	(void)state;
	buffer_init(&out, 4096);
	journal_field(&out, "A", TEXT("plain"));
	journal_field(&out, "NONE", (struct text){ 0 });
	journal_field(&out, "B", TEXT("x\ny"));
	assert_true(
		text_is(buffer_view(&out), TEXT("A=plain\nB\n\003\0\0\0\0\0\0\0x\ny\n")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			full_files_are_set_aside_and_the_oldest_goes, begin, end),
		cmocka_unit_test_setup_teardown(a_file_that_is_there_is_continued, begin,
						end),
		cmocka_unit_test_setup_teardown(
			a_file_that_ends_within_a_line_is_continued_with_another, begin,
			end),
		cmocka_unit_test_setup_teardown(
			on_a_full_disk_the_file_has_whole_lines_and_goes_on_with_one,
			begin, end),
		cmocka_unit_test_setup_teardown(a_line_in_two_parts_stays_in_one_file,
						begin, end),
		cmocka_unit_test_setup_teardown(
			the_file_is_for_its_owner_and_never_behind_a_link, begin, end),
		cmocka_unit_test(a_journal_field_with_a_newline_is_framed_by_its_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
