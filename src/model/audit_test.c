// SPDX-License-Identifier: Apache-2.0
// Lists of rules in audit-only: what is written is read, and nothing else is.
#include "model/audit.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>
#include <errno.h>
#include <sys/mman.h>

#define DIGEST TEXT("0123456789abcdef0123456789abcdef")
#define OTHER  TEXT("0123456789abcdef0123456789abcdee")

static void what_is_written_is_read(void **state)
{
	const uint32_t rules[] = { 0, 63, 64, 99 };
	AUTO(close) int fd = -1;
	uint64_t bits[2] = { 0 };

	(void)state;
	assert_int_equal(audit_write(DIGEST, rules, 4, &fd), 0);
	assert_int_equal(audit_read(fd, DIGEST, 100, bits), 0);
	assert_true(bits[0] == (UINT64_C(1) | UINT64_C(1) << 63));
	assert_true(bits[1] == (UINT64_C(1) | UINT64_C(1) << 35));
	assert_int_equal(write(fd, "x", 1), -1);
}

static void an_empty_list_sets_nothing(void **state)
{
	AUTO(close) int fd = -1;
	uint64_t bits[1] = { 0 };

	(void)state;
	assert_int_equal(audit_write(DIGEST, NULL, 0, &fd), 0);
	assert_int_equal(audit_read(fd, DIGEST, 10, bits), 0);
	assert_true(bits[0] == 0);
}

static void a_list_of_another_pack_is_refused(void **state)
{
	const uint32_t rules[] = { 1 };
	AUTO(close) int fd = -1;
	uint64_t bits[1] = { 0 };

	(void)state;
	assert_int_equal(audit_write(DIGEST, rules, 1, &fd), 0);
	assert_int_equal(audit_read(fd, OTHER, 10, bits), -EINVAL);
	assert_int_equal(audit_read(fd, DIGEST, 1, bits), -EINVAL);
	assert_true(bits[0] == 0);
}

static void numbers_out_of_order_are_not_written(void **state)
{
	const uint32_t twice[] = { 1, 1 };
	int fd = -1;

	(void)state;
	assert_int_equal(audit_write(DIGEST, twice, 2, &fd), -EINVAL);
	assert_int_equal(audit_write(TEXT("short"), twice, 1, &fd), -EINVAL);
	assert_int_equal(fd, -1);
}

static void a_list_cut_anywhere_is_refused(void **state)
{
	const uint32_t rules[] = { 1, 2 };
	AUTO(close) int fd = -1;
	uint8_t bytes[56];

	(void)state;
	assert_int_equal(audit_write(DIGEST, rules, 2, &fd), 0);
	assert_int_equal(pread(fd, bytes, sizeof(bytes), 0), sizeof(bytes));
	for (size_t size = 0; size < sizeof(bytes); size++) {
		AUTO(close) int cut = memfd_create("cut", MFD_CLOEXEC);
		uint64_t bits[1] = { 0 };

		assert_int_equal(write(cut, bytes, size), size);
		assert_int_equal(audit_read(cut, DIGEST, 10, bits), -EINVAL);
		assert_true(bits[0] == 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(an_empty_list_sets_nothing),
		cmocka_unit_test(a_list_of_another_pack_is_refused),
		cmocka_unit_test(numbers_out_of_order_are_not_written),
		cmocka_unit_test(a_list_cut_anywhere_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
