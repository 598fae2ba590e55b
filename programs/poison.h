/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The test hook that stands in for a fault not found yet: no pack can crash a correct engine, so
 * a rule that says so in a tag does what such a fault would do, in the process that evaluates it.
 * Only where the process was started with --test-hook, which takes root; otherwise the tags are
 * tags like any other.
 */
#pragma once

#include <stdint.h>

#include "base/auto.h"
#include "model/pack.h"

enum poison {
	POISON_NONE,
	POISON_CRASH, /* tag windhover.test-crash: writes where nothing is mapped */
	POISON_HANG,  /* windhover.test-hang: never comes back */
	POISON_MEMORY, /* windhover.test-memory: takes memory until there is none, then crashes */
	POISON_BURN, /* windhover.test-burn: 2 ms of CPU time for each match */
	POISON_ESCAPE, /* windhover.test-escape: tries what an intruder would; dies if it works */
};

/*
 * poison_find(pack, out):
 * Look through the tags of all rules: one byte each, enum poison, in ${*out}, to be freed; NULL
 * where no rule has one.  0 or -ENOMEM.
 */
int poison_find(const struct pack *pack, uint8_t **out) MUST_USE;

/* Do what ${poison} says; returns from NONE, BURN, and an ESCAPE that the jail prevented. */
void poison_act(enum poison poison);
