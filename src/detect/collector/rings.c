// SPDX-License-Identifier: Apache-2.0
// All of the kernel's rings, one for each class of records, with their counters and doorbell.
#include "detect/collector/rings.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/mman.h>

#define CPUS_MAX 65536

struct rings {
	struct ring *rings[RECORD_CLASSES]; /* NULL: there is none */
	struct record_counters *counters;   /* one for each CPU */
	struct record_doorbell *bell;
	size_t counters_size, bell_size;
	uint32_t cpu_count;
};

/* An array's values stand one after the other, each padded to eight bytes. */
_Static_assert(sizeof(struct record_counters) % 8 == 0, "the stride is the size");

static int map(int fd, size_t size, int protection, void **out)
{
	void *at = mmap(NULL, size, protection, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		return -errno;
	*out = at;
	return 0;
}

static int map_all(struct rings *rings, const struct rings_source *source)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t counted = source->cpu_count * sizeof(struct record_counters);
	void *counters = NULL, *bell = NULL;
	int r;

	rings->counters_size = (counted + page - 1) / page * page;
	rings->bell_size = page;
	r = map(source->counters, rings->counters_size, PROT_READ, &counters);
	rings->counters = counters;
	if (r == 0)
		r = map(source->doorbell, page, PROT_READ | PROT_WRITE, &bell);
	rings->bell = bell;
	for (int class = 0; class < RECORD_CLASSES && r == 0; class ++)
		if (source->sizes[class])
			r = ring_open(source->rings[class], source->sizes[class],
				      &rings->rings[class]);
	return r;
}

int rings_open(const struct rings_source *source, struct rings **out)
{
	struct rings *rings;
	int r;

	if (source->cpu_count == 0 || source->cpu_count > CPUS_MAX)
		return -EINVAL;
	rings = calloc(1, sizeof(*rings));
	if (!rings)
		return -ENOMEM;
	rings->cpu_count = source->cpu_count;
	r = map_all(rings, source);
	if (r) {
		rings_close(rings);
		return r;
	}
	*out = rings;
	return 0;
}

void rings_close(struct rings *rings)
{
	if (!rings)
		return;
	for (int class = 0; class < RECORD_CLASSES; class ++)
		ring_close(rings->rings[class]);
	if (rings->counters)
		(void)munmap(rings->counters, rings->counters_size);
	if (rings->bell)
		(void)munmap(rings->bell, rings->bell_size);
	free(rings);
}

uint32_t rings_drain(struct rings *rings, uint32_t most, uint64_t now_ns, ring_take *take,
		     void *user)
{
	uint64_t until_ns = UINT64_MAX;
	uint32_t passed = 0;

	for (int class = 0; class < RECORD_CLASSES; class ++) {
		struct ring *ring = rings->rings[class];

		if (ring)
			passed += ring_drain(ring, most, until_ns, take, user);
		if (ring && class == RECORD_CLASS_PROCESS)
			until_ns = ring_next_ns(ring);
		if (until_ns > now_ns)
			until_ns = now_ns;
	}
	return passed;
}

static bool is_empty(const struct rings *rings)
{
	for (int class = 0; class < RECORD_CLASSES; class ++)
		if (rings->rings[class] && ring_waiting(rings->rings[class]))
			return false;
	return true;
}

static _Atomic uint32_t *armed(struct rings *rings)
{
	return (_Atomic uint32_t *)&rings->bell->armed;
}

bool rings_arm(struct rings *rings)
{
	/* The kernel puts a record in and then looks at the doorbell; we set the doorbell and
	   then look for records.  The fence keeps our two in this order. */
	atomic_store_explicit(armed(rings), 1, memory_order_relaxed);
	atomic_thread_fence(memory_order_seq_cst);
	if (is_empty(rings))
		return true;
	rings_disarm(rings);
	return false;
}

void rings_disarm(struct rings *rings)
{
	atomic_store_explicit(armed(rings), 0, memory_order_relaxed);
}

void rings_want(struct rings *rings, uint64_t kinds)
{
	_Atomic uint64_t *wanted = (_Atomic uint64_t *)&rings->bell->wanted;

	atomic_store_explicit(wanted, kinds, memory_order_relaxed);
}

void rings_counters(const struct rings *rings, struct record_counters *out)
{
	struct record_counters sum = { 0 };

	for (uint32_t cpu = 0; cpu < rings->cpu_count; cpu++) {
		const volatile struct record_counters *one = &rings->counters[cpu];

		for (int kind = 0; kind < RECORD_KINDS; kind++) {
			sum.made[kind] += one->made[kind];
			sum.lost[kind] += one->lost[kind];
		}
	}
	*out = sum;
}

uint64_t rings_malformed(const struct rings *rings)
{
	uint64_t malformed = 0;

	for (int class = 0; class < RECORD_CLASSES; class ++)
		if (rings->rings[class])
			malformed += ring_malformed(rings->rings[class]);
	return malformed;
}
