// SPDX-License-Identifier: Apache-2.0
// Every record is seen once and whole, wherever in the ring it stands, and garbage is survived.
#include "detect/collector/ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define SIZE 4096u

/* A ring in memory, with this test as the kernel. */
struct fake {
	_Alignas(8) unsigned long consumer, producer;
	_Alignas(8) char data[SIZE];
	struct ring *ring;
	unsigned taken;
	uint64_t last_pid;
	size_t last_size;
	bool broken;
};

static void put_bytes(struct fake *fake, unsigned long at, const void *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++)
		fake->data[(at + i) & (SIZE - 1)] = ((const char *)bytes)[i];
}

static void put(struct fake *fake, uint32_t flags, uint32_t pid, uint32_t size)
{
	struct record head = {
		.size = size, .kind = RECORD_FORK, .pid = pid, .time_ns = pid * 1000ull
	};
	uint32_t word = size | flags, zero = 0;
	char filling = (char)pid;

	put_bytes(fake, fake->producer, &word, 4);
	put_bytes(fake, fake->producer + 4, &zero, 4);
	put_bytes(fake, fake->producer + 8, &head,
		  size < sizeof(head) ? size : sizeof(head));
	for (uint32_t i = sizeof(head); i < size; i++)
		put_bytes(fake, fake->producer + 8 + i, &filling, 1);
	fake->producer += (8 + size + 7) / 8 * 8;
}

static void take(void *user, struct text record)
{
	struct fake *fake = user;
	struct record head;

	memcpy(&head, record.at, sizeof(head));
	fake->taken++;
	fake->broken |= head.size != record.size;
	fake->last_pid = head.pid;
	fake->last_size = record.size;
	for (size_t i = sizeof(head); i < record.size; i++)
		fake->broken |= record.at[i] != (char)head.pid;
}

static int begin(void **state)
{
	struct fake *fake = calloc(1, sizeof(*fake));

	*state = fake;
	return ring_open_memory(&fake->consumer, &fake->producer, fake->data, SIZE,
				&fake->ring);
}

static int end(void **state)
{
	struct fake *fake = *state;

	ring_close(fake->ring);
	free(fake);
	return 0;
}

static void records_over_the_end_of_the_ring_are_whole(void **state)
{
	struct fake *fake = *state;

	for (uint32_t pid = 1; pid < 2000; pid++) {
		put(fake, 0, pid, (uint32_t)sizeof(struct record) + pid * 31 % 900);
		assert_int_equal(ring_drain(fake->ring, 10, UINT64_MAX, take, fake), 1);
		assert_int_equal(fake->last_pid, pid);
	}
	assert_false(fake->broken);
	assert_int_equal(fake->taken, 1999);
	assert_int_equal(fake->consumer, fake->producer);
}

static void what_is_discarded_or_not_ready_is_not_taken(void **state)
{
	struct fake *fake = *state;
	unsigned long busy;
	uint32_t word = sizeof(struct record);

	put(fake, BPF_RINGBUF_DISCARD_BIT, 1, sizeof(struct record));
	put(fake, 0, 2, sizeof(struct record));
	busy = fake->producer;
	put(fake, BPF_RINGBUF_BUSY_BIT, 3, sizeof(struct record));
	put(fake, 0, 4, sizeof(struct record));
	assert_int_equal(ring_drain(fake->ring, 10, UINT64_MAX, take, fake), 2);
	assert_int_equal(fake->last_pid, 2);
	assert_int_equal(fake->consumer, busy);
	assert_int_equal(ring_drain(fake->ring, 10, UINT64_MAX, take, fake), 0);
	put_bytes(fake, busy, &word, 4);
	assert_int_equal(ring_drain(fake->ring, 10, UINT64_MAX, take, fake), 2);
	assert_int_equal(fake->last_pid, 4);
	assert_int_equal(fake->taken, 3);
}

static void a_drain_stops_where_it_was_told_to(void **state)
{
	struct fake *fake = *state;

	for (uint32_t pid = 1; pid <= 9; pid++)
		put(fake, 0, pid, sizeof(struct record));
	assert_int_equal(ring_drain(fake->ring, 4, UINT64_MAX, take, fake), 4);
	assert_int_equal(fake->last_pid, 4);
	assert_int_equal(ring_drain(fake->ring, 100, UINT64_MAX, take, fake), 5);
	assert_int_equal(fake->last_pid, 9);
}

static void what_was_made_later_than_asked_for_stays(void **state)
{
	struct fake *fake = *state;

	for (uint32_t pid = 1; pid <= 3; pid++)
		put(fake, 0, pid, sizeof(struct record));
	assert_int_equal(ring_next_ns(fake->ring), 1000);
	assert_int_equal(ring_drain(fake->ring, 10, 2000, take, fake), 2);
	assert_int_equal(fake->last_pid, 2);
	assert_int_equal(ring_next_ns(fake->ring), 3000);
	assert_int_equal(ring_drain(fake->ring, 10, 2999, take, fake), 0);
	assert_int_equal(ring_drain(fake->ring, 10, 3000, take, fake), 1);
	assert_true(ring_next_ns(fake->ring) == UINT64_MAX);
	put(fake, BPF_RINGBUF_BUSY_BIT, 4, sizeof(struct record));
	assert_true(ring_next_ns(fake->ring) == UINT64_MAX);
}

static void an_entry_that_can_not_be_is_counted_and_left_behind(void **state)
{
	struct fake *fake = *state;
	uint32_t word = 1u << 29;

	put(fake, 0, 1, 8); /* too short for a record */
	put(fake, 0, 2, sizeof(struct record));
	assert_int_equal(ring_drain(fake->ring, 10, UINT64_MAX, take, fake), 2);
	assert_int_equal(fake->last_pid, 2);
	assert_int_equal(ring_malformed(fake->ring), 1);
	put_bytes(fake, fake->producer, &word, 4); /* longer than what there is */
	fake->producer += 64;
	assert_int_equal(ring_drain(fake->ring, 10, UINT64_MAX, take, fake), 1);
	assert_int_equal(ring_malformed(fake->ring), 2);
	put(fake, 0, 3, sizeof(struct record));
	assert_int_equal(ring_drain(fake->ring, 10, UINT64_MAX, take, fake), 1);
	assert_int_equal(fake->last_pid, 3);
}

static void positions_that_can_not_be_end_in_a_fresh_start(void **state)
{
	struct fake *fake = *state;

	fake->producer = 1ul << 40;
	assert_int_equal(ring_drain(fake->ring, 10, UINT64_MAX, take, fake), 1);
	assert_int_equal(ring_malformed(fake->ring), 1);
	assert_int_equal(ring_waiting(fake->ring), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			records_over_the_end_of_the_ring_are_whole, begin, end),
		cmocka_unit_test_setup_teardown(
			what_is_discarded_or_not_ready_is_not_taken, begin, end),
		cmocka_unit_test_setup_teardown(a_drain_stops_where_it_was_told_to, begin,
						end),
		cmocka_unit_test_setup_teardown(what_was_made_later_than_asked_for_stays,
						begin, end),
		cmocka_unit_test_setup_teardown(
			an_entry_that_can_not_be_is_counted_and_left_behind, begin, end),
		cmocka_unit_test_setup_teardown(
			positions_that_can_not_be_end_in_a_fresh_start, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
