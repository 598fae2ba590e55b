/* SPDX-License-Identifier: Apache-2.0 */
/* One event class of a pack under construction: its atoms, patterns and rules. */
#pragma once

#include "update/compile/builder.h"
#include "update/compile/formula.h"
#include "update/rule/logsource.h"

/* A pattern before it has its place in the pack. */
struct class_pattern {
	uint32_t field; /* or PACK_NONE: keywords */
	enum pack_pattern_kind kind;
	struct text text; /* folded */
	double rarity;
};

struct class_builder {
	struct builder *builder;
	struct text source;        /* "windows:security" */
	uint32_t id;               /* or PACK_NONE: every id without a class of its own */
	const uint32_t *known_ids; /* ids that have a class of their own, ascending */
	uint32_t known_id_count;
	struct table atom_keys, pattern_keys;
	struct buffer atoms;         /* struct pack_atom, without witnesses */
	struct buffer atom_costs;    /* double, of each atom: formula_cost */
	struct buffer patterns;      /* struct class_pattern */
	struct buffer pattern_atoms; /* pairs (pattern, atom), uint32_t */
	struct buffer instances;     /* struct class_instance */
};

struct class_instance {
	uint32_t rule;
	const struct formula *formula;
};

void class_init(struct class_builder *class, struct builder *builder, struct text source,
		uint32_t id, const uint32_t *known_ids, uint32_t known_id_count);
void class_done(struct class_builder *class);

/*
 * class_rule(class, rule, targets, target_count):
 * The formula of the rule for events of this class: its condition with the renames, and with
 * the further condition, of any target that takes them, and with what is known of the class
 * (source, id) put in.  NULL where memory is out or a regex does not compile (builder->why
 * then says why, else its reason is empty).
 */
struct formula *class_rule(struct class_builder *class, const struct rule *rule,
			   const struct logsource_target *targets, uint32_t target_count);

/* Take the rule into the class, unless its formula is always false. */
int class_add(struct class_builder *class, uint32_t rule,
	      struct formula *formula) MUST_USE;

/*
 * class_write(class, source, out, matchers):
 * Write atoms, patterns, matchers and instances to the pack.  Fills in ${out} but for its
 * place; ${matchers} gets pairs (field, matcher + 1 within the class, or PACK_WANTED); of several
 * for a field the last one counts.
 */
int class_write(struct class_builder *class, uint32_t source, struct pack_class *out,
		struct buffer *matchers) MUST_USE;

/* The number of an atom that some value decides, or that is made true by patterns. */
int class_atom(struct class_builder *class, struct pack_atom atom, double cost,
	       uint32_t *out) MUST_USE;
int class_scanned_atom(struct class_builder *class, uint32_t field,
		       const uint32_t *patterns, uint32_t count, uint32_t *out) MUST_USE;
int class_pattern(struct class_builder *class, uint32_t field,
		  enum pack_pattern_kind kind, struct text folded,
		  uint32_t *out) MUST_USE;

/* For formula_witness: the cost of an atom of ${user}, a struct class_builder. */
double class_cost(const void *user, uint32_t atom);
