// SPDX-License-Identifier: Apache-2.0
// A ring in memory that looks to its reader as the kernel's ring buffer does.
#include "detect/connector/ring_writer.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdatomic.h>
#include <sys/eventfd.h>
#include <sys/mman.h>

#define ENTRY_HEADER 8

_Static_assert(sizeof(struct record_counters) <= 4096, "the counters fit into a page");

struct shared {
	int fd;
	void *at;
	size_t size;
};

struct ring_writer {
	struct shared ring, counters, doorbell;
	int wake;
	uint32_t size;
	uint64_t written; /* the producer's position; what the reader sees is a copy */
	_Atomic uint64_t *consumer, *producer;
	char *data;
};

/* Memory that others may map, and nobody can make shorter under them. */
static int share(const char *name, size_t size, struct shared *out)
{
	AUTO(close) int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
	void *at;

	if (fd < 0 || ftruncate(fd, (off_t)size) < 0 ||
	    fcntl(fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL) < 0)
		return -errno;
	at = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	*out = (struct shared){ .fd = TAKE_FD(fd), .at = at, .size = size };
	return 0;
}

static void unshare_memory(struct shared *shared)
{
	if (!shared->at)
		return;
	(void)munmap(shared->at, shared->size);
	(void)close(shared->fd);
}

int ring_writer_open(uint32_t size, struct ring_writer **out)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	AUTO(ring_writer) struct ring_writer *writer = NULL;
	int r;

	if (size < page || size & (size - 1))
		return -EINVAL;
	writer = calloc(1, sizeof(*writer));
	if (!writer)
		return -ENOMEM;
	writer->size = size;
	writer->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (writer->wake < 0)
		return -errno;
	r = share("windhover-ring", 2 * page + size, &writer->ring);
	if (r == 0)
		r = share("windhover-counters", page, &writer->counters);
	if (r == 0)
		r = share("windhover-doorbell", page, &writer->doorbell);
	if (r)
		return r;
	writer->consumer = writer->ring.at;
	writer->producer = (void *)((char *)writer->ring.at + page);
	writer->data = (char *)writer->ring.at + 2 * page;
	*out = TAKE(writer);
	return 0;
}

void ring_writer_close(struct ring_writer *writer)
{
	if (!writer)
		return;
	unshare_memory(&writer->ring);
	unshare_memory(&writer->counters);
	unshare_memory(&writer->doorbell);
	if (writer->wake >= 0)
		(void)close(writer->wake);
	free(writer);
}

static void copy_in(struct ring_writer *writer, uint64_t to, const void *bytes,
		    size_t size)
{
	size_t at = to & (writer->size - 1), first = writer->size - at;

	if (first > size)
		first = size;
	memcpy(writer->data + at, bytes, first);
	memcpy(writer->data, (const char *)bytes + first, size - first);
}

/*
 * The record is in the ring before the doorbell is read, and the reader looks into the ring after
 * arming it: one of the two always sees the other.
 */
static void ring_bell(struct ring_writer *writer, bool urgent, uint64_t waiting)
{
	struct record_doorbell *bell = writer->doorbell.at;
	const uint64_t once = 1;
	_Atomic uint32_t *armed = (void *)&bell->armed;

	atomic_thread_fence(memory_order_seq_cst);
	if (!atomic_load_explicit(armed, memory_order_relaxed) ||
	    (!urgent && waiting < writer->size / 4))
		return;
	atomic_store_explicit(armed, 0, memory_order_relaxed);
	/* Full means that the reader is being woken already. */
	(void)!write(writer->wake, &once, sizeof(once));
}

/* False where there is no room.  ${*waiting}: bytes that are not read yet, these included. */
static bool write_entry(struct ring_writer *writer, struct text record, uint64_t *waiting)
{
	uint64_t read = atomic_load_explicit(writer->consumer, memory_order_acquire);
	uint64_t entry = (ENTRY_HEADER + record.size + 7) / 8 * 8;
	const uint32_t header[2] = { (uint32_t)record.size, 0 };

	/* A reader that has read more than was written, or less than there is room for, lies. */
	if (writer->written - read > writer->size ||
	    writer->written - read + entry >= writer->size)
		return false;
	copy_in(writer, writer->written, header, sizeof(header));
	copy_in(writer, writer->written + ENTRY_HEADER, record.at, record.size);
	writer->written += entry;
	atomic_store_explicit(writer->producer, writer->written, memory_order_release);
	*waiting = writer->written - read;
	return true;
}

void ring_writer_put(struct ring_writer *writer, struct text record)
{
	struct record_counters *counters = writer->counters.at;
	struct record head;
	uint64_t waiting;

	memcpy(&head, record.at, sizeof(head));
	counters->made[head.kind]++;
	if (record.size >= writer->size || !write_entry(writer, record, &waiting))
		counters->lost[head.kind]++;
	else
		ring_bell(writer, head.kind == RECORD_EXEC, waiting);
}

void ring_writer_lost(struct ring_writer *writer, uint64_t count)
{
	struct record_counters *counters = writer->counters.at;

	counters->made[0] += count;
	counters->lost[0] += count;
}

int ring_writer_ring_fd(const struct ring_writer *writer)
{
	return writer->ring.fd;
}

int ring_writer_counters_fd(const struct ring_writer *writer)
{
	return writer->counters.fd;
}

int ring_writer_doorbell_fd(const struct ring_writer *writer)
{
	return writer->doorbell.fd;
}

int ring_writer_wake_fd(const struct ring_writer *writer)
{
	return writer->wake;
}

uint32_t ring_writer_size(const struct ring_writer *writer)
{
	return writer->size;
}
