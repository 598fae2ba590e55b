// SPDX-License-Identifier: Apache-2.0
// What a log's name for a value means: each name is worked out once and then remembered.
#include "detect/intake/names.h"

#include <errno.h>

#include "detect/intake/vocabulary.h"

#define SLOTS     8192u           /* a power of two */
#define FULL      (SLOTS / 4 * 3) /* names remembered at most */
#define PROBES    32         /* slots looked at; names made to collide are only slower */
#define BYTES_MAX (1u << 20) /* of all names remembered */

struct names {
	const struct pack *pack;
	const struct mappings *mappings;
	struct arena *arena;
	uint32_t count;
	struct name spare;
	uint16_t roles[ROLE_COUNT];
	struct name slots[SLOTS]; /* size 0: free */
};

int names_create(const struct pack *pack, const struct mappings *mappings,
		 struct names **out)
{
	struct names *names = calloc(1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	names->pack = pack;
	names->mappings = mappings;
	names->arena = arena_create(BYTES_MAX);
	if (!names->arena) {
		free(names);
		return -ENOMEM;
	}
	for (unsigned role = 0; role < ROLE_COUNT; role++) {
		struct text sigma = vocabulary_of_role((enum role)role);

		names->roles[role] =
			sigma.size ? pack_field(pack, sigma) : EVENT_FIELD_NONE;
	}
	*out = names;
	return 0;
}

void names_free(struct names *names)
{
	if (!names)
		return;
	arena_free(names->arena);
	free(names);
}

uint16_t names_of_role(const struct names *names, enum role role)
{
	return names->roles[role];
}

/* The field of ${name} without its spaces: "Threat Name" is ThreatName to Sigma. */
static uint16_t field_of(const struct names *names, struct text name)
{
	char squeezed[256];
	size_t size = 0;

	if (!name.size || !memchr(name.at, ' ', name.size))
		return name.size ? pack_field(names->pack, name) : EVENT_FIELD_NONE;
	if (name.size > sizeof(squeezed))
		return EVENT_FIELD_NONE;
	for (size_t i = 0; i < name.size; i++)
		if (name.at[i] != ' ')
			squeezed[size++] = name.at[i];
	return pack_field(names->pack, (struct text){ .at = squeezed, .size = size });
}

/* What the mapping says of ${path}. */
static void look_into_mapping(const struct mapping *mapping, struct text path,
			      struct meaning *meaning)
{
	for (uint32_t i = 0; i < mapping->field_count; i++)
		if (text_is(mapping->fields[i].name, path))
			meaning->sigma = mapping->fields[i].value;
	if (mapping->time.size && text_is(mapping->time, path)) {
		meaning->role = ROLE_TIME;
		meaning->rank = 0;
	} else if (mapping->id.size && text_is(mapping->id, path)) {
		meaning->role = ROLE_EVENT_ID;
		meaning->rank = 0;
	}
}

static void work_out(const struct names *names, unsigned space, struct text name,
		     struct name *out)
{
	struct meaning meaning = { .sigma = name };

	if (space >= NAMES_MAPPED)
		look_into_mapping(&names->mappings->mapping[space - NAMES_MAPPED], name,
				  &meaning);
	else
		vocabulary_look_up(space, name, &meaning);
	out->field = field_of(names, meaning.sigma);
	out->also =
		text_is(meaning.sigma, name) ? EVENT_FIELD_NONE : field_of(names, name);
	out->tells = meaning.tells;
	out->role = meaning.role;
	out->rank = meaning.rank;
	if (out->field == EVENT_FIELD_NONE) {
		out->field = out->also;
		out->also = EVENT_FIELD_NONE;
	}
}

/* The words of struct name. */
static void words_of(struct text name, struct name *out)
{
	out->mask = name.size < 8 ? ((uint64_t)1 << 8 * name.size) - 1 : UINT64_MAX;
	out->first = names_word(name.at) & out->mask;
	out->last = name.size < 8 ? out->first : names_word(name.at + name.size - 8);
}

/* Work ${name} out, and remember it in ${slot} if that is free; apart, so that finding is fast. */
static __attribute__((noinline)) struct name *learn(struct names *names, unsigned space,
						    struct text name, struct name *slot,
						    bool *lasting)
{
	struct text copy;

	work_out(names, space, name, &names->spare);
	if (slot->size || !name.size || names->count == FULL ||
	    arena_copy(names->arena, name, &copy) != 0) {
		*lasting = false;
		return &names->spare;
	}
	names->count++;
	*slot = names->spare;
	slot->at = copy.at;
	slot->size = (uint32_t)copy.size;
	slot->space = space;
	words_of(name, slot);
	return slot;
}

struct name *names_find(struct names *names, unsigned space, struct text name,
			bool *lasting)
{
	struct name wanted;
	struct name *slot = NULL;
	uint64_t hash;

	words_of(name, &wanted);
	hash = (wanted.first ^ (name.size + 64 * space) * 0x9e3779b97f4a7c15u) *
	       0xff51afd7ed558ccdu;
	hash = (hash ^ hash >> 32 ^ wanted.last) * 0xc4ceb9fe1a85ec53u;
	hash ^= hash >> 29;
	*lasting = true;
	for (unsigned probe = 0; probe < PROBES; probe++) {
		slot = &names->slots[(hash + probe) & (SLOTS - 1)];
		if (names_is(slot, space, name))
			return slot;
		if (!slot->size)
			break;
	}
	return learn(names, space, name, slot, lasting);
}
