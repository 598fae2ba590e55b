// SPDX-License-Identifier: Apache-2.0
// The slots of templates, found again in other chunks by what the templates' bytes are.
#include "detect/intake/evtx_templates.h"

#include <errno.h>

#include "base/arena.h"

#define NEAR_SLOTS  1024 /* all powers of two */
#define NEAR_PROBES 8
#define FAR_SLOTS   1024
#define FAR_DEPTH   16 /* templates that share a slot; further ones are not kept */
#define PLAN_SLOTS  2048
#define REFS_MAX    2048        /* names in a template */
#define KEPT_SIZE   (16u << 20) /* bytes that are kept; then all is made anew */
#define GUID_AT     4u          /* in a definition: next one, GUID, size, body */
#define BODY_AT     24u
#define NEXT_SIZE                                                                        \
	4u /* a name that stands in the body begins with the offset of another */

/* A template of the chunk at hand. */
struct nearby {
	uint32_t round, key;
	struct evtx_slots slots;
};

/* A name that is elsewhere in the chunk: its text. */
struct outer {
	const uint8_t *at; /* NULL: the name stands in the body, behind the reference */
	uint32_t size;
};

/* A template of any chunk. */
struct far {
	struct far *next;
	uint8_t guid[16];
	uint8_t place;
	uint32_t size, at; /* of its body: bytes, and where it was in its chunk */
	const uint8_t *body;
	const uint32_t *refs; /* places in the body */
	const struct outer *outer;
	uint32_t ref_count;
	struct evtx_slots slots;
};

struct planned {
	const struct evtx_slot *slots; /* NULL: free */
	uint32_t class;
	struct evtx_plan plan;
};

struct evtx_templates {
	struct evtx_compiler *compiler;
	const uint8_t *chunk;
	uint32_t
		round; /* from 1: the chunk's number; near ones of another are not there */
	struct nearby near[NEAR_SLOTS];
	struct far *far[FAR_SLOTS];
	struct planned planned[PLAN_SLOTS];
	struct evtx_slots spare; /* made for once */
	uint32_t refs[REFS_MAX];
};

int evtx_templates_create(struct names *names, struct evtx_templates **out)
{
	struct evtx_templates *templates = calloc(1, sizeof(*templates));

	if (!templates)
		return -ENOMEM;
	templates->round = 1;
	if (evtx_compiler_create(names, &templates->compiler)) {
		free(templates);
		return -ENOMEM;
	}
	*out = templates;
	return 0;
}

void evtx_templates_free(struct evtx_templates *templates)
{
	if (!templates)
		return;
	evtx_compiler_free(templates->compiler);
	free(templates);
}

static void trim(struct evtx_templates *templates, size_t size)
{
	if (!evtx_compiler_trim(templates->compiler, size))
		return;
	templates->round++;
	memset(templates->far, 0, sizeof(templates->far));
	memset(templates->planned, 0, sizeof(templates->planned));
}

void evtx_templates_chunk(struct evtx_templates *templates, const uint8_t *chunk)
{
	templates->chunk = chunk;
	templates->round++;
}

void evtx_templates_record(struct evtx_templates *templates)
{
	trim(templates, KEPT_SIZE);
}

void evtx_templates_forget(struct evtx_templates *templates)
{
	trim(templates, 0);
}

/* Is the name that the reference at ${at} leads to the one that ${outer} has? */
static bool is_same_name(const uint8_t *chunk, uint32_t at, const struct outer *outer)
{
	uint32_t name, size = evtx_name_read(chunk, at, &name);
	bool is_inner = name == at + 4 + 8;

	if (size == UINT32_MAX || is_inner != !outer->at)
		return false;
	return is_inner ||
	       (size == outer->size && memcmp(chunk + name, outer->at, size) == 0);
}

/* Does the body at ${at} mean what that of ${far} does? */
static bool is_same(const uint8_t *chunk, uint32_t at, const struct far *far)
{
	uint32_t from = 0;

	for (uint32_t i = 0; i < far->ref_count; i++) {
		uint32_t ref = far->refs[i];

		if (memcmp(chunk + at + from, far->body + from, ref - from) != 0 ||
		    !is_same_name(chunk, at + ref, &far->outer[i]))
			return false;
		from = ref + 4 + (far->outer[i].at ? 0 : NEXT_SIZE);
	}
	return memcmp(chunk + at + from, far->body + from, far->size - from) == 0;
}

static struct far **far_slot(struct evtx_templates *templates, const uint8_t *guid,
			     uint32_t size, uint8_t place)
{
	uint64_t hash =
		(evtx_u64(guid) ^ evtx_u64(guid + 8) ^ size) * 0x9e3779b97f4a7c15u +
		place * 0xff51afd7ed558ccdu;

	return &templates->far[(hash >> 40) & (FAR_SLOTS - 1)];
}

static const struct far *find_far(struct evtx_templates *templates,
				  const struct evtx_definition *definition, uint8_t place,
				  unsigned *depth)
{
	const uint8_t *guid = templates->chunk + definition->at + GUID_AT;
	uint32_t size = definition->end - definition->body;
	const struct far *far = *far_slot(templates, guid, size, place);

	*depth = 0;
	for (; far; far = far->next, ++*depth)
		if (far->size == size && far->place == place &&
		    memcmp(far->guid, guid, sizeof(far->guid)) == 0 &&
		    is_same(templates->chunk, definition->body, far))
			return far;
	return NULL;
}

/* Copies of the names that are not in the body. */
static const struct outer *copy_names(struct evtx_templates *templates,
				      const struct evtx_refs *refs)
{
	struct arena *arena = evtx_compiler_arena(templates->compiler);
	struct outer *outer = arena_array(arena, refs->count + 1, sizeof(*outer));

	for (uint32_t i = 0; outer && i < refs->count; i++) {
		uint32_t name,
			size = evtx_name_read(templates->chunk, refs->at[i], &name);
		uint8_t *copy;

		if (size == UINT32_MAX)
			return NULL;
		if (name == refs->at[i] + 4 + 8)
			continue;
		copy = arena_alloc(arena, size + 1);
		if (!copy)
			return NULL;
		memcpy(copy, templates->chunk + name, size);
		outer[i] = (struct outer){ .at = copy, .size = size };
	}
	return outer;
}

/* Keep what was made, for other chunks; where memory is out it is for this chunk alone. */
static void keep_far(struct evtx_templates *templates,
		     const struct evtx_definition *definition, uint8_t place,
		     const struct evtx_refs *refs, const struct evtx_slots *slots)
{
	const uint8_t *head = templates->chunk + definition->at;
	uint32_t size = definition->end - definition->body;
	struct arena *arena = evtx_compiler_arena(templates->compiler);
	struct far *far = arena_alloc(arena, sizeof(*far));
	uint32_t *places = arena_array(arena, refs->count + 1, sizeof(*places));
	uint8_t *body = arena_alloc(arena, size + 1);
	const struct outer *outer = copy_names(templates, refs);
	struct far **slot = far_slot(templates, head + GUID_AT, size, place);

	if (!far || !places || !body || !outer)
		return;
	memcpy(body, head + BODY_AT, size);
	for (uint32_t i = 0; i < refs->count; i++)
		places[i] = refs->at[i] - definition->body;
	*far = (struct far){ .next = *slot,
			     .place = place,
			     .size = size,
			     .at = definition->body,
			     .body = body,
			     .refs = places,
			     .outer = outer,
			     .ref_count = refs->count,
			     .slots = *slots };
	memcpy(far->guid, head + GUID_AT, sizeof(far->guid));
	*slot = far;
}

static int make(struct evtx_templates *templates,
		const struct evtx_definition *definition,
		const struct evtx_context *context, struct evtx_slots *out,
		uint32_t *made)
{
	struct evtx_refs refs = { .at = templates->refs, .capacity = REFS_MAX };
	unsigned depth = 0;
	const struct far *far =
		context->place == PLACE_BELOW
			? NULL
			: find_far(templates, definition, context->place, &depth);
	int r;

	*made += definition->end - definition->body;
	if (far) {
		*out = far->slots;
		out->shift = definition->body - far->at;
		return 0;
	}
	r = evtx_slots_make(templates->compiler, templates->chunk, definition->body,
			    definition->end, false, context, &refs, out);
	out->lasts = r == 0 && context->place != PLACE_BELOW;
	if (out->lasts && !refs.is_lost && !out->fault && depth < FAR_DEPTH)
		keep_far(templates, definition, context->place, &refs, out);
	return r;
}

int evtx_templates_find(struct evtx_templates *templates,
			const struct evtx_definition *definition,
			const struct evtx_context *context, const struct evtx_slots **out,
			uint32_t *made)
{
	uint32_t key = definition->at | (uint32_t)(context->place + 1) << 16;
	uint32_t hash = (key * 0x9e3779b1u) >> 16;
	struct nearby *near = NULL;
	int r;

	for (unsigned probe = 0; probe < NEAR_PROBES && context->place != PLACE_BELOW;
	     probe++) {
		near = &templates->near[(hash + probe) & (NEAR_SLOTS - 1)];
		if (near->round != templates->round)
			break;
		if (near->key == key) {
			*out = &near->slots;
			return 0;
		}
	}
	if (!near) {
		*out = &templates->spare;
		return make(templates, definition, context, &templates->spare, made);
	}
	near->round = 0;
	r = make(templates, definition, context, &near->slots, made);
	if (r)
		return r;
	near->round = templates->round;
	near->key = key;
	*out = &near->slots;
	return 0;
}

int evtx_templates_fragment(struct evtx_templates *templates, uint32_t from, uint32_t end,
			    const struct evtx_context *context,
			    const struct evtx_slots **out)
{
	*out = &templates->spare;
	return evtx_slots_make(templates->compiler, templates->chunk, from, end,
			       context->place != PLACE_DOCUMENT, context, NULL,
			       &templates->spare);
}

static bool is_wanted(const struct pack *pack, uint32_t class, const struct name *name)
{
	return pack_wants(pack, class, name->field) ||
	       (name->also != EVENT_FIELD_NONE && pack_wants(pack, class, name->also));
}

int evtx_templates_plan(struct evtx_templates *templates, const struct evtx_slots *slots,
			const struct pack *pack, uint32_t class, struct evtx_plan *out)
{
	uint64_t hash =
		((uintptr_t)slots->slots ^ (uint64_t) class << 40) * 0x9e3779b97f4a7c15u;
	struct planned *planned = &templates->planned[(hash >> 40) & (PLAN_SLOTS - 1)];
	struct arena *arena = evtx_compiler_arena(templates->compiler);
	uint32_t *list, count = 0;

	if (planned->slots == slots->slots && planned->class == class) {
		*out = planned->plan;
		return 0;
	}
	list = arena_array(arena, slots->count - slots->needed_count + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	for (uint32_t i = 0; i < slots->count; i++)
		if (!slots->slots[i].is_needed &&
		    is_wanted(pack, class, &slots->slots[i].name))
			list[count++] = i;
	*planned = (struct planned){ .slots = slots->slots,
				     .class = class,
				     .plan = { .slots = list, .count = count } };
	*out = planned->plan;
	return 0;
}
