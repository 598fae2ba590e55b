// SPDX-License-Identifier: Apache-2.0
// The literals without one of which a regex cannot match.
#include "update/regex/regex_compile.h"

#include <errno.h>
#include <limits.h>

#include "base/fold.h"
#include "update/regex/regex_tree.h"

#define LITERALS_MAX     256u        /* in a set */
#define LITERAL_SIZE_MAX 128u        /* bytes of one while they are put together */
#define POINTS_MAX       16u         /* of a class that is spelt out */
#define NODES_MAX        1024u       /* of a regex; nothing is said of longer ones */
#define MEMORY_MAX       (64u << 20) /* bytes, more than that many nodes can use */

/* A set of literals; without any it is nothing known. */
struct literals {
	struct text *at;
	uint32_t count;
	size_t shortest, longest;
};

/* What is known of the texts that a fragment can match; each may be nothing. */
struct known {
	struct literals all; /* all of them */
	struct literals
		edges; /* where not all are known: each begins and ends with one */
	struct literals needed; /* each holds one */
};

struct finder {
	struct arena *arena;
	const struct regex_tree *tree;
	struct known *stack;
	uint32_t depth;
};

static int literals_init(struct finder *finder, uint32_t count, struct literals *out)
{
	*out = (struct literals){ .at = arena_array(finder->arena, count,
						    sizeof(*out->at)),
				  .shortest = SIZE_MAX };
	return out->at ? 0 : -ENOMEM;
}

/* Add ${text} to a set with room for it, unless it is there. */
static void literals_add(struct literals *literals, struct text text)
{
	for (uint32_t i = 0; i < literals->count; i++)
		if (text_is(literals->at[i], text))
			return;
	literals->at[literals->count++] = text;
	if (text.size < literals->shortest)
		literals->shortest = text.size;
	if (text.size > literals->longest)
		literals->longest = text.size;
}

/* Only the empty text. */
static int literals_empty(struct finder *finder, struct literals *out)
{
	int r = literals_init(finder, 1, out);

	if (!r)
		literals_add(out, TEXT(""));
	return r;
}

#define WORTH_NOTHING INT_MIN

/* How much a set narrows the search: longer ones do, and fewer. */
static int worth(const struct literals *literals)
{
	int length, beyond;

	if (!literals->count || literals->shortest < 2)
		return WORTH_NOTHING;
	/* From eight bytes on hardly a text holds one by chance. */
	length = literals->shortest < 8 ? (int)literals->shortest : 8;
	beyond = (int)literals->shortest - length;
	return 8 * length + beyond - 3 * (31 - __builtin_clz(literals->count));
}

static struct literals better(struct literals a, struct literals b)
{
	return worth(&b) > worth(&a) ? b : a;
}

/* The best that is known of a fragment that must be matched. */
static struct literals needed_of(const struct known *known)
{
	return better(known->all, known->needed);
}

static bool product_fits(const struct literals *a, const struct literals *b)
{
	return a->count && b->count && (uint64_t)a->count * b->count <= LITERALS_MAX &&
	       a->longest + b->longest <= LITERAL_SIZE_MAX;
}

/* Each of ${a} followed by each of ${b}. */
static int multiply(struct finder *finder, const struct literals *a,
		    const struct literals *b, struct literals *out)
{
	struct literals product;
	int r = literals_init(finder, a->count * b->count, &product);

	for (uint32_t i = 0; i < a->count * b->count && !r; i++) {
		struct text head = a->at[i / b->count], tail = b->at[i % b->count];
		char *both = arena_alloc(finder->arena, head.size + tail.size);

		if (!both)
			return -ENOMEM;
		if (head.size)
			memcpy(both, head.at, head.size);
		if (tail.size)
			memcpy(both + head.size, tail.at, tail.size);
		literals_add(&product, (struct text){ both, head.size + tail.size });
	}
	if (!r)
		*out = product;
	return r;
}

/* ${a} and ${b} together; nothing where one is, or where they are too many.  ${out} may be one. */
static int unite(struct finder *finder, const struct literals *a,
		 const struct literals *b, struct literals *out)
{
	const bool good = a->count && b->count && a->count + b->count <= LITERALS_MAX;
	struct literals both = { 0 };
	int r = good ? literals_init(finder, a->count + b->count, &both) : 0;

	if (r < 0)
		return r;
	for (uint32_t i = 0; i < a->count && good; i++)
		literals_add(&both, a->at[i]);
	for (uint32_t i = 0; i < b->count && good; i++)
		literals_add(&both, b->at[i]);
	*out = both;
	return 0;
}

/* A set of few characters, spelt out; one of each that fold alike where case does not count. */
static int find_set(struct finder *finder, const struct regex_node *node,
		    struct known *out)
{
	const struct regex_set *set = &finder->tree->sets[node->arg];
	struct literals all;
	int r = literals_init(finder, 4 * POINTS_MAX, &all);
	uint32_t points = 0;

	for (uint32_t i = 0; i < set->count && !r; i++) {
		for (uint32_t p = set->ranges[i].first; p <= set->ranges[i].last; p++) {
			char *bytes = arena_alloc(finder->arena, 4);

			/* A byte that is not UTF-8 cannot be spelt. */
			if (++points > 4 * POINTS_MAX || (p >= 0xd800 && p < 0xe000))
				return 0;
			if (!bytes)
				return -ENOMEM;
			literals_add(
				&all,
				(struct text){
					bytes,
					utf8_write(node->caseless ? fold_point(p) : p,
						   bytes) });
		}
	}
	if (!r && all.count <= POINTS_MAX)
		out->all = all;
	return r;
}

/*
 * Fragments one after another.  ${run} is all the texts of the last few of them; it ends where
 * a fragment is not known or the product would be too big.
 */
static int find_concat(struct finder *finder, const struct known *parts, uint32_t count,
		       struct known *out)
{
	struct literals run, needed = { 0 };
	bool whole = true;
	int r = literals_empty(finder, &run);

	for (uint32_t i = 0; i < count && !r; i++) {
		const struct known *part = &parts[i];
		const struct literals *edge = part->all.count ? &part->all : &part->edges;
		const bool fits = product_fits(&run, edge);

		needed = better(needed, run);
		if (fits)
			r = multiply(finder, &run, edge, &run);
		if (fits && part->all.count)
			continue;
		whole = false;
		needed = better(better(needed, run), part->needed);
		/* Many edges would make many of whatever literal follows. */
		if (part->all.count || part->edges.count == 1)
			run = *edge;
		else if (!r)
			r = literals_empty(finder, &run);
	}
	if (whole)
		out->all = run;
	out->needed = better(needed, run);
	return r;
}

static int find_alternatives(struct finder *finder, const struct known *parts,
			     uint32_t count, struct known *out)
{
	struct known known = { .all = parts[0].all, .needed = needed_of(&parts[0]) };

	for (uint32_t i = 1; i < count; i++) {
		struct literals needed = needed_of(&parts[i]);

		if (unite(finder, &known.all, &parts[i].all, &known.all) < 0 ||
		    unite(finder, &known.needed, &needed, &known.needed) < 0)
			return -ENOMEM;
	}
	*out = known;
	return 0;
}

static int find_repeat(struct finder *finder, const struct regex_node *node,
		       const struct known *part, struct known *out)
{
	struct literals run;
	uint32_t rounds = 0;
	int r = literals_empty(finder, &run);

	if (r < 0)
		return r;
	if (!node->min) {
		/* Of what may be missing nothing is needed; x? is x or nothing. */
		return node->max == 1 ? unite(finder, &part->all, &run, &out->all) : 0;
	}
	out->needed = needed_of(part);
	for (; rounds < node->min && !r && product_fits(&run, &part->all); rounds++)
		r = multiply(finder, &run, &part->all, &run);
	if (rounds == node->min && node->max == node->min)
		out->all = run;
	else if (rounds)
		out->edges = run;
	if (rounds)
		out->needed = better(out->needed, run);
	return r;
}

static int find_node(struct finder *finder, const struct regex_node *node)
{
	const bool leaf = node->kind == REGEX_NODE_SET || node->kind == REGEX_NODE_ASSERT;
	const uint32_t taken = leaf ? 0 : node->kind == REGEX_NODE_REPEAT ? 1 : node->arg;
	struct known *parts = finder->stack + finder->depth - taken;
	struct known found = { 0 };
	int r = 0;

	switch (node->kind) {
	case REGEX_NODE_SET:
		r = find_set(finder, node, &found);
		break;
	case REGEX_NODE_ASSERT:
		r = literals_empty(finder, &found.all);
		break;
	case REGEX_NODE_CONCAT:
		r = find_concat(finder, parts, taken, &found);
		break;
	case REGEX_NODE_ALT:
		r = find_alternatives(finder, parts, taken, &found);
		break;
	case REGEX_NODE_REPEAT:
		r = find_repeat(finder, node, parts, &found);
		break;
	}
	*parts = found;
	finder->depth += 1 - taken;
	return r;
}

/* Without those that hold another one: where they stand, it stands. */
static int copy_out(const struct literals *from, struct arena *arena, struct text **out,
		    uint32_t *count)
{
	struct text *kept = arena_array(arena, from->count, sizeof(*kept));
	uint32_t kept_count = 0;

	if (!kept)
		return -ENOMEM;
	for (uint32_t i = 0; i < from->count; i++) {
		const struct text text = from->at[i];
		bool holds = false;

		for (uint32_t j = 0; j < from->count && !holds; j++)
			holds = i != j && memmem(text.at, text.size, from->at[j].at,
						 from->at[j].size);
		if (!holds && arena_copy(arena, text, &kept[kept_count++]) < 0)
			return -ENOMEM;
	}
	*out = kept;
	*count = kept_count;
	return 0;
}

int regex_literals(struct text pattern, unsigned flags, struct arena *arena,
		   struct text **out, uint32_t *count)
{
	AUTO(arena) struct arena *own = arena_create(MEMORY_MAX);
	struct finder finder = { .arena = own };
	struct regex_tree tree;
	struct literals best;
	int r;

	if (!own)
		return -ENOMEM;
	r = regex_parse(pattern, flags, own, &tree, NULL);
	if (r < 0)
		return r;
	if (tree.count > NODES_MAX) {
		*out = NULL;
		*count = 0;
		return 0;
	}
	finder.tree = &tree;
	finder.stack = arena_array(own, tree.count, sizeof(*finder.stack));
	if (!finder.stack)
		return -ENOMEM;
	for (uint32_t i = 0; i < tree.count && !r; i++)
		r = find_node(&finder, &tree.nodes[i]);
	if (r < 0)
		return r;
	best = needed_of(&finder.stack[0]);
	if (worth(&best) == WORTH_NOTHING)
		best.count = 0;
	return copy_out(&best, arena, out, count);
}
