// SPDX-License-Identifier: Apache-2.0
// What is written is JSON, whatever the bytes were.
#include "detect/sink/json_write.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void assert_written(struct text in, const char *expected)
{
	AUTO(buffer) struct buffer out;

	buffer_init(&out, 4096);
	json_write_text(&out, in);
	assert_false(out.failed);
	if (!text_is(buffer_view(&out), text_of(expected)))
		fail_msg("got %.*s, expected %s", (int)out.size, out.at, expected);
}

static void texts_are_quoted_and_escaped(void **state)
{
	(void)state;
	assert_written(TEXT(""), "\"\"");
	assert_written(TEXT("a \"b\" \\ /"), "\"a \\\"b\\\" \\\\ /\"");
	assert_written(TEXT("\n\t\r\x01\x1b\x7f"), "\"\\n\\t\\r\\u0001\\u001b\\u007f\"");
	assert_written(TEXT("a\0b"), "\"a\\u0000b\"");
	assert_written(TEXT("w\xc3\xb6 \xe2\x82\xac \xf0\x9f\x90\xa6"),
		       "\"w\xc3\xb6 \xe2\x82\xac \xf0\x9f\x90\xa6\"");
}

static void bytes_that_are_not_utf8_become_replacement_characters(void **state)
{
	static const char *const bad[] = {
		"\x80",
		"\xff",
		"\xc3",
		"\xc0\x80",
		"\xe0\x80\x80",
		"\xed\xa0\x80",
		"\xf4\x90\x80\x80",
		"\xf5\x80\x80\x80",
		"\xe2\x82",
		"\xf0\x9f\x90",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		AUTO(buffer) struct buffer expected;

		buffer_init(&expected, 256);
		buffer_string(&expected, "\"");
		for (size_t byte = 0; byte < strlen(bad[i]); byte++)
			buffer_string(&expected, "\xef\xbf\xbd");
		buffer_string(&expected, "\"");
		buffer_char(&expected, '\0');
		assert_written(text_of(bad[i]), expected.at);
	}
}

static void members_are_set_apart_by_commas_and_empty_ones_left_out(void **state)
{
	AUTO(buffer) struct buffer out;

	(void)state;
	buffer_init(&out, 4096);
	json_write_open(&out, NULL);
	json_write_member(&out, "none", (struct text){ 0 });
	json_write_member(&out, "a", TEXT("{"));
	json_write_count(&out, "b", 18446744073709551615u);
	json_write_open(&out, "c");
	json_write_member(&out, "d", TEXT("x"));
	json_write_close(&out);
	json_write_count(&out, "e", 0);
	json_write_close(&out);
	assert_true(
		text_is(buffer_view(&out), TEXT("{\"a\":\"{\",\"b\":18446744073709551615,"
						"\"c\":{\"d\":\"x\"},\"e\":0}")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts_are_quoted_and_escaped),
		cmocka_unit_test(bytes_that_are_not_utf8_become_replacement_characters),
		cmocka_unit_test(members_are_set_apart_by_commas_and_empty_ones_left_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
