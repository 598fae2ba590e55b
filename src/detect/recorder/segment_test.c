// SPDX-License-Identifier: Apache-2.0
// Heads of segments: written and read, of other versions, and damaged.
#include "detect/recorder/segment.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static char bytes[SEGMENT_HEAD_MAX];
static struct segment_head head;
static uint8_t fields[256];

static int write_head(void **state)
{
	(void)state;
	head = (struct segment_head){ .id = 7, .number = 3, .made_ns = 5, .ran_ns = 9 };
	return segment_head_write(&head, bytes) == 0;
}

static bool read_head(size_t size)
{
	return segment_head_read((struct text){ .at = bytes, .size = size }, &head,
				 fields);
}

static void a_head_comes_back_with_all_fields(void **state)
{
	(void)state;
	assert_true(read_head(sizeof(bytes)));
	assert_int_equal(head.id, 7);
	assert_int_equal(head.number, 3);
	assert_int_equal(head.schema, field_schema_hash());
	for (unsigned i = 0; i < 256; i++)
		assert_int_equal(fields[i], i < FIELD_COUNT ? i : SEGMENT_FIELD_UNKNOWN);
}

/* Change the name of a field, as another version may have it. */
static void rename_field(enum field field, const char *name)
{
	struct text is = field_info(field)->sigma;
	char *at = memmem(bytes, head.size, is.at, is.size);

	assert_non_null(at);
	memcpy(at, name, strlen(name));
}

static void fields_of_another_version_are_found_by_name_and_type(void **state)
{
	char *guid = memmem(bytes, head.size, "ProcessGuid", 11);
	char *line = memmem(bytes, head.size, "CommandLine", 11);

	(void)state;
	/* Two that changed places, one that we don't have, one of another type. */
	memcpy(guid, "CommandLine", 11);
	memcpy(line, "ProcessGuid", 11);
	rename_field(FIELD_COMPUTER, "Conputer");
	((char *)memmem(bytes, head.size, "UserId", 6))[-2] = FIELD_TYPE_TEXT;
	segment_head_seal(bytes);
	assert_true(read_head(sizeof(bytes)));
	assert_int_equal(fields[FIELD_COMPUTER], SEGMENT_FIELD_UNKNOWN);
	assert_int_equal(fields[FIELD_USER_ID], SEGMENT_FIELD_UNKNOWN);
	assert_int_equal(fields[FIELD_COMMAND_LINE], FIELD_PROCESS_GUID);
	assert_int_equal(fields[FIELD_PROCESS_GUID], FIELD_COMMAND_LINE);
	assert_int_equal(fields[FIELD_IMAGE], FIELD_IMAGE);
}

static void a_head_that_is_damaged_anywhere_or_cut_is_none(void **state)
{
	uint32_t size = head.size;

	(void)state;
	for (uint32_t at = 0; at < size; at++) {
		bytes[at] ^= 4;
		assert_false(read_head(sizeof(bytes)));
		bytes[at] ^= 4;
		assert_false(read_head(at));
	}
	assert_true(read_head(size));
}

/* With a checksum that is right: what is wrong then was written so. */
static void sizes_that_do_not_add_up_are_refused(void **state)
{
	static const uint32_t sizes[] = { 0, 63, 65, SEGMENT_HEAD_MAX + 64, UINT32_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		assert_int_equal(write_head(state), 0);
		memcpy(bytes + offsetof(struct segment_head, size), &sizes[i], 4);
		assert_false(read_head(sizeof(bytes)));
	}
	assert_int_equal(write_head(state), 0);
	bytes[offsetof(struct segment_head, field_count)] = (char)255;
	segment_head_seal(bytes);
	assert_false(read_head(sizeof(bytes)));
}

#define TEST(name) cmocka_unit_test_setup(name, write_head)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_head_comes_back_with_all_fields),
		TEST(fields_of_another_version_are_found_by_name_and_type),
		TEST(a_head_that_is_damaged_anywhere_or_cut_is_none),
		TEST(sizes_that_do_not_add_up_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
