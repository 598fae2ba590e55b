// SPDX-License-Identifier: Apache-2.0
// Records of the network become events whose source is who began, and broken ones a count.
#include "detect/collector/collector.h"
#include "detect/kernel/record_network.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define PID   70
#define START 30000001

static const uint8_t here[16] = { [10] = 0xff, [11] = 0xff, 192, 0, 2, 1 };
static const uint8_t there[16] = { [10] = 0xff, [11] = 0xff, 198, 51, 100, 7 };
static const uint8_t there6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 9 };

/* A record with room for a message. */
struct made {
	struct record_network fixed;
	char payload[64];
};

static struct made begin_record(enum record_kind kind, const uint8_t *remote)
{
	struct made made = { .fixed = { .head = { .kind = (uint16_t)kind,
						  .pid = PID,
						  .start_ns = START,
						  .time_ns = START + 500,
						  .uid = 33 },
					.socket = 4711,
					.local_port = 40000,
					.remote_port = 443,
					.protocol = IPPROTO_TCP,
					.namespace = 4026531840 } };

	memcpy(made.fixed.local, here, sizeof(here));
	memcpy(made.fixed.remote, remote, sizeof(there));
	return made;
}

static const struct sensed *take(struct collector *collector, struct made *made,
				 size_t payload)
{
	struct text record = { .at = (const char *)made,
			       .size = sizeof(made->fixed) + payload };

	made->fixed.head.size = (uint32_t)record.size;
	return collector_take(collector, record);
}

static struct text value(const struct sensed *sensed, enum field field, unsigned number)
{
	for (uint32_t i = 0; i < sensed->event.count; i++)
		if (sensed->fields[i] == field && number-- == 0)
			return event_text(&sensed->event, &sensed->event.values[i]);
	return (struct text){ 0 };
}

static void assert_value(const struct sensed *sensed, enum field field,
			 const char *expected)
{
	struct text is;

	assert_non_null(sensed);
	is = value(sensed, field, 0);
	if (!text_is(is, text_of(expected)))
		fail_msg("%s is '%.*s', expected '%s'", field_info(field)->sigma.at,
			 (int)is.size, is.at ? is.at : "", expected);
}

static int begin(void **state)
{
	const struct process_table_limits limits = { .processes = 16, .text_size = 4096 };
	struct collector *collector = NULL;
	struct record fork = {
		.size = sizeof(fork), .kind = RECORD_FORK, .pid = PID, .start_ns = START
	};
	int r = collector_create(&limits, (struct text){ 0 }, &collector);

	*state = collector;
	if (r == 0)
		(void)collector_take(collector, (struct text){ .at = (const char *)&fork,
							       .size = sizeof(fork) });
	return r;
}

static int end(void **state)
{
	collector_free(*state);
	return 0;
}

static void who_connects_is_the_source(void **state)
{
	struct made made = begin_record(RECORD_CONNECT, there);
	const struct sensed *sensed;

	made.fixed.flags = RECORD_OUTWARD;
	sensed = take(*state, &made, 0);
	assert_non_null(sensed);
	assert_true(text_is(sensed->event.source, TEXT("linux:network_connection")));
	assert_value(sensed, FIELD_EVENT_ACTION, "connect");
	assert_value(sensed, FIELD_INITIATED, "true");
	assert_value(sensed, FIELD_PROTOCOL, "tcp");
	assert_value(sensed, FIELD_SOURCE_IP, "192.0.2.1");
	assert_value(sensed, FIELD_SOURCE_PORT, "40000");
	assert_value(sensed, FIELD_DESTINATION_IP, "198.51.100.7");
	assert_value(sensed, FIELD_DESTINATION_PORT, "443");
	assert_value(sensed, FIELD_PROCESS_ID, "70");
	assert_value(sensed, FIELD_USER_ID, "33");
	assert_value(sensed, FIELD_SOCKET_ID, "4711");
	assert_value(sensed, FIELD_NETWORK_NAMESPACE, "4026531840");
}

static void who_is_connected_to_is_the_destination(void **state)
{
	struct made made = begin_record(RECORD_ACCEPT, there6);
	const struct sensed *sensed = take(*state, &made, 0);

	assert_value(sensed, FIELD_EVENT_ACTION, "accept");
	assert_value(sensed, FIELD_INITIATED, "false");
	assert_value(sensed, FIELD_SOURCE_IP, "2001:db8::9");
	assert_value(sensed, FIELD_SOURCE_PORT, "443");
	assert_value(sensed, FIELD_DESTINATION_IP, "192.0.2.1");
	assert_value(sensed, FIELD_DESTINATION_PORT, "40000");
}

static void a_listener_has_an_address_and_no_other_end(void **state)
{
	struct made made = begin_record(RECORD_LISTEN, there);
	const struct sensed *sensed;

	memset(made.fixed.local, 0, sizeof(made.fixed.local));
	sensed = take(*state, &made, 0);
	assert_non_null(sensed);
	assert_true(text_is(sensed->event.source, TEXT("linux:network_listen")));
	assert_value(sensed, FIELD_LISTEN_IP, "::");
	assert_value(sensed, FIELD_LISTEN_PORT, "40000");
	assert_value(sensed, FIELD_SOURCE_IP, "");
	assert_value(sensed, FIELD_DESTINATION_IP, "");
}

static void an_end_tells_how_much_how_long_and_why(void **state)
{
	struct made made = begin_record(RECORD_CLOSE, there);
	const struct sensed *sensed;

	made.fixed.sent = 1000;
	made.fixed.received = 0;
	made.fixed.opened_ns = START + 200;
	made.fixed.error = ECONNREFUSED;
	sensed = take(*state, &made, 0);
	assert_value(sensed, FIELD_BYTES_SENT, "1000");
	assert_value(sensed, FIELD_BYTES_RECEIVED, "0");
	assert_value(sensed, FIELD_DURATION, "300");
	assert_value(sensed, FIELD_CONNECTION_ERROR, "refused");
	made.fixed.error = 0;
	assert_value(take(*state, &made, 0), FIELD_CONNECTION_ERROR, "");
}

static void a_question_and_its_answer_are_told_apart(void **state)
{
	static const char answer[] = "\0\7\201\200\0\1\0\1\0\0\0\0\1a\2bc\0\0\1\0\1"
				     "\300\14\0\1\0\1\0\0\0\12\0\4\300\0\2\5";
	const size_t question = 12 + 6 + 4, whole = sizeof(answer) - 1;
	struct made made = begin_record(RECORD_DNS, there);
	const struct sensed *sensed;

	made.fixed.remote_port = 53;
	made.fixed.protocol = IPPROTO_UDP;
	memcpy(made.payload, answer, whole);
	made.payload[2] = made.payload[3] = made.payload[7] = 0;
	made.fixed.payload_size = made.fixed.payload_whole = (uint32_t)question;
	/* A record may be longer than what is in it. */
	sensed = take(*state, &made, sizeof(made.payload));
	assert_non_null(sensed);
	assert_true(text_is(sensed->event.source, TEXT("linux:dns_query")));
	assert_value(sensed, FIELD_QUERY_NAME, "a.bc");
	assert_value(sensed, FIELD_QUERY_TYPE, "A");
	assert_value(sensed, FIELD_QUERY_ID, "7");
	assert_value(sensed, FIELD_RESPONSE_CODE, "");
	assert_value(sensed, FIELD_QUERY_BROKEN, "");
	assert_value(sensed, FIELD_DESTINATION_PORT, "53");

	memcpy(made.payload, answer, whole);
	made.fixed.head.kind = RECORD_DNS_ANSWER;
	made.fixed.payload_size = made.fixed.payload_whole = (uint32_t)whole;
	sensed = take(*state, &made, sizeof(made.payload));
	assert_non_null(sensed);
	assert_true(text_is(sensed->event.source, TEXT("linux:dns_answer")));
	assert_value(sensed, FIELD_QUERY_NAME, "a.bc");
	assert_value(sensed, FIELD_QUERY_STATUS, "0");
	assert_value(sensed, FIELD_RESPONSE_CODE, "NOERROR");
	assert_value(sensed, FIELD_QUERY_RESULTS, "192.0.2.5");
	/* The asker is the source of the answer, too. */
	assert_value(sensed, FIELD_SOURCE_IP, "192.0.2.1");
	assert_value(sensed, FIELD_DESTINATION_IP, "198.51.100.7");
}

static void a_message_that_is_none_is_an_event_all_the_same(void **state)
{
	struct made made = begin_record(RECORD_DNS, there);
	const struct sensed *sensed;

	memcpy(made.payload, "SSH-2.0-", 8);
	made.fixed.payload_size = made.fixed.payload_whole = 8;
	sensed = take(*state, &made, 8);
	assert_value(sensed, FIELD_QUERY_BROKEN, "true");
	assert_value(sensed, FIELD_QUERY_NAME, "");
	/* Where the kernel kept only a part, that explains it. */
	made.fixed.payload_whole = 9000;
	sensed = take(*state, &made, 8);
	assert_value(sensed, FIELD_QUERY_CUT, "true");
	assert_value(sensed, FIELD_QUERY_BROKEN, "");
}

static void what_nobody_is_known_to_have_done_has_no_process(void **state)
{
	struct made made = begin_record(RECORD_DATAGRAM, there);
	uint32_t before = collector_process_count(*state);
	const struct sensed *sensed;

	made.fixed.head.pid = 0;
	made.fixed.head.start_ns = 0;
	sensed = take(*state, &made, 0);
	assert_value(sensed, FIELD_DESTINATION_IP, "192.0.2.1");
	assert_value(sensed, FIELD_PROCESS_ID, "");
	assert_value(sensed, FIELD_USER_ID, "");
	assert_value(sensed, FIELD_ANCESTORS, "");
	assert_int_equal(collector_process_count(*state), before);
}

static void records_whose_sizes_do_not_add_up_are_counted(void **state)
{
	struct made made = begin_record(RECORD_DNS, there);
	struct collector_counters counters;

	made.fixed.payload_size = 9;
	assert_null(take(*state, &made, 8));
	made.fixed.payload_size = UINT32_MAX;
	assert_null(take(*state, &made, 8));
	made.fixed.head.size = sizeof(made.fixed) - 1;
	assert_null(
		collector_take(*state, (struct text){ .at = (const char *)&made,
						      .size = sizeof(made.fixed) - 1 }));
	collector_counters(*state, &counters);
	assert_int_equal(counters.malformed, 3);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(who_connects_is_the_source),
		TEST(who_is_connected_to_is_the_destination),
		TEST(a_listener_has_an_address_and_no_other_end),
		TEST(an_end_tells_how_much_how_long_and_why),
		TEST(a_question_and_its_answer_are_told_apart),
		TEST(a_message_that_is_none_is_an_event_all_the_same),
		TEST(what_nobody_is_known_to_have_done_has_no_process),
		TEST(records_whose_sizes_do_not_add_up_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
