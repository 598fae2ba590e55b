// SPDX-License-Identifier: Apache-2.0
// Reading the kernel's ring buffer: records in order, each seen once, nothing copied.
#include "detect/collector/ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdatomic.h>
#include <sys/mman.h>

/*
 * The layout is the kernel's (kernel/bpf/ringbuf.c): a page with the consumer's position that we
 * write, a page with the producer's, then the data.  libbpf maps the data twice in a row so that
 * an entry over the end is whole; that would double what the ring adds to our resident size, so
 * it is mapped once and the rare entry over the end is put together in ${joined}.
 */
#define ENTRY_HEADER 8
#define ENTRY_MAX    (sizeof(struct record_exec) + RECORD_TEXTS_SIZE + RECORD_COMPONENT_SIZE)

struct ring {
	_Atomic unsigned long *consumer;
	const _Atomic unsigned long *producer;
	const char *data;
	const struct record_counters *counters;
	size_t counters_stride, counters_size;
	_Atomic uint32_t *armed;
	void *producer_map;
	uint32_t size, cpu_count;
	size_t page;
	uint64_t malformed;
	char joined[ENTRY_MAX];
};

static int map(int fd, size_t size, int protection, size_t offset, void **out)
{
	void *at = mmap(NULL, size, protection, MAP_SHARED, fd, (off_t)offset);

	if (at == MAP_FAILED)
		return -errno;
	*out = at;
	return 0;
}

static size_t pages(size_t size, size_t page)
{
	return (size + page - 1) / page * page;
}

static int map_all(struct ring *ring, int ring_fd, int counters_fd, int doorbell_fd)
{
	void *consumer = NULL, *counters = NULL, *doorbell = NULL;
	int r;

	/* An array's values stand one after the other, each padded to eight bytes. */
	ring->counters_stride = sizeof(struct record_counters);
	ring->counters_size = pages(ring->counters_stride * ring->cpu_count, ring->page);
	r = map(ring_fd, ring->page, PROT_READ | PROT_WRITE, 0, &consumer);
	if (r)
		return r;
	ring->consumer = consumer;
	r = map(ring_fd, ring->page + ring->size, PROT_READ, ring->page,
		&ring->producer_map);
	if (r)
		return r;
	ring->producer = ring->producer_map;
	ring->data = (char *)ring->producer_map + ring->page;
	r = map(counters_fd, ring->counters_size, PROT_READ, 0, &counters);
	if (r)
		return r;
	ring->counters = counters;
	r = map(doorbell_fd, ring->page, PROT_READ | PROT_WRITE, 0, &doorbell);
	if (r)
		return r;
	ring->armed = doorbell;
	return 0;
}

_Static_assert(sizeof(struct record_counters) % 8 == 0, "the stride is the size");

int ring_open(int ring_fd, int counters_fd, int doorbell_fd, uint32_t size,
	      uint32_t cpu_count, struct ring **out)
{
	struct ring *ring;
	int r;

	if (size == 0 || size & (size - 1) || cpu_count == 0 || cpu_count > 65536)
		return -EINVAL;
	ring = calloc(1, sizeof(*ring));
	if (!ring)
		return -ENOMEM;
	ring->size = size;
	ring->cpu_count = cpu_count;
	ring->page = (size_t)sysconf(_SC_PAGESIZE);
	r = map_all(ring, ring_fd, counters_fd, doorbell_fd);
	if (r) {
		ring_close(ring);
		return r;
	}
	*out = ring;
	return 0;
}

int ring_open_memory(void *consumer, void *producer, const void *data, uint32_t size,
		     struct ring **out)
{
	struct ring *ring;

	if (size == 0 || size & (size - 1))
		return -EINVAL;
	ring = calloc(1, sizeof(*ring));
	if (!ring)
		return -ENOMEM;
	ring->size = size;
	ring->consumer = consumer;
	ring->producer = producer;
	ring->data = data;
	*out = ring;
	return 0;
}

static void unmap(const void *at, size_t size)
{
	void *plain;

	memcpy(&plain, &at, sizeof(plain));
	if (plain)
		(void)munmap(plain, size);
}

void ring_close(struct ring *ring)
{
	if (!ring)
		return;
	if (ring->page) {
		unmap(ring->consumer, ring->page);
		unmap(ring->producer_map, ring->page + ring->size);
		unmap(ring->counters, ring->counters_size);
		unmap(ring->armed, ring->page);
	}
	free(ring);
}

/* The bytes of the entry that begins ${at} bytes into the ring, in one piece. */
static struct text entry_bytes(struct ring *ring, uint64_t at, uint32_t size)
{
	size_t from = at & (ring->size - 1), first = ring->size - from;

	if (first >= size)
		return (struct text){ .at = ring->data + from, .size = size };
	memcpy(ring->joined, ring->data + from, first);
	memcpy(ring->joined + first, ring->data, size - first);
	return (struct text){ .at = ring->joined, .size = size };
}

uint32_t ring_drain(struct ring *ring, uint32_t most, ring_take *take, void *user)
{
	uint64_t at = atomic_load_explicit(ring->consumer, memory_order_relaxed);
	uint32_t passed = 0;

	while (passed < most) {
		uint64_t end = atomic_load_explicit(ring->producer, memory_order_acquire);
		const _Atomic uint32_t *header;
		uint32_t word, size;

		if (at == end)
			break;
		header = (const void *)(ring->data + (at & (ring->size - 1)));
		word = atomic_load_explicit(header, memory_order_acquire);
		if (word & BPF_RINGBUF_BUSY_BIT)
			break;
		size = word & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
		/* Only a kernel gone wrong, or another writer, gets here: start afresh. */
		if (size > ENTRY_MAX || size + ENTRY_HEADER > end - at ||
		    end - at > ring->size) {
			ring->malformed++;
			passed++;
			at = end;
		} else {
			if (!(word & BPF_RINGBUF_DISCARD_BIT)) {
				if (size >= sizeof(struct record))
					take(user,
					     entry_bytes(ring, at + ENTRY_HEADER, size));
				else
					ring->malformed++;
			}
			passed++;
			at += (size + ENTRY_HEADER + 7) / 8 * 8;
		}
		atomic_store_explicit(ring->consumer, at, memory_order_release);
	}
	return passed;
}

uint64_t ring_waiting(const struct ring *ring)
{
	return atomic_load_explicit(ring->producer, memory_order_acquire) -
	       atomic_load_explicit(ring->consumer, memory_order_relaxed);
}

bool ring_arm(struct ring *ring)
{
	/* The kernel puts a record in and then looks at the doorbell; we set the doorbell and
	   then look for records.  The fence keeps our two in this order. */
	atomic_store_explicit(ring->armed, 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
	if (ring_waiting(ring) == 0)
		return true;
	ring_disarm(ring);
	return false;
}

void ring_disarm(struct ring *ring)
{
	atomic_store_explicit(ring->armed, 0, memory_order_relaxed);
}

void ring_counters(const struct ring *ring, struct record_counters *out)
{
	struct record_counters sum = { 0 };

	for (uint32_t cpu = 0; cpu < ring->cpu_count; cpu++) {
		const volatile struct record_counters *one = &ring->counters[cpu];

		for (int kind = 0; kind <= RECORD_EXIT; kind++) {
			sum.made[kind] += one->made[kind];
			sum.lost[kind] += one->lost[kind];
		}
	}
	*out = sum;
}

uint64_t ring_malformed(const struct ring *ring)
{
	return ring->malformed;
}
