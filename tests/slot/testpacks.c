// SPDX-License-Identifier: Apache-2.0
// Small packs for the tests of the content folder.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/mman.h>

#include "testpacks.h"
#include "update/compile/pack_build.h"
#include "update/rule/rule_read.h"

static int make(int number)
{
	const struct rule_reader_options options = { 0 };
	struct rule_reader *reader = NULL;
	struct rule_set set = { 0 };
	struct why why = { 0 };
	struct buffer bytes;
	char yaml[512];
	int fd = memfd_create("pack", MFD_CLOEXEC);
	int size = snprintf(yaml, sizeof(yaml),
			    "title: Test %d\n"
			    "logsource: {category: process_creation, product: linux}\n"
			    "detection:\n"
			    "  a: {CommandLine|contains: 'needle-%d'}\n"
			    "  condition: a\n",
			    number, number);

	assert_true(fd >= 0);
	assert_int_equal(rule_reader_create(&options, &reader, &why), 0);
	assert_int_equal(rule_reader_add_text(reader, "test.yml",
					      (struct text){ yaml, (size_t)size }),
			 0);
	assert_int_equal(rule_reader_finish(reader, &set), 0);
	buffer_init(&bytes, 1u << 24);
	assert_int_equal(pack_build(&set, &bytes, &why), 0);
	assert_int_equal(write(fd, bytes.at, bytes.size), bytes.size);
	buffer_done(&bytes);
	rule_reader_free(reader);
	return fd;
}

void testpacks_make(int packs[TESTPACKS])
{
	for (int i = 0; i < TESTPACKS; i++)
		packs[i] = make(i);
}
