// SPDX-License-Identifier: Apache-2.0
// No event overtakes the processes that came before it, and nothing waits while the reader sleeps.
#include "detect/collector/rings.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define SIZE 4096u
#define CPUS 3u

/* Rings in memory files, laid out as the kernel lays them out; this test is the kernel. */
struct fake {
	struct rings *rings;
	int fds[2 + RECORD_CLASSES];
	char *maps
		[RECORD_CLASSES]; /* a page with the consumer's place, the producer's, data */
	size_t page;
	uint32_t taken[32];
	unsigned count;
};

static int memory(size_t size)
{
	int fd = memfd_create("rings", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	return fd;
}

static int begin(void **state)
{
	struct fake *fake = calloc(1, sizeof(*fake));
	struct rings_source source = { .cpu_count = CPUS };

	fake->page = (size_t)sysconf(_SC_PAGESIZE);
	source.counters = fake->fds[0] = memory(CPUS * sizeof(struct record_counters));
	source.doorbell = fake->fds[1] = memory(fake->page);
	for (int class = 0; class < RECORD_CLASSES; class ++) {
		size_t size = 2 * fake->page + SIZE;
		int fd = memory(size);

		source.rings[class] = fake->fds[2 + class] = fd;
		source.sizes[class] = SIZE;
		fake->maps[class] =
			mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
		assert_true(fake->maps[class] != MAP_FAILED);
	}
	*state = fake;
	return rings_open(&source, &fake->rings);
}

static int end(void **state)
{
	struct fake *fake = *state;

	rings_close(fake->rings);
	for (int i = 0; i < 2 + RECORD_CLASSES; i++)
		close(fake->fds[i]);
	for (int class = 0; class < RECORD_CLASSES; class ++)
		munmap(fake->maps[class], 2 * fake->page + SIZE);
	free(fake);
	return 0;
}

/* The record is known by its pid. */
static void put(struct fake *fake, enum record_class class, uint32_t pid,
		uint64_t time_ns)
{
	struct record record = { .size = sizeof(record), .pid = pid, .time_ns = time_ns };
	unsigned long *producer = (unsigned long *)(fake->maps[class] + fake->page);
	char *at = fake->maps[class] + 2 * fake->page + *producer;

	memcpy(at, &record.size, sizeof(record.size));
	memcpy(at + 8, &record, sizeof(record));
	*producer += 8 + sizeof(record);
}

static void take(void *user, struct text record)
{
	struct fake *fake = user;
	struct record head;

	memcpy(&head, record.at, sizeof(head));
	fake->taken[fake->count++] = head.pid;
}

static void assert_taken(struct fake *fake, unsigned count, const uint32_t *expected)
{
	assert_int_equal(fake->count, count);
	assert_memory_equal(fake->taken, expected, count * sizeof(*expected));
	fake->count = 0;
}

static void processes_come_first_whatever_was_put_first(void **state)
{
	struct fake *fake = *state;

	put(fake, RECORD_CLASS_NETWORK, 30, 1);
	put(fake, RECORD_CLASS_FILE, 20, 2);
	put(fake, RECORD_CLASS_PROCESS, 10, 3);
	assert_int_equal(rings_drain(fake->rings, 10, 100, take, fake), 3);
	assert_taken(fake, 3, (uint32_t[]){ 10, 20, 30 });
}

static void a_file_waits_for_the_processes_that_were_before_it(void **state)
{
	struct fake *fake = *state;

	put(fake, RECORD_CLASS_PROCESS, 10, 1);
	put(fake, RECORD_CLASS_PROCESS, 11, 3);
	put(fake, RECORD_CLASS_FILE, 20, 2);
	put(fake, RECORD_CLASS_FILE, 21, 4);
	assert_int_equal(rings_drain(fake->rings, 1, 100, take, fake), 2);
	assert_taken(fake, 2, (uint32_t[]){ 10, 20 });
	assert_int_equal(rings_drain(fake->rings, 1, 100, take, fake), 2);
	assert_taken(fake, 2, (uint32_t[]){ 11, 21 });
}

static void what_was_made_after_the_look_began_waits_for_the_next_one(void **state)
{
	struct fake *fake = *state;

	put(fake, RECORD_CLASS_FILE, 20, 100);
	put(fake, RECORD_CLASS_FILE, 21, 101);
	put(fake, RECORD_CLASS_PROCESS, 10, 102);
	assert_int_equal(rings_drain(fake->rings, 10, 100, take, fake), 2);
	assert_taken(fake, 2, (uint32_t[]){ 10, 20 });
	assert_int_equal(rings_drain(fake->rings, 10, 101, take, fake), 1);
	assert_taken(fake, 1, (uint32_t[]){ 21 });
}

static void nobody_sleeps_while_any_ring_has_something(void **state)
{
	struct record_doorbell *bell;
	struct fake *fake = *state;

	bell = mmap(NULL, fake->page, PROT_READ | PROT_WRITE, MAP_SHARED, fake->fds[1],
		    0);
	assert_true(bell != MAP_FAILED);
	assert_true(rings_arm(fake->rings));
	assert_int_equal(bell->armed, 1);
	rings_disarm(fake->rings);
	assert_int_equal(bell->armed, 0);
	put(fake, RECORD_CLASS_NETWORK, 30, 1);
	assert_false(rings_arm(fake->rings));
	assert_int_equal(bell->armed, 0);
	rings_want(fake->rings, RECORD_BIT(RECORD_DNS));
	assert_true(bell->wanted == RECORD_BIT(RECORD_DNS));
	munmap(bell, fake->page);
}

static void counters_are_summed_over_the_processors(void **state)
{
	struct record_counters sum, one = { 0 };
	struct fake *fake = *state;

	for (unsigned cpu = 0; cpu < CPUS; cpu++) {
		one.made[RECORD_EXEC] = 10 + cpu;
		one.lost[RECORD_DNS] = cpu;
		assert_int_equal(pwrite(fake->fds[0], &one, sizeof(one),
					(off_t)(cpu * sizeof(one))),
				 sizeof(one));
	}
	rings_counters(fake->rings, &sum);
	assert_int_equal(sum.made[RECORD_EXEC], 33);
	assert_int_equal(sum.lost[RECORD_DNS], 3);
	assert_int_equal(sum.made[RECORD_FORK], 0);
}

static void a_source_may_have_one_ring_alone_but_no_bad_size(void **state)
{
	struct fake *fake = *state;
	struct rings_source source = { .counters = fake->fds[0],
				       .doorbell = fake->fds[1],
				       .cpu_count = CPUS };
	struct rings *rings = NULL;

	source.rings[RECORD_CLASS_PROCESS] = fake->fds[2];
	source.sizes[RECORD_CLASS_PROCESS] = SIZE - 1;
	assert_int_equal(rings_open(&source, &rings), -EINVAL);
	source.sizes[RECORD_CLASS_PROCESS] = SIZE;
	assert_int_equal(rings_open(&source, &rings), 0);
	put(fake, RECORD_CLASS_PROCESS, 10, 1);
	put(fake, RECORD_CLASS_FILE, 20, 1);
	assert_int_equal(rings_drain(rings, 10, 100, take, fake), 1);
	assert_taken(fake, 1, (uint32_t[]){ 10 });
	rings_close(rings);
	source.cpu_count = 0;
	assert_int_equal(rings_open(&source, &rings), -EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(processes_come_first_whatever_was_put_first),
		TEST(a_file_waits_for_the_processes_that_were_before_it),
		TEST(what_was_made_after_the_look_began_waits_for_the_next_one),
		TEST(nobody_sleeps_while_any_ring_has_something),
		TEST(counters_are_summed_over_the_processors),
		TEST(a_source_may_have_one_ring_alone_but_no_bad_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
