/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers of a window in order of size: a treap over its cells, so that adding,
 * removing and "the n-th smallest" take logarithmic time, whatever the numbers are.
 * Aragon and Seidel, Randomized Search Trees, 1989.
 */
#pragma once

#include "detect/engine/correlation_pool.h"

/* Add ${cell}, whose number is set, to the tree at ${root}; equal ones may be in it. */
void rank_add(struct pool *pool, uint32_t *root, uint32_t cell);

/* Take ${cell} out of the tree at ${root}. */
void rank_remove(struct pool *pool, uint32_t *root, uint32_t cell);

/* The ${rank}-th smallest number, from 1 to the tree's size. */
double rank_select(const struct pool *pool, uint32_t root, uint32_t rank);
