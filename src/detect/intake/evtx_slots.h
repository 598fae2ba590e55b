/* SPDX-License-Identifier: Apache-2.0 */
/* A template of a Windows event log -> slots: which of its values go to which fields. */
#pragma once

#include "detect/intake/names.h"
#include "format/evtx_binxml.h"

/* Where in an event's XML a fragment stands. */
enum evtx_place {
	PLACE_DOCUMENT,
	PLACE_EVENT,
	PLACE_SYSTEM,
	PLACE_EVENT_DATA,
	PLACE_USER_DATA,
	PLACE_USER_INNER, /* the provider's own element in UserData */
	PLACE_RENDERING,
	PLACE_BELOW,   /* further down: names are joined to ${path} */
	PLACE_NOWHERE, /* what is no data */
};

struct evtx_context {
	uint8_t place; /* enum evtx_place */
	uint8_t space; /* enum name_space */
	char joint;    /* between the names of elements inside one another */
	struct text path;
};

enum slot_kind {
	SLOT_VALUE, /* the value of its pieces */
	SLOT_GUARD, /* if all its pieces are null, ${skip} slots that follow are not there */
	/* What an element is that held nothing since its first slot; with ${skip}, if the values of
	   so many slots before it are null. */
	SLOT_BLANK,
};

/* What is added where there is no value. */
enum slot_empty { EMPTY_NOTHING, EMPTY_NULL, EMPTY_TEXT };

#define SLOT_NO_INDEX 0xffffu

struct evtx_slot {
	struct name name;
	uint8_t kind, empty;
	bool is_first;    /* of its element */
	bool is_optional; /* null: nothing at all, instead of ${empty} */
	bool is_needed; /* whatever rules want: the event as a whole, or other slots, hang on it */
	uint16_t index; /* the only piece is this substitution; else SLOT_NO_INDEX */
	uint16_t skip;
	uint32_t piece, count;           /* in the template's nodes */
	uint32_t name_piece, name_count; /* of a name that is a value itself; or none */
	const struct evtx_context *context; /* of fragments among the pieces */
};

struct evtx_slots {
	const struct evtx_slot *slots;
	const struct evtx_node *nodes;
	const uint32_t *needed; /* the slots that are, ascending */
	uint32_t count, node_count, needed_count;
	uint16_t
		time_index; /* the value that is the event's time, if that is no needed slot's */
	/* How far behind the nodes' places the same bytes are in the chunk at hand. */
	uint32_t shift;
	/* Texts that stand in the template itself; ${is_joined}: some value is made of several. */
	struct text literals;
	bool is_joined;
	bool lasts;       /* beyond the next one that is made */
	evtx_fault fault; /* of the fragment; the slots are those up to it */
};

#define EVTX_SLOTS_MAX 65536 /* of one fragment */

struct evtx_compiler;

/* 0 or -ENOMEM.  ${names} must outlive it. */
int evtx_compiler_create(struct names *names, struct evtx_compiler **out) MUST_USE;
void evtx_compiler_free(struct evtx_compiler *compiler);

/*
 * evtx_compiler_trim(compiler, size):
 * Forget all slots if they take more than ${size} bytes.  Returns whether it did.
 */
bool evtx_compiler_trim(struct evtx_compiler *compiler, size_t size);

/* Memory that lives as long as the slots do. */
struct arena *evtx_compiler_arena(struct evtx_compiler *compiler);

/*
 * evtx_slots_make(compiler, chunk, from, end, is_value, context, refs, out):
 * The slots of the fragment in the chunk's bytes [from, end), which stands in ${context}.  They
 * give the same values as the fragment's JSON would (docs/modules/intake.md, Names), and live
 * until the compiler forgets them.  ${refs}: see struct evtx_nodes.  0, or -ENOMEM where its
 * memory, which is bounded, is full.
 */
int evtx_slots_make(struct evtx_compiler *compiler, const uint8_t *chunk, uint32_t from,
		    uint32_t end, bool is_value, const struct evtx_context *context,
		    struct evtx_refs *refs, struct evtx_slots *out) MUST_USE;
