// SPDX-License-Identifier: Apache-2.0
// Proof that reading rules survives each of its allocations failing.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "update/rule/rule_read.h"

/* The linker sends the allocations of everything that is tested here (--wrap). */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);

static long until_failure; /* 0: none fails */

static bool fails(void)
{
	return until_failure && --until_failure == 0;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return fails() ? NULL : __real_realloc(old, size);
}

static const char rules[] =
	"title: A\nid: 1\nname: a\ntags: [x]\nlogsource: {product: windows, category: "
	"x}\n"
	"detection:\n"
	"  s1:\n    A|contains|all|windash: [' -a', ' -b']\n    B|re|startswith: a+b\n"
	"    C|base64offset|contains: abc\n    D|fieldref: E\n    F|cidr: 10.0.0.0/8\n"
	"    G|utf16|base64: x\n    H|expand: '%p%'\n"
	"  s2: [k1, {A: 1, B|neq: 2.5}, k2]\n  s3: k3\n"
	"  condition: [s1 and not (s2 or s3), 2 of s*]\n"
	"---\n"
	"title: B\nname: b\nlogsource: {product: windows}\n"
	"detection: {s: &x {A: 1}, t: *x, condition: all of them}\n"
	"---\n"
	"title: C\nname: c\ncorrelation:\n  type: temporal\n  rules: [a, b]\n"
	"  group-by: [u]\n  aliases: {u: {a: A, b: B}}\n  timespan: 1m\n  condition: a "
	"and b\n"
	"---\n"
	"title: D\ncorrelation:\n  type: value_count\n  rules: c\n  timespan: 1m\n"
	"  condition: {gte: 3, field: X}\n"
	"---\n"
	"title: F\nlogsource: {product: windows}\nfilter: {rules: any, s: k, condition: "
	"not s}\n"
	"---\n"
	"title: bad\nlogsource: {product: x}\ndetection: {s: {A|wrong: 1}, condition: "
	"s}\n";

/* All steps; the first error, or 0. */
static int read_all(const char *placeholders, struct rule_reader **reader,
		    struct rule_set *set)
{
	struct rule_reader_options options = { .placeholders = placeholders };
	struct why why = { 0 };
	int r = rule_reader_create(&options, reader, &why);

	if (!r)
		r = rule_reader_add_text(*reader, "rules.yml", text_of(rules));
	if (!r)
		r = rule_reader_finish(*reader, set);
	return r;
}

static void any_allocation_may_fail(void **state)
{
	char path[] = "/tmp/failing_memory_test_XXXXXX";
	int fd = mkstemp(path), r = -ENOMEM;
	long steps = 0;

	(void)state;
	assert_true(fd >= 0);
	assert_true(dprintf(fd, "p: [x, y]\n") > 0);
	while (r) {
		struct rule_reader *reader = NULL;
		struct rule_set set = { 0 };
		uint32_t count = 0;

		until_failure = ++steps;
		r = read_all(path, &reader, &set);
		if (until_failure == 0) {
			/* It happened: said as what it is, or not met at all. */
			assert_int_equal(r, -ENOMEM);
			assert_int_equal(set.rule_count, 0);
		} else {
			until_failure = 0;
			assert_int_equal(r, 0);
			assert_int_equal(set.rule_count, 2);
			assert_int_equal(set.correlation_count, 2);
			(void)rule_reader_reports(reader, &count);
			assert_int_equal(count, 6);
		}
		rule_reader_free(reader);
	}
	assert_true(steps > 50);
	print_message("%ld allocations failed, one by one\n", steps - 1);
	(void)close(fd);
	(void)unlink(path);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
