// SPDX-License-Identifier: Apache-2.0
// The test hook that stands in for a fault not found yet.
#include "poison.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/jail.h"

#define BURN_NS       2000000
#define PIECE         (1u << 20)
#define SANITIZED_MAX (128u << 20)

static const struct {
	enum poison poison;
	struct text tag;
} kinds[] = {
	{ POISON_CRASH, TEXT("windhover.test-crash") },
	{ POISON_HANG, TEXT("windhover.test-hang") },
	{ POISON_MEMORY, TEXT("windhover.test-memory") },
	{ POISON_BURN, TEXT("windhover.test-burn") },
	{ POISON_ESCAPE, TEXT("windhover.test-escape") },
};

static enum poison poison_of(struct text tag)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (text_is(tag, kinds[i].tag))
			return kinds[i].poison;
	return POISON_NONE;
}

int poison_find(const struct pack *pack, uint8_t **out)
{
	uint32_t count = pack_rule_count(pack), found = 0;
	AUTO(free) uint8_t *all = calloc(count + 1, 1);

	if (!all)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++) {
		struct pack_rule rule;

		pack_rule(pack, i, &rule);
		for (uint32_t tag = 0; tag < rule.tag_count && !all[i]; tag++)
			all[i] = (uint8_t)poison_of(pack_rule_tag(pack, i, tag));
		found += all[i] != POISON_NONE;
	}
	*out = found ? TAKE(all) : NULL;
	return 0;
}

static int64_t cpu_ns(void)
{
	struct timespec now = { 0 };

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* A fault, not a report of one: a sanitizer may not step in. */
__attribute__((no_sanitize("address", "undefined"))) static void crash(void)
{
	volatile char *nowhere = NULL;

	/* The optimiser may not know that this is what nobody may do. */
	__asm__ volatile("" : "+r"(nowhere));
	*nowhere = 1;
	abort();
}

/* One of them is enough for an intruder. */
static void escape(void)
{
	char name[] = "/bin/true";
	char *arguments[] = { name, NULL };

	if (open("/etc/passwd", O_RDONLY | O_CLOEXEC) >= 0 ||
	    open("/tmp", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600) >= 0 ||
	    socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0 ||
	    socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0) >= 0 || fork() >= 0 ||
	    mmap(NULL, PIECE, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		 0) != MAP_FAILED)
		abort();
	(void)execv(name, arguments);
}

void poison_act(enum poison poison)
{
	int64_t until = cpu_ns() + BURN_NS;
	volatile unsigned turns = 0;

	switch (poison) {
	case POISON_NONE:
		return;
	case POISON_HANG:
		for (;;)
			turns = turns + 1;
	case POISON_MEMORY:
		/* A sanitizer's memory has no limit but the machine's. */
		for (size_t size = 0; !jail_is_sanitized() || size < SANITIZED_MAX;
		     size += PIECE) {
			void *piece = malloc(PIECE);

			if (!piece)
				break;
			memset(piece, 1, PIECE);
			/* Or the optimiser does without memory that nobody reads. */
			__asm__ volatile("" : : "r"(piece) : "memory");
		}
		crash();
		return;
	case POISON_BURN:
		while (cpu_ns() < until)
			turns = turns + 1;
		return;
	case POISON_ESCAPE:
		escape();
		return;
	case POISON_CRASH:
		crash();
	}
}
