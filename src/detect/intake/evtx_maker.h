/* SPDX-License-Identifier: Apache-2.0 */
/* What an event is made with; shared by evtx_event.c and evtx_fill.c. */
#pragma once

#include "detect/intake/evtx_event.h"
#include "detect/intake/evtx_templates.h"
#include "detect/intake/state.h"
#include "format/evtx_value.h"

#define EVTX_VALUES_MAX    (EVTX_CHUNK_SIZE / 4) /* of an instance: each has a descriptor */
#define EVTX_FRAGMENTS_MAX 256                   /* of a record, nested ones included */
#define EVTX_NAME_ROOM     4096
#define EVTX_WHOLE_ROOM    (2u * EVTX_CHUNK_SIZE)
#define EVTX_KNOWN         256 /* kinds of events whose class is remembered; a power of two */

/* A fragment of the record. */
struct evtx_fragment {
	const struct evtx_context *context;
	bool is_instance; /* of a template; else tokens */
	bool is_partly;   /* what no rule wants is not read yet */
	uint32_t from, end;
	struct evtx_instance instance;
};

/* A kind of event: where its log and its id lead. */
struct evtx_kind {
	char log[64];    /* channel, or provider where it has none */
	char source[80]; /* empty: the place is free */
	uint8_t log_size, source_size;
	bool has_channel;
	bool is_searchable; /* event->whole is worth giving: see keywords.h */
	uint32_t id, class;
};

struct evtx_maker {
	struct intake *intake;
	const uint8_t *chunk;
	struct evtx_templates *templates;
	struct event *event;
	evtx_fault fault;
	uint32_t fragment_count, steps;
	size_t used;                  /* bytes of text[] */
	size_t whole_size;            /* bytes of whole[] */
	bool has_produced;            /* the element at hand held something */
	bool is_completing;           /* later has come */
	bool has_whole;               /* whole[] has all texts so far */
	const struct evtx_kind *kind; /* NULL: all of the event is read at once */
	struct evtx_fragment fragments[EVTX_FRAGMENTS_MAX];
	struct evtx_value values[EVTX_VALUES_MAX];
	uint32_t value_count;
	struct evtx_kind kinds[EVTX_KNOWN];
	char name[EVTX_NAME_ROOM + NAMES_PADDING];
	char whole[EVTX_WHOLE_ROOM];
	char text[EVTX_RECORD_TEXT_MAX];
};

/* The first thing that is wrong with the record is what is told of it. */
static inline void evtx_complain(struct evtx_maker *maker, evtx_fault fault)
{
	if (!maker->fault)
		maker->fault = fault;
}

/* A fragment that is all of [from, end): nearly always a template's instance.  To be read next. */
void evtx_queue(struct evtx_maker *maker, uint32_t from, uint32_t end,
		const struct evtx_context *context);

/* The instance of a template at [at, end), behind its token; likewise. */
void evtx_queue_instance(struct evtx_maker *maker, uint32_t at, uint32_t end,
			 const struct evtx_context *context);

/* Its value number ${index}; NULL: null. */
static inline const struct evtx_value *evtx_value_at(const struct evtx_maker *maker,
						     uint32_t index)
{
	const struct evtx_value *value;

	if (index >= maker->value_count)
		return NULL;
	value = &maker->values[index];
	return evtx_value_is_null(value) ? NULL : value;
}

/* Add the values of slot ${i} to the event; returns how many slots behind it are not there. */
uint32_t evtx_fill(struct evtx_maker *maker, const struct evtx_slots *slots, uint32_t i);
