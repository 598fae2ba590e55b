/* SPDX-License-Identifier: Apache-2.0 */
/* The slots of a log's templates: made once, though each chunk has the templates anew. */
#pragma once

#include "detect/intake/evtx_slots.h"

struct evtx_templates;

/* 0 or -ENOMEM.  ${names} must outlive it. */
int evtx_templates_create(struct names *names, struct evtx_templates **out) MUST_USE;
void evtx_templates_free(struct evtx_templates *templates);

/* Begin with a chunk: offsets mean other things from now on. */
void evtx_templates_chunk(struct evtx_templates *templates, const uint8_t *chunk);

/* Begin with a record: memory that is nearly full is emptied, and all slots with it. */
void evtx_templates_record(struct evtx_templates *templates);

/* Empty the memory at once. */
void evtx_templates_forget(struct evtx_templates *templates);

/*
 * evtx_templates_find(templates, definition, context, out):
 * The slots of a template of the chunk, as evtx_slots_make makes them; they live until the next
 * call, or, where they say that they last, to the end of the chunk.  ${*made} grows by the bytes
 * that had to be read for it.  0 or -ENOMEM.
 */
int evtx_templates_find(struct evtx_templates *templates,
			const struct evtx_definition *definition,
			const struct evtx_context *context, const struct evtx_slots **out,
			uint32_t *made) MUST_USE;

/* The slots of a fragment that is no template; they live until the next call. */
int evtx_templates_fragment(struct evtx_templates *templates, uint32_t from, uint32_t end,
			    const struct evtx_context *context,
			    const struct evtx_slots **out) MUST_USE;

/* Slots that are read because rules of a class want them, and are not needed anyway. */
struct evtx_plan {
	const uint32_t *slots; /* ascending */
	uint32_t count;
};

/*
 * evtx_templates_plan(templates, slots, pack, class, out):
 * Those of ${slots}, which last.  0 or -ENOMEM.
 */
int evtx_templates_plan(struct evtx_templates *templates, const struct evtx_slots *slots,
			const struct pack *pack, uint32_t class,
			struct evtx_plan *out) MUST_USE;
