// SPDX-License-Identifier: Apache-2.0
// Messages arrive whole, with their descriptors, or not at all.
#include "base/message.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static void a_message_brings_its_bytes_and_descriptors(void **state)
{
	AUTO(close) int a = -1, b = -1;
	int pipe_fds[2], fds[2] = { -1, -1 };
	unsigned count = 2;
	char bytes[16];
	size_t size = 0;

	(void)state;
	assert_int_equal(message_pair(4096, &a, &b), 0);
	assert_int_equal(pipe(pipe_fds), 0);
	assert_int_equal(message_send(a, "hello", 5, pipe_fds, 2), 0);
	assert_int_equal(message_receive(b, bytes, sizeof(bytes), &size, fds, &count), 0);
	assert_int_equal(size, 5);
	assert_memory_equal(bytes, "hello", 5);
	assert_int_equal(count, 2);
	assert_int_equal(write(fds[1], "x", 1), 1);
	assert_int_equal(read(pipe_fds[0], bytes, 1), 1);
	for (int i = 0; i < 2; i++) {
		close(fds[i]);
		close(pipe_fds[i]);
	}
}

static int open_descriptors(void)
{
	struct stat st;
	int open = 0;

	for (int fd = 0; fd < 256; fd++)
		open += fstat(fd, &st) == 0;
	return open;
}

static void more_than_was_asked_for_is_dropped_whole(void **state)
{
	AUTO(close) int a = -1, b = -1;
	char bytes[4];
	size_t size = 99;
	unsigned count = 1;
	int fd = -1, before;
	int two[2] = { 0, 0 };

	(void)state;
	assert_int_equal(message_pair(4096, &a, &b), 0);
	before = open_descriptors();
	assert_int_equal(message_send(a, "too long", 8, NULL, 0), 0);
	assert_int_equal(message_receive(b, bytes, sizeof(bytes), &size, NULL, NULL),
			 -EMSGSIZE);
	assert_int_equal(message_send(a, "fds", 3, two, 2), 0);
	assert_int_equal(message_receive(b, bytes, sizeof(bytes), &size, &fd, &count),
			 -EMSGSIZE);
	assert_int_equal(message_send(a, "fds", 3, two, 2), 0);
	assert_int_equal(message_receive(b, bytes, sizeof(bytes), &size, NULL, NULL),
			 -EMSGSIZE);
	assert_int_equal(size, 99);
	assert_int_equal(open_descriptors(), before);
}

static void the_end_is_told_apart_from_nothing_yet(void **state)
{
	AUTO(close) int b = -1;
	int a = -1;
	char bytes[4];
	size_t size;

	(void)state;
	assert_int_equal(message_pair(4096, &a, &b), 0);
	close(a);
	assert_int_equal(message_receive(b, bytes, sizeof(bytes), &size, NULL, NULL),
			 -EPIPE);
	assert_int_equal(message_send(b, "x", 1, NULL, 0), -EPIPE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_brings_its_bytes_and_descriptors),
		cmocka_unit_test(more_than_was_asked_for_is_dropped_whole),
		cmocka_unit_test(the_end_is_told_apart_from_nothing_yet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
