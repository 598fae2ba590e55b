/* SPDX-License-Identifier: Apache-2.0 */
/* "selection and not 1 of filter_*" -> a tree over what the names stand for. */
#pragma once

#include "update/rule/reading.h"

#define CONDITION_SIZE_MAX   65536u  /* bytes of a condition */
#define CONDITION_DEPTH_MAX  64      /* parentheses inside one another */
#define CONDITION_NODES_MAX  100000u /* nodes of the tree, names expanded */
#define CONDITION_CHOICE_MAX 64      /* names of which "N of" can choose N > 1 */

/* A name that the condition may use. */
struct condition_name {
	struct text name;
	struct rule_node
		*node;   /* becomes part of the tree, more than once if it is used so */
	uint32_t weight; /* nodes in it */
};

/*
 * condition_read(reading, node, names, count, out):
 * The tree of the condition in the scalar ${node}: names, "x of y", not, and, or, parentheses
 * (docs/sigma.md S30-S32).  Its inner nodes have two children or more.
 */
int condition_read(const struct reading *reading, const struct yaml_node *node,
		   const struct condition_name *names, uint32_t count,
		   struct rule_node **out) MUST_USE;

/* A node of ${kind} over ${count} children, which are copied; one child stands for itself. */
int condition_join(struct arena *arena, enum node_kind kind,
		   struct rule_node *const *children, uint32_t count,
		   struct rule_node **out) MUST_USE;

/* The node that is true where ${node} is not. */
int condition_not(struct arena *arena, struct rule_node *node,
		  struct rule_node **out) MUST_USE;
