// SPDX-License-Identifier: Apache-2.0
// What a text must have for a regex to match at all.
#include "update/regex/regex_needs.h"

#include <errno.h>

#define LEAST_MAX (1u << 30) /* bytes; also of what nothing can match */

/* What is known of a fragment. */
struct need {
	uint64_t least;
	uint64_t bytes[2]; /* bit = byte of ASCII: each text that it matches has it */
};

/* The fewest bytes that a character of ${set} has. */
static uint64_t least_of_set(const struct regex_set *set)
{
	uint32_t first;

	if (!set->count)
		return LEAST_MAX;
	first = set->ranges[0].first;
	/* Bytes that are not UTF-8 are characters of one byte. */
	if (first < 0x80 || regex_set_has(set, 0xdc80))
		return 1;
	return first < 0x800 ? 2 : first < 0x10000 ? 3 : 4;
}

static struct need need_of_set(const struct regex_set *set)
{
	struct need need = { .least = least_of_set(set) };

	if (set->count == 1 && set->ranges[0].first == set->ranges[0].last &&
	    set->ranges[0].first < 0x80)
		need.bytes[set->ranges[0].first / 64] = 1ull << set->ranges[0].first % 64;
	return need;
}

static struct need need_of_all(const struct need *parts, uint32_t count)
{
	struct need need = { 0 };

	for (uint32_t i = 0; i < count; i++) {
		need.least += parts[i].least;
		need.bytes[0] |= parts[i].bytes[0];
		need.bytes[1] |= parts[i].bytes[1];
	}
	return need;
}

static struct need need_of_one(const struct need *parts, uint32_t count)
{
	struct need need = parts[0];

	for (uint32_t i = 1; i < count; i++) {
		need.least = parts[i].least < need.least ? parts[i].least : need.least;
		need.bytes[0] &= parts[i].bytes[0];
		need.bytes[1] &= parts[i].bytes[1];
	}
	return need;
}

/* The one that logs have least: they are full of those at the beginning of this list. */
static uint8_t rarest(const uint64_t bytes[2])
{
	static const char common[] =
		" eiosnt\\ar.cl-mdpuh/SWC0:ExP1\"gwfT32DybIAMvNRFUkL458O679_"
		"HBGVKJQqzjXYZ=,(){}[];";
	size_t best = 0;
	uint8_t found = 0;

	for (uint8_t byte = 1; byte < 128; byte++) {
		const char *place = strchr(common, byte);
		size_t rank = place ? (size_t)(place - common) + 1 : sizeof(common) + 1;

		if (bytes[byte / 64] >> byte % 64 & 1 && rank > best) {
			best = rank;
			found = byte;
		}
	}
	return found;
}

int regex_needs(const struct regex_tree *tree, struct regex_needs *out)
{
	struct need *stack = arena_array(tree->arena, tree->count, sizeof(*stack)),
		    *top = stack;

	if (!stack)
		return -ENOMEM;
	for (uint32_t i = 0; i < tree->count; i++) {
		const struct regex_node *node = &tree->nodes[i];
		struct need need = { 0 };

		switch (node->kind) {
		case REGEX_NODE_SET:
			need = need_of_set(&tree->sets[node->arg]);
			break;
		case REGEX_NODE_CONCAT:
			top -= node->arg;
			need = need_of_all(top, node->arg);
			break;
		case REGEX_NODE_ALT:
			top -= node->arg;
			need = need_of_one(top, node->arg);
			break;
		case REGEX_NODE_REPEAT:
			top--;
			if (node->min)
				need = *top;
			need.least *= node->min;
			break;
		}
		if (need.least > LEAST_MAX)
			need.least = LEAST_MAX;
		*top++ = need;
	}
	*out = (struct regex_needs){ (uint32_t)stack->least, rarest(stack->bytes) };
	return 0;
}
