// SPDX-License-Identifier: Apache-2.0
// DNS messages are read as RFC 1035 has them, and broken ones as far as they make sense.
#include "detect/collector/dns.h"

#include "base/auto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static struct dns_message message;

/* ${literal} without the NUL at its end. */
#define READ(literal) dns_read(TEXT(literal), &message)

#define HEADER(id, header, questions, answers) id header questions answers "\0\0\0\0"
#define QUESTION                                                                         \
	"\3www\7Example\3org\0"                                                          \
	"\0\1\0\1"
#define TO_NAME "\300\14" /* points to the name of the question */

static void assert_text(struct text is, const char *expected)
{
	if (!text_is(is, text_of(expected)))
		fail_msg("'%.*s', expected '%s'", (int)is.size, is.at ? is.at : "",
			 expected);
}

static void assert_result(unsigned number, const char *expected)
{
	assert_true(number < message.result_count);
	assert_text(message.results[number], expected);
}

static void a_question_has_its_name_as_asked(void **state)
{
	(void)state;
	READ(HEADER("\1\2", "\1\0", "\0\1", "\0\0") QUESTION);
	assert_false(message.is_broken);
	assert_int_equal(message.id, 0x102);
	assert_int_equal(message.header & DNS_IS_ANSWER, 0);
	assert_int_equal(message.type, 1);
	assert_text(message.name, "www.Example.org");
	assert_int_equal(message.result_count, 0);
}

static void an_answer_has_its_addresses_names_and_texts(void **state)
{
	(void)state;
	READ(HEADER("\0\7", "\201\200", "\0\1", "\0\6") QUESTION TO_NAME
	     "\0\5\0\1\0\0\0\12\0\7"
	     "\4edge\300\20"                           /* CNAME edge.Example.org */
	     TO_NAME "\0\1\0\1\0\0\0\12\0\4\300\0\2\1" /* A */
	     TO_NAME "\0\34\0\1\0\0\0\12\0\20"
	     "\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1"        /* AAAA */
	     TO_NAME "\0\20\0\1\0\0\0\12\0\11\3v=1\4 \0b;" /* TXT of two strings */
	     TO_NAME "\0\17\0\1\0\0\0\12\0\6\0\12\2mx\0"   /* MX */
	     TO_NAME "\0\56\0\1\0\0\0\12\0\3\1\2\3");      /* RRSIG: not read */
	assert_false(message.is_broken);
	assert_int_equal(message.header & DNS_STATUS, 0);
	assert_result(0, "edge.Example.org");
	assert_result(1, "192.0.2.1");
	assert_result(2, "2001:db8::1");
	assert_int_equal(message.results[3].size, 7);
	assert_memory_equal(message.results[3].at, "v=1 \0b;", 7);
	assert_result(4, "mx");
	assert_result(5, "TYPE46");
	assert_int_equal(message.result_count, 6);
}

static void a_service_has_the_name_of_who_gives_it(void **state)
{
	(void)state;
	READ(HEADER("\0\7", "\201\200", "\0\1", "\0\1") QUESTION TO_NAME
	     "\0\41\0\1\0\0\0\12\0\12\0\1\0\2\0\120\2ns\0");
	assert_false(message.is_broken);
	assert_result(0, "ns");
}

static void the_status_tells_that_there_is_no_such_name(void **state)
{
	(void)state;
	READ(HEADER("\0\7", "\201\203", "\0\1", "\0\0") QUESTION);
	assert_int_equal(message.header & DNS_STATUS, 3);
	assert_text(dns_status_name(3), "NXDOMAIN");
	assert_text(dns_status_name(15), "");
	assert_text(dns_type_name(28), "AAAA");
	assert_text(dns_type_name(4711), "");
}

static void what_is_no_plain_text_in_a_label_is_written_as_numbers(void **state)
{
	(void)state;
	READ(HEADER("\0\7", "\1\0", "\0\1", "\0\0") "\7a.b\\\0\377 \0"
						    "\0\20\0\1");
	assert_false(message.is_broken);
	assert_text(message.name, "a\\.b\\\\\\000\\255\\032");
	assert_int_equal(message.type, 16);
}

static void the_root_has_no_name(void **state)
{
	(void)state;
	READ(HEADER("\0\7", "\1\0", "\0\1", "\0\0") "\0\0\2\0\1");
	assert_false(message.is_broken);
	assert_text(message.name, "");
	assert_int_equal(message.type, 2);
}

static void a_pointer_that_does_not_go_back_ends_the_reading(void **state)
{
	(void)state;
	/* To itself, forwards, and to a label that points to it again. */
	READ(HEADER("\0\7", "\1\0", "\0\1", "\0\0") "\300\14\0\1\0\1");
	assert_true(message.is_broken);
	READ(HEADER("\0\7", "\1\0", "\0\1", "\0\0") "\300\20\0\1\1a\0");
	assert_true(message.is_broken);
	READ(HEADER("\0\7", "\1\0", "\0\1", "\0\0") "\1a\300\14\0\1\0\1");
	assert_true(message.is_broken);
	assert_text(message.name, "a");
}

static void a_name_that_is_too_long_ends_the_reading(void **state)
{
	char bytes[12 + 5 * 64 + 5] = "\0\7\1\0\0\1\0\0\0\0\0\0";

	(void)state;
	for (int label = 0; label < 5; label++) {
		memset(bytes + 12 + label * 64, 'x', 64);
		bytes[12 + label * 64] = 63;
	}
	dns_read((struct text){ .at = bytes, .size = sizeof(bytes) }, &message);
	assert_true(message.is_broken);
	assert_int_equal(message.name.size, 3 * 64 - 1);
	/* 255 bytes are not too long: three labels of 63, one of 61. */
	bytes[12 + 3 * 64] = 61;
	memcpy(bytes + 12 + 3 * 64 + 62, "\0\0\1\0\1", 5);
	dns_read((struct text){ .at = bytes, .size = 12 + 254 + 5 }, &message);
	assert_false(message.is_broken);
	assert_int_equal(message.name.size, 253);
}

static void every_beginning_of_a_message_is_broken_and_harmless(void **state)
{
	static const char whole[] = HEADER("\0\7", "\201\200", "\0\1", "\0\1")
		QUESTION TO_NAME "\0\1\0\1\0\0\0\12\0\4\300\0\2\1";

	(void)state;
	for (size_t size = 0; size < sizeof(whole) - 1; size++) {
		/* Of its own on the heap, so that a byte too far is seen. */
		AUTO(free) char *copy = malloc(size ? size : 1);

		assert_non_null(copy);
		memcpy(copy, whole, size);
		dns_read((struct text){ .at = copy, .size = size }, &message);
		assert_true(message.is_broken);
		assert_int_equal(message.result_count, 0);
	}
	dns_read((struct text){ .at = whole, .size = sizeof(whole) - 1 }, &message);
	assert_false(message.is_broken);
	assert_result(0, "192.0.2.1");
}

static void an_address_of_the_wrong_size_is_no_result(void **state)
{
	(void)state;
	READ(HEADER("\0\7", "\201\200", "\0\1", "\0\2") QUESTION TO_NAME
	     "\0\1\0\1\0\0\0\12\0\3\300\0\2" TO_NAME "\0\1\0\1\0\0\0\12\0\4\300\0\2\1");
	assert_true(message.is_broken);
	assert_int_equal(message.result_count, 1);
	assert_result(0, "192.0.2.1");
}

static void more_results_than_there_is_room_for_are_counted(void **state)
{
	static const char head[] = HEADER("\0\7", "\201\200", "\0\1", "\0\50") QUESTION;
	static const char one[] = TO_NAME "\0\1\0\1\0\0\0\12\0\4\300\0\2\1";
	char bytes[sizeof(head) + 40 * sizeof(one)];
	size_t size = sizeof(head) - 1;

	(void)state;
	memcpy(bytes, head, size);
	for (int i = 0; i < 40; i++, size += sizeof(one) - 1)
		memcpy(bytes + size, one, sizeof(one) - 1);
	dns_read((struct text){ .at = bytes, .size = size }, &message);
	assert_false(message.is_broken);
	assert_int_equal(message.result_count, DNS_RESULTS_MAX);
	assert_int_equal(message.left_out, 40 - DNS_RESULTS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_question_has_its_name_as_asked),
		cmocka_unit_test(an_answer_has_its_addresses_names_and_texts),
		cmocka_unit_test(a_service_has_the_name_of_who_gives_it),
		cmocka_unit_test(the_status_tells_that_there_is_no_such_name),
		cmocka_unit_test(what_is_no_plain_text_in_a_label_is_written_as_numbers),
		cmocka_unit_test(the_root_has_no_name),
		cmocka_unit_test(a_pointer_that_does_not_go_back_ends_the_reading),
		cmocka_unit_test(a_name_that_is_too_long_ends_the_reading),
		cmocka_unit_test(every_beginning_of_a_message_is_broken_and_harmless),
		cmocka_unit_test(an_address_of_the_wrong_size_is_no_result),
		cmocka_unit_test(more_results_than_there_is_room_for_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
