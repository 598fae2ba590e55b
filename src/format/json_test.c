// SPDX-License-Identifier: Apache-2.0
// What the JSON reader takes, what it refuses and where, and that its twins agree.
#include "base/buffer.h"
#include "format/json_copy.h"
#include "format/json_masks.h"
#include "format/json_stream.h"
#include "format/json_unescape.h"
#include "format/testing_stream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static int setup(void **state)
{
	return json_stream_create((struct json_stream **)state);
}

static int teardown(void **state)
{
	json_stream_free(*state);
	return 0;
}

static void start(struct json_stream *stream, struct testing_stream *source,
		  const char *text)
{
	*source = testing_stream_of(text_of(text));
	json_stream_start(stream, testing_stream_read, source);
}

/* The text of member ${name} of the document at hand. */
static struct text member(const struct json_stream *stream, const char *name)
{
	const struct json_document *d = json_stream_document(stream);
	uint32_t n = json_member(d, 0, name);

	assert_int_not_equal(n, 0);
	return json_text(d, &d->nodes[n]);
}

static void assert_text(struct text text, const char *expected)
{
	assert_int_equal(text.size, strlen(expected));
	assert_memory_equal(text.at, expected, text.size);
}

/* The only document of ${text} must be refused at this place, for this reason. */
static void assert_bad(struct json_stream *stream, const char *text, unsigned line,
		       unsigned column, const char *reason)
{
	struct testing_stream source;
	struct why why = { 0 };

	start(stream, &source, text);
	assert_int_equal(json_stream_next(stream, &why), JSON_STREAM_BAD);
	assert_string_equal(why.reason, reason);
	assert_int_equal(why.line, line);
	assert_int_equal(why.column, column);
}

static void values_of_every_type_are_read(void **state)
{
	struct testing_stream source;
	struct why why;
	const struct json_document *d;

	start(*state, &source,
	      "{\"a\":\"x\",\"b\":-12.5e+3,\"c\":true,\"d\":null,\"e\":[1,\"two\",[]],"
	      "\"f\":{\"g\":0}}");
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_DOCUMENT);
	d = json_stream_document(*state);
	assert_int_equal(d->count, 11);
	assert_int_equal(d->nodes[0].end, 11);
	assert_text(member(*state, "a"), "x");
	assert_text(member(*state, "b"), "-12.5e+3");
	assert_text(member(*state, "c"), "true");
	assert_int_equal(d->nodes[json_member(d, 0, "d")].type, JSON_NULL);
	assert_int_equal(d->nodes[json_member(d, 0, "e")].end, json_member(d, 0, "f"));
	assert_int_equal(json_member(d, 0, "g"), 0);
	assert_int_not_equal(json_member(d, json_member(d, 0, "f"), "g"), 0);
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_END);
}

static void escapes_are_replaced_in_names_and_values(void **state)
{
	struct testing_stream source;
	struct why why;

	start(*state, &source,
	      "{\"a\\\\b\":\"q\\\"s\\\\\\/"
	      "\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20ac\\ud83d\\ude00\\ud83dx\"}");
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_DOCUMENT);
	assert_text(member(*state, "a\\b"), "q\"s\\/\b\f\n\r\tA\xc3\xa9\xe2\x82\xac"
					    "\xf0\x9f\x98\x80\xef\xbf\xbdx");
}

static void faults_are_named_with_line_and_column(void **state)
{
	assert_bad(*state, "{\"a\":1,}", 1, 8, "found '}', expected a name in quotes");
	assert_bad(*state, "\n {\"a\" 1}", 2, 7,
		   "found '1', expected ':' after the name");
	assert_bad(*state, "{\"a\":01}", 1, 6,
		   "found '0', expected a number, without a zero in front");
	assert_bad(*state, "{\"a\":1.}", 1, 8,
		   "found '}', expected a digit after the point");
	assert_bad(*state, "{\"a\":-}", 1, 7,
		   "found '}', expected a number, without a zero in front");
	assert_bad(*state, "{\"a\":nul}", 1, 6, "found 'n', expected a value");
	assert_bad(*state, "{\"a\":tru", 1, 9,
		   "found the end of the input, expected true, false or null");
	assert_bad(*state, "{\"\xc3\xa4\":\"\\x\"}", 1, 7,
		   "found '\\', expected an escape that JSON knows");
	assert_bad(*state, "{\"a\":\"b\tc\"}", 1, 8,
		   "found byte 0x09, expected a text without control characters");
	assert_bad(*state, "{\"a\":[1 2]}", 1, 9, "found '2', expected ',' or ']'");
	assert_bad(*state, "{\"a\":\"never", 1, 12,
		   "found the end of the input, expected '\"' at the end of the text");
	assert_bad(*state, "hello", 1, 1, "found 'h', expected '{' or '['");
	assert_bad(*state, "\n{\"b\":\n\n2,\n]", 5, 1,
		   "found ']', expected a name in quotes");
}

/* An object with ${depth} - 1 arrays inside one another, closed again. */
static void nest(struct buffer *out, int depth)
{
	buffer_clear(out);
	buffer_string(out, "{\"a\":");
	for (int i = 1; i < depth; i++)
		buffer_char(out, '[');
	for (int i = 1; i < depth; i++)
		buffer_char(out, ']');
	buffer_add(out, "}", 2);
}

static void nesting_is_bounded(void **state)
{
	AUTO(buffer) struct buffer text;
	struct testing_stream source;
	struct why why;

	buffer_init(&text, 400);
	nest(&text, JSON_DEPTH_MAX);
	start(*state, &source, text.at);
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_DOCUMENT);
	nest(&text, JSON_DEPTH_MAX + 1);
	assert_bad(*state, text.at, 1, 69,
		   "found '[', expected at most 64 levels of nesting");
}

static void a_bad_line_costs_only_itself(void **state)
{
	struct testing_stream source;
	struct why why;

	start(*state, &source,
	      "{\"a\":1}\n{\"a\":tru}\nnonsense\n{\"a\":2} trailing\n{\"a\":3}\n");
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_DOCUMENT);
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_BAD);
	assert_int_equal(why.line, 2);
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_BAD);
	assert_int_equal(why.line, 3);
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_DOCUMENT);
	assert_text(member(*state, "a"), "2");
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_BAD);
	assert_int_equal(why.line, 4);
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_DOCUMENT);
	assert_text(member(*state, "a"), "3");
	assert_int_equal(json_stream_line(*state), 5);
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_END);
}

static void a_line_cut_in_the_middle_does_not_swallow_the_next(void **state)
{
	struct testing_stream source;
	struct why why;

	start(*state, &source, "{\"a\":1,\"b\":\"cut\n{\"a\":2}\n{\"a\":3,\n{\"a\":4}\n");
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_BAD);
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_DOCUMENT);
	assert_text(member(*state, "a"), "2");
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_BAD);
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_DOCUMENT);
	assert_text(member(*state, "a"), "4");
	assert_int_equal(json_stream_line(*state), 4);
}

static void a_broken_document_of_many_lines_is_one_fault(void **state)
{
	struct testing_stream source;
	struct why why;

	start(*state, &source,
	      "[\n  {\n    \"a\": {\n      \"b\": oops\n    }\n  },\n  {\n    \"a\": 7\n "
	      " }\n]\n");
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_BAD);
	assert_int_equal(why.line, 4);
	assert_int_equal(why.column, 12);
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_DOCUMENT);
	assert_text(member(*state, "a"), "7");
	assert_int_equal(json_stream_line(*state), 7);
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_END);
}

static void arrays_pretty_printing_and_concatenation_are_streams_too(void **state)
{
	struct testing_stream source;
	struct why why;

	start(*state, &source,
	      "\xef\xbb\xbf[{\"a\":1}, {\"a\":2}]\n{\n\"a\":\r\n3}{\"a\":4}");
	for (char expected = '1'; expected <= '4'; expected++) {
		assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_DOCUMENT);
		assert_text(member(*state, "a"), (char[]){ expected, 0 });
	}
	assert_int_equal(json_stream_line(*state), 4);
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_END);
}

static void small_reads_give_the_same_as_one(void **state)
{
	static char text[300000];
	struct testing_stream source;
	struct why why;
	size_t size = 0;

	while (size < sizeof(text) - 100)
		size += (size_t)snprintf(text + size, 100,
					 "{\"n\":\"%zu\\\\\",\"x\":\"\\\"%zu\"}\n", size,
					 size % 7);
	for (size_t step = 1; step < 100000; step = step * 7 + 3) {
		size_t at = 0, count = 0;
		int r;

		start(*state, &source, text);
		source.step = step;
		while ((r = json_stream_next(*state, &why)) == JSON_STREAM_DOCUMENT) {
			char expected[40];

			(void)snprintf(expected, sizeof(expected), "%zu\\", at);
			assert_text(member(*state, "n"), expected);
			assert_int_equal(json_stream_offset(*state), at);
			at += json_stream_document(*state)->used + 1;
			count++;
			assert_int_equal(json_stream_line(*state), count);
		}
		assert_int_equal(r, JSON_STREAM_END);
		assert_int_equal(at, size);
	}
}

static void a_document_beyond_the_limit_is_refused_and_the_next_read(void **state)
{
	size_t size = (size_t)JSON_SIZE_MAX + 1000;
	AUTO(free) char *text = malloc(size + 100);
	struct testing_stream source;
	struct why why;

	assert_non_null(text);
	memset(text, 'x', size);
	memcpy(text, "{\"a\":\"", 6);
	(void)snprintf(text + size, 100, "\"}\n{\"a\":\"small\"}\n");
	start(*state, &source, text);
	source.step = 1 << 16;
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_BAD);
	assert_non_null(strstr(why.reason, "at most 16 MiB"));
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_DOCUMENT);
	assert_text(member(*state, "a"), "small");
	assert_int_equal(json_stream_line(*state), 2);
}

/* Not for secrets: for bytes that are the same in every run. */
static uint32_t next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(*state >> 33);
}

static void the_twins_see_the_same(void **state)
{
	static const char alphabet[] = "\"\\\x1f \x20\x7f\x80\xff\n{}ab:,";
	char bytes[3 * JSON_BLOCK], one[JSON_STRIDE], two[JSON_STRIDE];
	uint64_t random = 1;

	(void)state;
#if defined(__x86_64__)
	for (int round = 0; round < 20000; round++) {
		struct json_masks a[3], b[3];

		for (size_t i = 0; i < sizeof(bytes); i++)
			bytes[i] = round % 2 ? (char)next_random(&random)
					     : alphabet[next_random(&random) %
							(sizeof(alphabet) - 1)];
		json_masks_plain(bytes, 3, a);
		json_masks_ssse3(bytes, 3, b);
		assert_memory_equal(a, b, sizeof(a));
		if (__builtin_cpu_supports("avx2"))
			json_masks_avx2(bytes, 3, b);
		assert_memory_equal(a, b, sizeof(a));
		assert_int_equal(json_copy_plain(one, bytes), json_copy_sse2(two, bytes));
		assert_memory_equal(one, two, sizeof(one));
	}
#else
	(void)bytes, (void)one, (void)two, (void)random, (void)alphabet;
	skip();
#endif
}

static void escapes_in_every_position_of_a_block_are_seen(void **state)
{
	const struct json_document *d;
	AUTO(buffer) struct buffer text;
	struct testing_stream source;
	struct why why;

	buffer_init(&text, 400);
	for (int lead = 0; lead < 140; lead++)
		for (int slashes = 0; slashes < 6; slashes++) {
			buffer_clear(&text);
			buffer_format(&text, "{\"%*s\":\"", lead, "");
			for (int i = 0; i < 2 * slashes; i++)
				buffer_char(&text, '\\');
			buffer_string(&text, "\\\"\",\"end\":1}");
			buffer_char(&text, 0);
			start(*state, &source, text.at);
			assert_int_equal(json_stream_next(*state, &why),
					 JSON_STREAM_DOCUMENT);
			assert_text(member(*state, "end"), "1");
			d = json_stream_document(*state);
			assert_int_equal(json_text(d, &d->nodes[1]).size, slashes + 1);
		}
}

static void what_is_quoted_reads_back_the_same(void **state)
{
	static const char all[] = "a\"\\\b\f\n\r\t\x01\x7f/\xc3\xa4\xf0\x9f\x98\x80 end";
	AUTO(buffer) struct buffer out;
	struct testing_stream source;
	struct why why;

	buffer_init(&out, 1000);
	buffer_string(&out, "{\"v\":");
	json_quote(&out, text_of(all));
	buffer_string(&out, ",\"bad\":");
	json_quote(&out, TEXT("\xff<\xc3"));
	buffer_add(&out, "}", 2);
	assert_false(out.failed);
	start(*state, &source, out.at);
	assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_DOCUMENT);
	assert_text(member(*state, "v"), all);
	assert_text(member(*state, "bad"), "\xef\xbf\xbd<\xef\xbf\xbd");
}

static void minified_json_is_one_line_with_its_texts_untouched(void **state)
{
	AUTO(buffer) struct buffer out;

	(void)state;
	buffer_init(&out, 1000);
	json_minify(&out, TEXT("{\r\n  \"a b\" : [ 1,\n\t\"x \\\" y\" ]\n}"));
	assert_text(buffer_view(&out), "{\"a b\":[1,\"x \\\" y\"]}");
}

static void what_no_text_may_hold_is_found_in_every_position_of_a_block(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
		const char *reason;
	} wrong[] = {
		{ "\\q", 2, "found '\\', expected an escape that JSON knows" },
		{ "\\u12g4", 6, "found '\\', expected an escape that JSON knows" },
		{ "\t", 1,
		  "found byte 0x09, expected a text without control characters" },
	};
	AUTO(buffer) struct buffer text;
	struct testing_stream source;

	buffer_init(&text, 400);
	for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		for (int lead = 0; lead < 140; lead++) {
			struct why why = { 0 };

			buffer_clear(&text);
			buffer_format(&text, "{\"\\n\\\"\":\"%*s", lead, "");
			buffer_add(&text, wrong[i].bytes, wrong[i].size);
			buffer_string(&text, "\\/\",\"end\":1}\n{\"next\":2}");
			buffer_char(&text, 0);
			start(*state, &source, text.at);
			assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_BAD);
			assert_string_equal(why.reason, wrong[i].reason);
			assert_int_equal(why.column, lead + 10);
			assert_int_equal(json_stream_next(*state, &why),
					 JSON_STREAM_DOCUMENT);
			assert_text(member(*state, "next"), "2");
		}
}

static void ascii_that_is_written_as_an_escape_is_told(void **state)
{
	static const struct {
		const char *text;
		bool odd;
	} cases[] = {
		{ "{\"a\":\"plain \\\\ \\\" \\n\"}", false },
		{ "{\"a\":\"\\u0000\\u001b\\u00ae\\u20ac\\ud83d\\ude00\"}", false },
		{ "{\"a\":\"\\u0041\"}", true },
		{ "{\"a\":\"\\u007f\"}", true },
		{ "{\"a\":\"\\u0020\"}", true },
		{ "{\"a\":\"\\u017f\"}", true }, /* folds to s */
		{ "{\"a\":\"\\u212A\"}", true }, /* folds to k */
		{ "{\"a\":\"\\/\"}", true },
		{ "{\"a\\u0041\":1}", true },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct testing_stream source;
		struct why why;

		start(*state, &source, cases[i].text);
		assert_int_equal(json_stream_next(*state, &why), JSON_STREAM_DOCUMENT);
		assert_int_equal(json_stream_document(*state)->odd_escapes, cases[i].odd);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(values_of_every_type_are_read),
		TEST(escapes_are_replaced_in_names_and_values),
		TEST(faults_are_named_with_line_and_column),
		TEST(nesting_is_bounded),
		TEST(a_bad_line_costs_only_itself),
		TEST(a_line_cut_in_the_middle_does_not_swallow_the_next),
		TEST(a_broken_document_of_many_lines_is_one_fault),
		TEST(arrays_pretty_printing_and_concatenation_are_streams_too),
		TEST(small_reads_give_the_same_as_one),
		TEST(a_document_beyond_the_limit_is_refused_and_the_next_read),
		TEST(the_twins_see_the_same),
		TEST(escapes_in_every_position_of_a_block_are_seen),
		TEST(what_no_text_may_hold_is_found_in_every_position_of_a_block),
		TEST(ascii_that_is_written_as_an_escape_is_told),
		TEST(what_is_quoted_reads_back_the_same),
		TEST(minified_json_is_one_line_with_its_texts_untouched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
