/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of the sensor's events, by number: field.def as an enum and its names. */
#pragma once

#include "base/text.h"

enum field {
#define FIELD(id, type, sigma, ecs, ocsf) FIELD_##id,
#include "model/field.def"
#undef FIELD
	FIELD_COUNT
};

enum field_type {
	FIELD_TYPE_TEXT,
	FIELD_TYPE_UINT,
	FIELD_TYPE_INT,
	FIELD_TYPE_BOOL,
	FIELD_TYPE_TIME,
	FIELD_TYPE_LIST,
};

/* A field's names; texts of static storage. */
struct field_info {
	enum field_type type;
	struct text sigma, ecs, ocsf;
};

/* What field.def says of ${field} (below FIELD_COUNT). */
const struct field_info *field_info(enum field field);

/*
 * field_schema_hash():
 * One number for the whole of field.def, order included: 64-bit FNV-1a over the type and
 * Sigma name of every field.  A pack is good only for the schema that it was built for.
 */
uint64_t field_schema_hash(void);
