/* SPDX-License-Identifier: Apache-2.0 */
/* The poisoned packs of a drill, made in memory. */
#pragma once

#include "base/buffer.h"
#include "base/why.h"
#include "update/prover/prover.h"

/* What one is made of, and the gate that must stop it. */
struct drill_poison {
	const char *name;
	enum prover_gate_id gate; /* PROVER_GATES: no proof can stop it, probation must */
	const char *
		selection; /* of its rule: YAML; %s is a word that the drill has just used */
	const char *tag; /* of its rule: programs/poison.h; NULL: none */
	unsigned rules;  /* so many alike; 0: one */
	void (*spoil)(struct buffer *pack); /* what becomes of the bytes; NULL: nothing */
	bool full_size;  /* to be offered as if it were as large as the running pack */
	bool needs_past; /* without recorded events it has nothing to show itself on */
};

extern const struct drill_poison drill_poisons[];
extern const unsigned drill_poison_count;

/*
 * drill_pack(poison, word, out, why):
 * Append the poisoned pack to ${out}, which is empty.  0; -errno with the reason in ${why}.
 */
int drill_pack(const struct drill_poison *poison, const char *word, struct buffer *out,
	       struct why *why) MUST_USE;

/*
 * drill_twin(path, out, why):
 * Append a pack with the rules of the one in the file ${path}, that differs in one letter of one
 * description, and so in its digest.  As above.
 */
int drill_twin(const char *path, struct buffer *out, struct why *why) MUST_USE;
