/* SPDX-License-Identifier: Apache-2.0 */
/* "Field|modifier: value(s)" -> a node of the condition. */
#pragma once

#include "update/rule/reading.h"

/*
 * item_read(reading, pair, out, weight):
 * The item of a map's key and value, ${pair[0]} and ${pair[1]}.  Mostly it is one node; "all"
 * over values that have variants is an AND of one item each, because any variant of each is
 * enough.  ${weight} is the number of nodes.
 */
int item_read(const struct reading *reading, struct yaml_node *const *pair,
	      struct rule_node **out, uint32_t *weight) MUST_USE;

/*
 * item_read_keywords(reading, nodes, count, out):
 * The item of keywords that stand without a key.
 */
int item_read_keywords(const struct reading *reading, struct yaml_node *const *nodes,
		       uint32_t count, struct rule_node **out) MUST_USE;
