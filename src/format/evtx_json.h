/* SPDX-License-Identifier: Apache-2.0 */
/* A record of a Windows event log -> JSON, in the shape that exported logs have. */
#pragma once

#include "base/buffer.h"
#include "format/evtx_binxml.h"

struct evtx_json;

/* 0 or -ENOMEM. */
int evtx_json_create(struct evtx_json **out) MUST_USE;
void evtx_json_free(struct evtx_json *json);

/*
 * evtx_json_write(json, chunk, from, end, out):
 * Append the record whose BinXML is in the chunk's bytes [from, end) as JSON on one line, as
 * docs/formats/evtx.md describes it.  It is valid JSON whatever the bytes are; what could
 * not be read is a fault, and not in it.
 */
evtx_fault evtx_json_write(struct evtx_json *json, const uint8_t *chunk, uint32_t from,
			   uint32_t end, struct buffer *out);
