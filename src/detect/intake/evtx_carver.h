/* SPDX-License-Identifier: Apache-2.0 */
/* Which records of an event log have come: those that are carved may be copies of them. */
#pragma once

#include "format/evtx_chunk.h"

struct evtx_carver;

/* 0 or -ENOMEM. */
int evtx_carver_create(struct evtx_carver **out) MUST_USE;
void evtx_carver_free(struct evtx_carver *carver);

/* Another log begins: forget all.  Accepts NULL. */
void evtx_carver_clear(struct evtx_carver *carver);

/*
 * evtx_carver_add(carver, record), evtx_carver_knows(carver, record):
 * Remember a record; whether one with its id, written at the same time, is remembered.  At a
 * million all are forgotten but the newer half.
 */
void evtx_carver_add(struct evtx_carver *carver, const struct evtx_record *record);
bool evtx_carver_knows(const struct evtx_carver *carver,
		       const struct evtx_record *record);
