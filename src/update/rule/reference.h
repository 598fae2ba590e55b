/* SPDX-License-Identifier: Apache-2.0 */
/* The name or id by which one document speaks of another. */
#pragma once

#include "update/rule/reading.h"

struct reference {
	struct text name;
	unsigned line, column;
};

/*
 * reference_read(reading, map, key, out, count):
 * The references below ${key}: a list of scalars, or one; none where the key is absent.
 */
int reference_read(const struct reading *reading, const struct yaml_node *map,
		   const char *key, struct reference **out, uint32_t *count) MUST_USE;
