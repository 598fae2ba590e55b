// SPDX-License-Identifier: Apache-2.0
// Proof of a page's data: each text once, escaped, and never half an event.
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "scan_html_event.h"

struct fixture {
	struct scan_html_pool texts;
	struct scan_html_events events;
};

static void start(struct fixture *f, size_t texts, size_t events)
{
	scan_html_pool_init(&f->texts, texts);
	scan_html_events_init(&f->events, &f->texts, events);
}

static int set_up(void **state)
{
	*state = calloc(1, sizeof(struct fixture));
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	scan_html_events_done(&f->events);
	scan_html_pool_done(&f->texts);
	free(f);
	return 0;
}

#define ASSERT_JSON(buffer, want)                                                        \
	do {                                                                             \
		assert_int_equal((buffer).size, strlen(want));                           \
		assert_memory_equal((buffer).at, want, strlen(want));                    \
	} while (0)

static uint32_t add_text(struct fixture *f, struct text text)
{
	uint32_t number = UINT32_MAX;

	assert_int_equal(scan_html_pool_text(&f->texts, text, &number), 0);
	return number;
}

static uint32_t add_event(struct fixture *f, const char *json)
{
	uint32_t number = UINT32_MAX;

	assert_int_equal(scan_html_events_add(&f->events, text_of(json), &number), 0);
	return number;
}

static void a_text_stands_once_however_often_it_comes(void **state)
{
	struct fixture *f = *state;

	start(f, 1 << 20, 1 << 20);
	assert_int_equal(add_text(f, TEXT("one")), 0);
	assert_int_equal(add_text(f, TEXT("two")), 1);
	assert_int_equal(add_text(f, TEXT("")), 2);
	assert_int_equal(add_text(f, TEXT("one")), 0);
	assert_int_equal(add_text(f, TEXT("")), 2);
	ASSERT_JSON(f->texts.json, "\"one\",\"two\",\"\"");
}

static void a_hundred_thousand_texts_keep_their_numbers(void **state)
{
	struct fixture *f = *state;
	char text[16];

	start(f, 16 << 20, 1 << 20);
	for (unsigned round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 100000; i++) {
			(void)snprintf(text, sizeof(text), "text %u", i);
			assert_int_equal(add_text(f, text_of(text)), i);
		}
}

static void what_html_could_take_for_markup_is_escaped(void **state)
{
	struct fixture *f = *state;

	start(f, 1 << 20, 1 << 20);
	(void)add_text(f, TEXT("</script><!--&\"\n\xff"));
	ASSERT_JSON(f->texts.json,
		    "\"\\u003c/script\\u003e\\u003c!--\\u0026\\\"\\n\xef\xbf\xbd\"");
}

static void a_text_beyond_the_limit_changes_nothing(void **state)
{
	struct fixture *f = *state;
	uint32_t number = 7;

	start(f, 16, 1 << 20);
	(void)add_text(f, TEXT("twelve bytes"));
	assert_int_equal(scan_html_pool_text(&f->texts, TEXT("x"), &number), -E2BIG);
	assert_int_equal(number, 7);
	assert_int_equal(add_text(f, TEXT("twelve bytes")), 0);
	ASSERT_JSON(f->texts.json, "\"twelve bytes\"");
}

static void texts_are_limited_in_number_too_however_short(void **state)
{
	struct fixture *f = *state;
	uint32_t number = 7;
	char text[16];

	start(f, 128 << 20, 1 << 20);
	for (uint32_t i = 0; i < SCAN_HTML_MEMBERS_MAX; i++) {
		int size = snprintf(text, sizeof(text), "%x", i);

		if (scan_html_pool_text(&f->texts, (struct text){ text, (size_t)size },
					&number))
			fail_msg("text %u of %u", i, SCAN_HTML_MEMBERS_MAX);
	}
	number = 7;
	assert_int_equal(scan_html_pool_text(&f->texts, TEXT("one more"), &number),
			 -E2BIG);
	assert_int_equal(number, 7);
	assert_int_equal(add_text(f, TEXT("0")), 0);
}

static void an_event_is_its_shape_and_the_numbers_of_its_values(void **state)
{
	struct fixture *f = *state;

	start(f, 1 << 20, 1 << 20);
	assert_int_equal(
		add_event(f, "{\"a\":\"x\",\"b\":{\"c\":[1,true,null,[]]},\"d\":{}}"), 0);
	ASSERT_JSON(f->events.shapes.json, "[0,0,0,2,[0,3,[1,1,1,1,[1]]],7,[0]]");
	ASSERT_JSON(f->texts.json,
		    "\"a\",\"x\",\"b\",\"c\",\"1\",\"true\",\"null\",\"d\"");
	ASSERT_JSON(f->events.json, "[0,1,4,5,6]");
}

static void events_of_one_shape_share_it(void **state)
{
	struct fixture *f = *state;

	start(f, 1 << 20, 1 << 20);
	assert_int_equal(add_event(f, "{\"a\":\"x\"}"), 0);
	assert_int_equal(add_event(f, "{\"a\":\"y\"}"), 1);
	assert_int_equal(add_event(f, "{\"a\":1}"), 2);
	ASSERT_JSON(f->events.shapes.json, "[0,0,0],[0,0,1]");
	ASSERT_JSON(f->events.json, "[0,1],[0,2],[1,3]");
}

static void an_event_with_many_detections_stands_once(void **state)
{
	struct fixture *f = *state;

	start(f, 1 << 20, 1 << 20);
	assert_int_equal(add_event(f, "{\"a\":\"x\"}"), 0);
	assert_int_equal(add_event(f, "{\"a\":\"x\"}"), 0);
	assert_int_equal(f->events.count, 1);
}

static void names_that_stand_twice_stay_two(void **state)
{
	struct fixture *f = *state;

	start(f, 1 << 20, 1 << 20);
	(void)add_event(f, "{\"a\":\"x\",\"a\":\"y\"}");
	ASSERT_JSON(f->events.shapes.json, "[0,0,0,0,0]");
	ASSERT_JSON(f->events.json, "[0,1,2]");
}

static void what_is_no_json_is_one_text(void **state)
{
	struct fixture *f = *state;

	start(f, 1 << 20, 1 << 20);
	(void)add_event(f, "{\"a\":");
	(void)add_event(f, "");
	ASSERT_JSON(f->events.shapes.json, "0");
	ASSERT_JSON(f->texts.json, "\"{\\\"a\\\":\",\"\"");
	ASSERT_JSON(f->events.json, "[0,0],[0,1]");
}

static void as_deep_as_json_may_be(void **state)
{
	struct fixture *f = *state;
	char json[2 * JSON_DEPTH_MAX + 1];

	start(f, 1 << 20, 1 << 20);
	memset(json, '[', JSON_DEPTH_MAX);
	memset(json + JSON_DEPTH_MAX, ']', JSON_DEPTH_MAX);
	json[sizeof(json) - 1] = 0;
	(void)add_event(f, json);
	/* "[1" and "]" for each, and the commas between them. */
	assert_int_equal(f->events.shapes.json.size,
			 3 * JSON_DEPTH_MAX + JSON_DEPTH_MAX - 1);
}

static void an_event_beyond_the_limit_leaves_no_part_of_itself(void **state)
{
	struct fixture *f = *state;
	uint32_t number = 7;

	start(f, 1 << 20, 12);
	(void)add_event(f, "{\"a\":\"x\"}");
	assert_int_equal(scan_html_events_add(&f->events,
					      TEXT("{\"a\":\"1\",\"b\":\"2\"}"), &number),
			 -E2BIG);
	assert_int_equal(number, 7);
	ASSERT_JSON(f->events.json, "[0,1]");
	assert_int_equal(add_event(f, "{\"a\":\"y\"}"), 1);
	ASSERT_JSON(f->events.json, "[0,1],[0,5]");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_text_stands_once_however_often_it_comes),
		TEST(a_hundred_thousand_texts_keep_their_numbers),
		TEST(what_html_could_take_for_markup_is_escaped),
		TEST(a_text_beyond_the_limit_changes_nothing),
		TEST(texts_are_limited_in_number_too_however_short),
		TEST(an_event_is_its_shape_and_the_numbers_of_its_values),
		TEST(events_of_one_shape_share_it),
		TEST(an_event_with_many_detections_stands_once),
		TEST(names_that_stand_twice_stay_two),
		TEST(what_is_no_json_is_one_text),
		TEST(as_deep_as_json_may_be),
		TEST(an_event_beyond_the_limit_leaves_no_part_of_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
