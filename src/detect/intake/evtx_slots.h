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
	SLOT_BLANK, /* what an element is that held nothing since its first slot */
};

/* What is added where there is no value. */
enum slot_empty { EMPTY_NOTHING, EMPTY_NULL, EMPTY_TEXT };

#define SLOT_NO_INDEX 0xffffu

struct evtx_slot {
	struct name name;
	uint8_t kind, empty;
	bool is_first;    /* of its element */
	bool is_optional; /* null: nothing at all, instead of ${empty} */
	uint16_t index;   /* the only piece is this substitution; else SLOT_NO_INDEX */
	uint16_t skip;
	uint32_t piece, count;           /* in the template's nodes */
	uint32_t name_piece, name_count; /* of a name that is a value itself; or none */
	const struct evtx_context *context; /* of fragments among the pieces */
};

struct evtx_slots {
	const struct evtx_slot *slots;
	const struct evtx_node *nodes;
	uint32_t count, node_count;
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

/*
 * evtx_slots_make(compiler, chunk, from, end, is_value, context, out):
 * The slots of the fragment in the chunk's bytes [from, end), which stands in ${context}.  They
 * give the same values as the fragment's JSON would (docs/modules/intake.md, Names), and live
 * until the compiler forgets them.  0, or -ENOMEM where its memory, which is bounded, is full.
 */
int evtx_slots_make(struct evtx_compiler *compiler, const uint8_t *chunk, uint32_t from,
		    uint32_t end, bool is_value, const struct evtx_context *context,
		    struct evtx_slots *out) MUST_USE;
