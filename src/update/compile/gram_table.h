/* SPDX-License-Identifier: Apache-2.0 */
/* Filters over grams, and the tables behind them. */
#pragma once

#include "update/compile/class.h"

/* Of every gram: its bytes, and the number in GRAMS of what is known of it. */
struct gram_entry {
	uint32_t bytes, gram;
};

/* Write filter and table over ${count} different grams; ${out} gets its places and the stride. */
int gram_table_write(struct builder *builder, const struct gram_entry *entries,
		     uint32_t count, uint32_t stride,
		     struct pack_gram_table *out) MUST_USE;

/*
 * traces_write(builder, patterns, numbers, count, out):
 * Write the traces (see struct pack_class) of those ${count} patterns to which ${numbers} lead;
 * empty where one of them has no four bytes side by side that would do.  Classes with the same
 * traces share one table.
 */
int traces_write(struct builder *builder, const struct class_pattern *patterns,
		 const uint32_t *numbers, uint32_t count,
		 struct pack_gram_table *out) MUST_USE;
