// SPDX-License-Identifier: Apache-2.0
// The fields of the sensor's events, by number: field.def as an enum and its names.
#include "model/field.h"

static const struct field_info fields[] = {
#define FIELD(id, kind, sigma_name, ecs_name, ocsf_name)                                 \
	[FIELD_##id] = { .type = FIELD_TYPE_##kind,                                      \
			 .sigma = TEXT(sigma_name),                                      \
			 .ecs = TEXT(ecs_name),                                          \
			 .ocsf = TEXT(ocsf_name) },
#include "model/field.def"
#undef FIELD
};

_Static_assert(sizeof(fields) / sizeof(fields[0]) == FIELD_COUNT, "a field has no names");

const struct field_info *field_info(enum field field)
{
	return &fields[field];
}

static uint64_t mix(uint64_t hash, const void *bytes, size_t size)
{
	const uint8_t *byte = bytes;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ byte[i]) * 0x100000001b3u;
	return hash;
}

uint64_t field_schema_hash(void)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (unsigned i = 0; i < FIELD_COUNT; i++) {
		uint8_t type = (uint8_t)fields[i].type;

		hash = mix(hash, &type, 1);
		hash = mix(hash, fields[i].sigma.at, fields[i].sigma.size + 1);
	}
	return hash;
}
