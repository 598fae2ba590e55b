// SPDX-License-Identifier: Apache-2.0
// Reading one ring buffer of the kernel's: records in order, each seen once, nothing copied.
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
#define ENTRY_MAX                                                                        \
	(32u << 10) /* records are made in values per CPU, which are no bigger */

struct ring {
	_Atomic unsigned long *consumer;
	const _Atomic unsigned long *producer;
	const char *data;
	void *producer_map;
	uint32_t size;
	size_t page; /* 0: the memory is another's */
	uint64_t malformed;
	char joined[ENTRY_MAX];
};

static int map_all(struct ring *ring, int fd)
{
	void *consumer =
		mmap(NULL, ring->page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	void *producer;

	if (consumer == MAP_FAILED)
		return -errno;
	ring->consumer = consumer;
	producer = mmap(NULL, ring->page + ring->size, PROT_READ, MAP_SHARED, fd,
			(off_t)ring->page);
	if (producer == MAP_FAILED)
		return -errno;
	ring->producer = ring->producer_map = producer;
	ring->data = (char *)producer + ring->page;
	return 0;
}

int ring_open(int fd, uint32_t size, struct ring **out)
{
	struct ring *ring;
	int r;

	if (size == 0 || size & (size - 1))
		return -EINVAL;
	ring = calloc(1, sizeof(*ring));
	if (!ring)
		return -ENOMEM;
	ring->size = size;
	ring->page = (size_t)sysconf(_SC_PAGESIZE);
	r = map_all(ring, fd);
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

void ring_close(struct ring *ring)
{
	void *consumer;

	if (!ring)
		return;
	memcpy(&consumer, &ring->consumer, sizeof(consumer));
	if (ring->page && consumer)
		(void)munmap(consumer, ring->page);
	if (ring->producer_map)
		(void)munmap(ring->producer_map, ring->page + ring->size);
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

/* When the record that begins ${at} bytes into the ring was made.  It may stand over the end. */
static uint64_t time_of(const struct ring *ring, uint64_t at)
{
	uint64_t time_ns;

	at += offsetof(struct record, time_ns);
	memcpy(&time_ns, ring->data + (at & (ring->size - 1)), sizeof(time_ns));
	return time_ns;
}

_Static_assert(offsetof(struct record, time_ns) % 8 == 0, "and so it is in one piece");

uint32_t ring_drain(struct ring *ring, uint32_t most, uint64_t until_ns, ring_take *take,
		    void *user)
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
			bool is_record = size >= sizeof(struct record);

			if (!(word & BPF_RINGBUF_DISCARD_BIT)) {
				if (is_record &&
				    time_of(ring, at + ENTRY_HEADER) > until_ns)
					break;
				if (is_record)
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

uint64_t ring_next_ns(const struct ring *ring)
{
	uint64_t at = atomic_load_explicit(ring->consumer, memory_order_relaxed);
	const _Atomic uint32_t *header =
		(const void *)(ring->data + (at & (ring->size - 1)));

	if (ring_waiting(ring) < ENTRY_HEADER + sizeof(struct record) ||
	    atomic_load_explicit(header, memory_order_acquire) >= BPF_RINGBUF_DISCARD_BIT)
		return UINT64_MAX;
	return time_of(ring, at + ENTRY_HEADER);
}

uint64_t ring_waiting(const struct ring *ring)
{
	return atomic_load_explicit(ring->producer, memory_order_acquire) -
	       atomic_load_explicit(ring->consumer, memory_order_relaxed);
}

uint64_t ring_malformed(const struct ring *ring)
{
	return ring->malformed;
}
