// SPDX-License-Identifier: Apache-2.0
// Slot machine and boot guard together: every sequence of events, cut off anywhere.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/table.h"
#include "update/slot/guard.h"
#include "update/slot/slot.h"

#define PACKS           3
#define CUTS_MAX        4 /* of one history: counters do not grow without end then */
#define NOBODY          (-1)
#define MEMORY          (2u << 30)
#define CRASHES_ALLOWED 2 /* boots that may go wrong before the machine is well */

/* Which packs take the machine down, and whether any BPF program does. */
struct nature {
	unsigned deadly; /* bit n: pack n */
	bool bpf_is_deadly;
};

/*
 * A host.  Disk: what outlives a cut; the rest does not.  What is to be done is done in steps,
 * so that a cut can come between any two of them.
 */
struct world {
	struct slot slot;   /* disk */
	struct guard guard; /* disk */
	bool bad[PACKS];    /* disk */
	bool is_up, boot_parity;
	bool to_run;    /* the answer is on disk, and not acted upon yet */
	int8_t running; /* a pack, PACKS for a sensor without one, or NOBODY */
	uint8_t cuts;
};

static struct slot_digest name_of(int pack)
{
	struct slot_digest digest = { 0 };

	memset(digest.hex, 'a' + pack, sizeof(digest.hex) - 1);
	return digest;
}

static int number_of(const struct slot_digest *digest)
{
	return digest->hex[0] ? digest->hex[0] - 'a' : PACKS;
}

static struct guard_triple triple_of(const struct slot *slot)
{
	return (struct guard_triple){ .kernel = 1,
				      .sensor = 1,
				      .pack = (uint64_t)number_of(&slot->run) };
}

static struct guard_boot boot_of(const struct world *world)
{
	return (struct guard_boot){ .id = { 1 + world->boot_parity } };
}

static enum slot_answer tell(struct world *world, enum slot_event event, int pack)
{
	struct slot_digest digest = { 0 };
	struct slot_facts facts = { 0 };
	struct slot_step step;

	if (pack < PACKS) {
		digest = name_of(pack);
		facts.is_bad = world->bad[pack];
	}
	step = slot_next(&world->slot, event, &digest, &facts);
	if (step.answer != SLOT_DONE)
		return step.answer;
	/* One write for all of it. */
	world->slot = step.after;
	if (step.actions & SLOT_DO_MARK_BAD) {
		assert_false(world->bad[number_of(&step.blamed)]);
		world->bad[number_of(&step.blamed)] = true;
	}
	if (step.actions & SLOT_DO_RUN)
		world->to_run = true;
	assert_true(slot_is_sound(&world->slot));
	/* What is marked bad is not what is to run, nor what is to be proven. */
	for (int i = 0; i < PACKS; i++) {
		struct slot_digest name = name_of(i);

		if (!world->bad[i])
			continue;
		assert_false(slot_is(&world->slot.run, &name));
		assert_false(slot_is(&world->slot.candidate, &name));
	}
	return SLOT_DONE;
}

/* The machine is gone, with all that is not on disk. */
static void cut(struct world *world)
{
	world->is_up = world->to_run = false;
	world->running = NOBODY;
	world->boot_parity = !world->boot_parity;
	world->cuts++;
}

static void power_on(struct world *world)
{
	struct guard_boot boot = boot_of(world);
	struct guard_triple triple = triple_of(&world->slot);
	bool same_pack = world->guard.triple.pack == triple.pack;
	enum guard_found found = guard_begin(&world->guard, &boot);

	world->is_up = true;
	(void)tell(world,
		   found == GUARD_CRASHED && same_pack ? SLOT_CRASHED : SLOT_STARTED,
		   PACKS);
}

/* The next step of acting: end what runs; then the mark, and the start.  False: it is deadly. */
static bool act(struct world *world, const struct nature *nature)
{
	struct guard_boot boot = boot_of(world);
	struct guard_triple triple = triple_of(&world->slot);
	enum guard_rung rung = guard_rung(&world->guard, &triple);

	if (world->running != NOBODY) {
		world->running = NOBODY;
		return true;
	}
	guard_mark(&world->guard, &boot, &triple, rung);
	world->to_run = false;
	world->running = (int8_t)number_of(&world->slot.run);
	assert_false(world->running < PACKS && world->bad[world->running]);
	if (rung == GUARD_OFF)
		world->running = NOBODY;
	if (rung < GUARD_NO_BPF && nature->bpf_is_deadly)
		return false;
	/* What a pack does to a machine it does with the kernel's help. */
	return !(rung == GUARD_FULL && world->running < PACKS &&
		 nature->deadly >> world->running & 1);
}

/* Bring the machine up by itself, with nobody to help; returns the boots that went wrong. */
static int crashes_until_well(struct world world, const struct nature *nature)
{
	int crashes = 0;

	if (world.is_up)
		cut(&world);
	for (;;) {
		bool lives = true;

		power_on(&world);
		while (world.to_run && lives)
			lives = act(&world, nature);
		if (lives)
			return crashes;
		cut(&world);
		if (++crashes > 100)
			return crashes;
	}
}

struct search {
	struct arena *arena;
	struct table seen;
	struct nature nature;
	uint32_t next;
};

static void visit(struct search *search, const struct world *world)
{
	struct text key = { .at = (const char *)world, .size = sizeof(*world) };

	if (table_get(&search->seen, key) != TABLE_NONE)
		return;
	assert_int_equal(arena_copy(search->arena, key, &key), 0);
	assert_int_equal(table_put(&search->seen, key, search->seen.count), 0);
	if (crashes_until_well(*world, &search->nature) > CRASHES_ALLOWED)
		fail_msg("more than %d boots go wrong", CRASHES_ALLOWED);
}

/* All that can happen to a machine that is up, besides a cut. */
static void step_up(struct search *search, const struct world *from)
{
	static const enum slot_event told[] = { SLOT_PROVEN, SLOT_REFUSED, SLOT_FAILED,
						SLOT_PASSED, SLOT_STARTED };
	struct world world;

	if (from->to_run) {
		world = *from;
		if (!act(&world, &search->nature))
			cut(&world);
		if (world.cuts <= CUTS_MAX)
			visit(search, &world);
		return;
	}
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
		world = *from;
		(void)tell(&world, told[i], PACKS);
		visit(search, &world);
	}
	for (int pack = 0; pack <= PACKS; pack++) {
		world = *from;
		(void)tell(&world, SLOT_BACK, pack);
		visit(search, &world);
		world = *from;
		if (pack < PACKS && tell(&world, SLOT_OFFERED, pack) == SLOT_DONE) {
			assert_false(from->bad[pack]);
			visit(search, &world);
		}
	}
	/* Long enough, and no candidate: only then the mark goes. */
	world = *from;
	if (world.slot.state != SLOT_PROBATION && world.running != NOBODY) {
		guard_end(&world.guard);
		visit(search, &world);
	}
}

static uint32_t explore(const struct nature *nature)
{
	struct search search = { .arena = arena_create(MEMORY), .nature = *nature };
	struct world world;
	uint32_t count;

	memset(&world, 0, sizeof(world));
	world.running = NOBODY;
	visit(&search, &world);
	for (; search.next < search.seen.count; search.next++) {
		memcpy(&world, search.seen.entries[search.next].key.at, sizeof(world));
		if (!world.is_up) {
			power_on(&world);
			visit(&search, &world);
			continue;
		}
		step_up(&search, &world);
		if (world.cuts < CUTS_MAX) {
			cut(&world);
			visit(&search, &world);
		}
	}
	count = search.seen.count;
	table_done(&search.seen);
	arena_free(search.arena);
	return count;
}

static void at_most_two_boots_go_wrong_whatever_happened_before(void **state)
{
	uint64_t states = 0;

	(void)state;
	for (unsigned deadly = 0; deadly < 1u << PACKS; deadly++)
		for (int bpf = 0; bpf < 2; bpf++)
			states += explore(&(struct nature){ .deadly = deadly,
							    .bpf_is_deadly = bpf });
	print_message("%llu states of a host, in each of them a cut\n",
		      (unsigned long long)states);
	assert_true(states > 10000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(at_most_two_boots_go_wrong_whatever_happened_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
