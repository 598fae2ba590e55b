// SPDX-License-Identifier: Apache-2.0
// One event class of a pack under construction: its atoms, patterns and rules.
#include "update/compile/class.h"

#include <errno.h>

#include "update/compile/matcher_build.h"

#define DRAFT_SIZE_MAX ((size_t)1 << 30)

void class_init(struct class_builder *class, struct builder *builder, struct text source,
		uint32_t id, const uint32_t *known_ids, uint32_t known_id_count)
{
	*class = (struct class_builder){ .builder = builder,
					 .source = source,
					 .id = id,
					 .known_ids = known_ids,
					 .known_id_count = known_id_count };
	buffer_init(&class->atoms, DRAFT_SIZE_MAX);
	buffer_init(&class->atom_costs, DRAFT_SIZE_MAX);
	buffer_init(&class->patterns, DRAFT_SIZE_MAX);
	buffer_init(&class->pattern_atoms, DRAFT_SIZE_MAX);
	buffer_init(&class->instances, DRAFT_SIZE_MAX);
}

void class_done(struct class_builder *class)
{
	table_done(&class->atom_keys);
	table_done(&class->pattern_keys);
	buffer_done(&class->atoms);
	buffer_done(&class->atom_costs);
	buffer_done(&class->patterns);
	buffer_done(&class->pattern_atoms);
	buffer_done(&class->instances);
}

/* The number under which the class knows ${key}, or TABLE_NONE after taking it in as ${next}. */
static int known_key(struct class_builder *class, struct table *table, const void *key,
		     size_t size, uint32_t next, uint32_t *out)
{
	struct text text = { .at = key, .size = size };
	uint32_t known = table_get(table, text);

	*out = known;
	if (known != TABLE_NONE)
		return 0;
	if (arena_copy(class->builder->arena, text, &text) < 0)
		return -ENOMEM;
	return table_put(table, text, next);
}

int class_pattern(struct class_builder *class, uint32_t field,
		  enum pack_pattern_kind kind, struct text folded, uint32_t *out)
{
	struct class_pattern pattern = { .field = field, .kind = kind, .text = folded };
	uint32_t next = (uint32_t)(class->patterns.size / sizeof(pattern)), known;
	uint32_t head[2] = { field, kind };
	char *key;
	int r;

	if (folded.size > PACK_NEEDLE_MAX) {
		why_set(class->builder->why, 0, 0, "a value is longer than %u bytes",
			PACK_NEEDLE_MAX);
		return -E2BIG;
	}
	key = arena_alloc(class->builder->arena, sizeof(head) + folded.size);
	if (!key)
		return -ENOMEM;
	memcpy(key, head, sizeof(head));
	memcpy(key + sizeof(head), folded.at, folded.size);
	r = known_key(class, &class->pattern_keys, key, sizeof(head) + folded.size, next,
		      &known);
	if (r)
		return r;
	if (known == TABLE_NONE) {
		pattern.rarity = rarity_pattern(kind, folded);
		buffer_add(&class->patterns, &pattern, sizeof(pattern));
		known = next;
	}
	*out = known;
	return class->patterns.failed ? -ENOMEM : 0;
}

static int add_atom(struct class_builder *class, const struct pack_atom *atom,
		    double cost)
{
	buffer_add(&class->atoms, atom, sizeof(*atom));
	buffer_add(&class->atom_costs, &cost, sizeof(cost));
	if (class->atoms.size / sizeof(*atom) > PACK_ATOMS_MAX) {
		why_set(class->builder->why, 0, 0,
			"more than %u different conditions for %.*s", PACK_ATOMS_MAX,
			(int)class->source.size, class->source.at);
		return -E2BIG;
	}
	return class->atoms.failed || class->atom_costs.failed ? -ENOMEM : 0;
}

int class_atom(struct class_builder *class, struct pack_atom atom, double cost,
	       uint32_t *out)
{
	uint32_t next = (uint32_t)(class->atoms.size / sizeof(atom)), known;
	uint32_t key[4] = { atom.kind, atom.field, atom.a, atom.b };
	int r = known_key(class, &class->atom_keys, key, sizeof(key), next, &known);

	if (!r && known == TABLE_NONE) {
		r = add_atom(class, &atom, cost);
		known = next;
	}
	if (!r)
		*out = known;
	return r;
}

static int by_number(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

int class_scanned_atom(struct class_builder *class, uint32_t field,
		       const uint32_t *patterns, uint32_t count, uint32_t *out)
{
	struct pack_atom atom = { .kind = ATOM_SCANNED, .field = field };
	uint32_t next = (uint32_t)(class->atoms.size / sizeof(atom)), known, unique = 0;
	const struct class_pattern *drafts = (const void *)class->patterns.at;
	AUTO(free) uint32_t *key = calloc((size_t)count + 4, sizeof(*key));
	double cost = 0;
	int r;

	if (!key)
		return -ENOMEM;
	/* The key of an atom that is asked has four numbers; this one has at least five. */
	memcpy(key + 4, patterns, count * sizeof(*key));
	qsort(key + 4, count, sizeof(*key), by_number);
	for (uint32_t i = 0; i < count; i++)
		if (i == 0 || key[4 + i] != key[4 + unique - 1])
			key[4 + unique++] = key[4 + i];
	key[0] = ATOM_SCANNED;
	key[1] = field;
	r = known_key(class, &class->atom_keys, key, (4 + unique) * sizeof(*key), next,
		      &known);
	if (r || known != TABLE_NONE) {
		*out = known;
		return r;
	}
	for (uint32_t i = 0; i < unique; i++) {
		uint32_t pair[2] = { key[4 + i], next };

		buffer_add(&class->pattern_atoms, pair, sizeof(pair));
		cost += drafts[key[4 + i]].rarity;
	}
	*out = next;
	r = add_atom(class, &atom, cost < 0.99 ? cost : 0.99);
	return r ? r : class->pattern_atoms.failed ? -ENOMEM : 0;
}

int class_add(struct class_builder *class, uint32_t rule, struct formula *formula)
{
	struct class_instance instance = { .rule = rule, .formula = formula };

	if (formula->kind == FORMULA_FALSE)
		return 0;
	buffer_add(&class->instances, &instance, sizeof(instance));
	return class->instances.failed ? -ENOMEM : 0;
}

double class_cost(const void *user, uint32_t atom)
{
	const struct class_builder *class = user;

	return ((const double *)(const void *)class->atom_costs.at)[atom];
}

/* A rule that holds for every event of the class still needs a program of one test. */
static struct formula *never_constant(struct class_builder *class,
				      const struct formula *formula)
{
	struct arena *arena = class->builder->arena;
	struct pack_atom anything = { .kind = ATOM_EXISTS, .field = PACK_NONE };
	struct formula *parts[2];
	uint32_t atom;

	if (class_atom(class, anything, 2, &atom) < 0)
		return NULL;
	parts[0] = formula_atom(arena, atom);
	if (formula->kind != FORMULA_TRUE || !parts[0])
		return NULL;
	/* "An event has a value or has none": joined by hand, for join would see through it. */
	parts[1] = formula_not(arena, parts[0]);
	return formula_join(arena, FORMULA_OR, parts, 2);
}

/* Which instances each atom is a witness of: pairs (atom, instance). */
static int write_instance(struct class_builder *class, uint32_t number,
			  const struct class_instance *draft, struct buffer *witnesses,
			  struct buffer *always)
{
	struct builder *builder = class->builder;
	struct pack_instance instance = { .rule = draft->rule };
	const struct formula *formula = draft->formula;
	AUTO(buffer) struct buffer tests, atoms;
	int r;

	buffer_init(&tests, DRAFT_SIZE_MAX);
	buffer_init(&atoms, DRAFT_SIZE_MAX);
	if (formula->kind == FORMULA_TRUE)
		formula = never_constant(class, formula);
	if (!formula)
		return -ENOMEM;
	r = formula_tests(formula, &tests);
	if (r == -E2BIG)
		why_set(builder->why, 0, 0, "a rule has more than %u tests",
			PACK_TESTS_MAX);
	instance.tests.count = (uint32_t)(tests.size / sizeof(struct pack_test));
	if (!r)
		r = builder_add(builder, PACK_TESTS, tests.at, instance.tests.count,
				sizeof(struct pack_test), &instance.tests.first);
	if (!r)
		r = builder_add(builder, PACK_INSTANCES, &instance, 1, sizeof(instance),
				NULL);
	if (r)
		return r;
	if (formula_witness(formula, class_cost, class, &atoms) >= 1)
		buffer_add(always, &number, sizeof(number));
	for (size_t i = 0; i < atoms.size / sizeof(uint32_t); i++) {
		uint32_t pair[2] = { ((const uint32_t *)(const void *)atoms.at)[i],
				     number };

		buffer_add(witnesses, pair, sizeof(pair));
	}
	return atoms.failed || witnesses->failed || always->failed ? -ENOMEM : 0;
}

static int by_pair(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	if (x[0] != y[0])
		return x[0] < y[0] ? -1 : 1;
	return x[1] < y[1] ? -1 : x[1] > y[1];
}

/* Pairs (key, number), sorted, become lists by key: calls ${list} with each of the lists. */
static int write_atoms(struct class_builder *class, struct buffer *witnesses,
		       struct pack_span *out)
{
	struct pack_atom *atoms = (struct pack_atom *)(void *)class->atoms.at;
	uint32_t count = (uint32_t)(class->atoms.size / sizeof(*atoms));
	const uint32_t *pairs = (const uint32_t *)(void *)witnesses->at;
	size_t pair_count = witnesses->size / (2 * sizeof(uint32_t)), at = 0;

	if (pair_count)
		qsort(witnesses->at, pair_count, 2 * sizeof(uint32_t), by_pair);
	for (uint32_t i = 0; i < count; i++) {
		uint32_t last = PACK_NONE;

		atoms[i].witnesses =
			(struct pack_span){ .first = builder_count(class->builder,
								   PACK_NUMBERS,
								   sizeof(uint32_t)) };
		for (; at < pair_count && pairs[2 * at] == i; at++) {
			int r;

			if (pairs[2 * at + 1] == last)
				continue;
			last = pairs[2 * at + 1];
			r = builder_add(class->builder, PACK_NUMBERS, &last, 1,
					sizeof(last), NULL);
			if (r)
				return r;
			atoms[i].witnesses.count++;
		}
	}
	out->count = count;
	return builder_add(class->builder, PACK_ATOMS, atoms, count, sizeof(*atoms),
			   &out->first);
}

static int write_instances(struct class_builder *class, struct buffer *witnesses,
			   struct pack_class *out)
{
	const struct class_instance *drafts = (const void *)class->instances.at;
	AUTO(buffer) struct buffer always;
	int r = 0;

	buffer_init(&always, DRAFT_SIZE_MAX);
	out->instances.first = builder_count(class->builder, PACK_INSTANCES,
					     sizeof(struct pack_instance));
	out->instances.count = (uint32_t)(class->instances.size / sizeof(*drafts));
	if (out->instances.count > PACK_INSTANCES_MAX) {
		why_set(class->builder->why, 0, 0, "more than %u rules for %.*s",
			PACK_INSTANCES_MAX, (int)class->source.size, class->source.at);
		return -E2BIG;
	}
	for (uint32_t i = 0; i < out->instances.count && !r; i++)
		r = write_instance(class, i, &drafts[i], witnesses, &always);
	if (!r)
		r = builder_list(class->builder, (const uint32_t *)(void *)always.at,
				 (uint32_t)(always.size / sizeof(uint32_t)),
				 &out->always);
	return r;
}

/* Fields that are read though no matcher may be there for them. */
static void add_wanted(const struct class_builder *class, struct buffer *matchers)
{
	const struct pack_atom *atoms = (const void *)class->atoms.at;

	for (size_t i = 0; i < class->atoms.size / sizeof(*atoms); i++) {
		uint32_t own[2] = { atoms[i].field, PACK_WANTED };
		uint32_t other[2] = { atoms[i].a, PACK_WANTED };

		if (atoms[i].field != PACK_NONE)
			buffer_add(matchers, own, sizeof(own));
		if (atoms[i].kind >= ATOM_REF_EXACT && atoms[i].kind <= ATOM_REF_CONTAINS)
			buffer_add(matchers, other, sizeof(other));
	}
}

int class_write(struct class_builder *class, uint32_t source, struct pack_class *out,
		struct buffer *matchers)
{
	struct pack_class written = { .source = source, .id = class->id };
	AUTO(buffer) struct buffer witnesses;
	int r;

	buffer_init(&witnesses, DRAFT_SIZE_MAX);
	r = write_instances(class, &witnesses, &written);
	if (!r)
		r = write_atoms(class, &witnesses, &written.atoms);
	/* A matcher's number comes behind, and stays. */
	add_wanted(class, matchers);
	if (!r)
		r = matchers_write(class, &written, matchers);
	if (!r)
		*out = written;
	return r;
}
