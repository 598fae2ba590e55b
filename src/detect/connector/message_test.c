// SPDX-License-Identifier: Apache-2.0
// The kernel's messages are read as they are meant, and nothing else is taken for one.
#include "detect/connector/message.h"

#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* A struct cn_msg but for the data that follow it. */
struct head {
	struct cb_id id;
	uint32_t seq, ack;
	uint16_t len, flags;
};

struct datagram {
	struct nlmsghdr header;
	struct head connector;
	struct proc_event event;
} __attribute__((packed));

static struct datagram datagram_of(const struct proc_event *event)
{
	struct datagram made = {
		.header = { .nlmsg_len = sizeof(made), .nlmsg_type = NLMSG_DONE },
		.connector = { .id = { CN_IDX_PROC, CN_VAL_PROC },
			       .seq = 42,
			       .ack = 7,
			       .len = sizeof(*event) },
		.event = *event,
	};

	return made;
}

static struct text text_of_datagram(const struct datagram *datagram)
{
	return (struct text){ .at = (const char *)datagram, .size = sizeof(*datagram) };
}

static struct message read_one(const struct proc_event *event)
{
	struct datagram datagram = datagram_of(event);
	struct text text = text_of_datagram(&datagram);
	struct message message;

	assert_true(message_next(&text, &message));
	assert_int_equal(text.size, 0);
	return message;
}

static void a_fork_tells_child_and_parent(void **state)
{
	struct proc_event event = { .what = PROC_EVENT_FORK,
				    .cpu = 3,
				    .timestamp_ns = 99 };
	struct message message;

	(void)state;
	event.event_data.fork.parent_pid = 11;
	event.event_data.fork.parent_tgid = 10;
	event.event_data.fork.child_pid = 21;
	event.event_data.fork.child_tgid = 20;
	message = read_one(&event);
	assert_int_equal(message.what, MESSAGE_FORK);
	assert_int_equal(message.sequence, 42);
	assert_int_equal(message.cpu, 3);
	assert_int_equal(message.time_ns, 99);
	assert_int_equal(message.parent, 10);
	assert_int_equal(message.process, 20);
	assert_int_equal(message.thread, 21);
}

static void an_exec_an_exit_and_new_users_tell_whose_they_are(void **state)
{
	struct proc_event event = { .what = PROC_EVENT_EXEC };
	struct message message;

	(void)state;
	event.event_data.exec.process_pid = 31;
	event.event_data.exec.process_tgid = 30;
	message = read_one(&event);
	assert_int_equal(message.what, MESSAGE_EXEC);
	assert_int_equal(message.process, 30);

	event = (struct proc_event){ .what = PROC_EVENT_EXIT };
	event.event_data.exit.process_pid = 41;
	event.event_data.exit.process_tgid = 40;
	event.event_data.exit.exit_code = 7 << 8;
	message = read_one(&event);
	assert_int_equal(message.what, MESSAGE_EXIT);
	assert_int_equal(message.thread, 41);
	assert_int_equal(message.process, 40);
	assert_int_equal(message.status, 7 << 8);

	event = (struct proc_event){ .what = PROC_EVENT_GID };
	event.event_data.id.process_tgid = 50;
	event.event_data.id.r.rgid = 1;
	event.event_data.id.e.egid = 2;
	message = read_one(&event);
	assert_int_equal(message.what, MESSAGE_GROUPS);
	assert_int_equal(message.real, 1);
	assert_int_equal(message.effective, 2);
	event.what = PROC_EVENT_UID;
	assert_int_equal(read_one(&event).what, MESSAGE_USERS);
}

static void an_answer_says_whose_and_whether_it_is_a_no(void **state)
{
	struct proc_event event = { .what = PROC_EVENT_NONE };
	struct message message;

	(void)state;
	event.event_data.ack.err = 1;
	message = read_one(&event);
	assert_int_equal(message.what, MESSAGE_ANSWER);
	assert_int_equal(message.answer, 7);
	assert_int_equal(message.status, 1);
}

static void what_is_new_is_counted_and_no_more(void **state)
{
	struct proc_event event = { .what = PROC_EVENT_COMM, .cpu = 1 };

	(void)state;
	assert_int_equal(read_one(&event).what, MESSAGE_OTHER);
	event.what = 0x00010000;
	assert_int_equal(read_one(&event).what, MESSAGE_OTHER);
	assert_int_equal(read_one(&event).cpu, 1);
}

static void what_is_cut_or_of_another_is_no_message(void **state)
{
	struct proc_event event = { .what = PROC_EVENT_EXEC };
	struct datagram good = datagram_of(&event), bad = good;
	struct text text = text_of_datagram(&bad);
	struct message message;

	(void)state;
	for (size_t size = 0; size < sizeof(good); size++) {
		struct text cut = text_part(text, 0, size);

		assert_false(message_next(&cut, &message));
	}
	bad.header.nlmsg_type = NLMSG_ERROR;
	assert_false(message_next(&text, &message));
	bad = good;
	bad.header.nlmsg_len = sizeof(struct nlmsghdr);
	assert_false(message_next(&text, &message));
	bad = good;
	bad.connector.id.idx = CN_IDX_CIFS;
	assert_false(message_next(&text, &message));
	bad = good;
	bad.connector.len = sizeof(event) + 1;
	assert_false(message_next(&text, &message));
	bad.connector.len = 8;
	assert_false(message_next(&text, &message));
	assert_int_equal(text.size, sizeof(bad));
}

static void several_in_one_datagram_come_one_after_the_other(void **state)
{
	struct proc_event event = { .what = PROC_EVENT_EXEC };
	struct datagram both[2] = { datagram_of(&event), datagram_of(&event) };
	struct text text = { .at = (const char *)both, .size = sizeof(both) };
	struct message message;

	(void)state;
	both[1].connector.seq = 43;
	assert_true(message_next(&text, &message));
	assert_int_equal(message.sequence, 42);
	assert_true(message_next(&text, &message));
	assert_int_equal(message.sequence, 43);
	assert_false(message_next(&text, &message));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_fork_tells_child_and_parent),
		cmocka_unit_test(an_exec_an_exit_and_new_users_tell_whose_they_are),
		cmocka_unit_test(an_answer_says_whose_and_whether_it_is_a_no),
		cmocka_unit_test(what_is_new_is_counted_and_no_more),
		cmocka_unit_test(what_is_cut_or_of_another_is_no_message),
		cmocka_unit_test(several_in_one_datagram_come_one_after_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
