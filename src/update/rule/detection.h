/* SPDX-License-Identifier: Apache-2.0 */
/* A "detection" (or a filter's selections) -> one tree of items. */
#pragma once

#include "update/rule/reading.h"

/*
 * detection_read(reading, map, reserved, out):
 * The tree that the map's condition, or list of conditions, makes of its search identifiers.
 * ${reserved} is a further key that is no search identifier, or NULL.
 */
int detection_read(const struct reading *reading, const struct yaml_node *map,
		   const char *reserved, struct rule_node **out) MUST_USE;
