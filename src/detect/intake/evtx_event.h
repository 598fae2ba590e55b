/* SPDX-License-Identifier: Apache-2.0 */
/* A record of a Windows event log -> an event. */
#pragma once

#include "detect/intake/evtx_slots.h"
#include "detect/intake/intake.h"

#define EVTX_RECORD_TEXT_MAX (2u << 20) /* bytes of all values of one event */

struct evtx_maker;

/* 0 or -ENOMEM.  ${intake} must outlive it. */
int evtx_maker_create(struct intake *intake, struct evtx_maker **out) MUST_USE;
void evtx_maker_free(struct evtx_maker *maker);

/* Begin with a chunk: EVTX_CHUNK_SIZE bytes, which must stay. */
void evtx_maker_chunk(struct evtx_maker *maker, const uint8_t *chunk);

/* As new: what has been learned of templates is forgotten. */
void evtx_maker_clear(struct evtx_maker *maker);

/*
 * evtx_maker_event(maker, record, event, fault):
 * Make ${event} of a record of the chunk.  Its values live in the maker until the next call; those
 * that no rule of the event's class wants are there once it is completed (event_complete), behind
 * the others.
 * Where the record is damaged ${*fault} says how, and the event has what could be read of it;
 * else it is NULL.  Returns 0 or -ENOMEM.
 */
int evtx_maker_event(struct evtx_maker *maker, const struct evtx_record *record,
		     struct event *event, evtx_fault *fault) MUST_USE;
