/* SPDX-License-Identifier: Apache-2.0 */
/* A map from text to numbers, growing as needed; it remembers the order of insertion. */
#pragma once

#include "base/auto.h"
#include "base/text.h"

#define TABLE_NONE UINT32_MAX

struct table_entry {
	struct text key;
	uint32_t hash, value;
};

struct table {
	struct table_entry *entries;
	uint32_t *slots; /* entry + 1; 0 is free */
	uint32_t count, capacity, mask;
};

/* The value of ${key}, or TABLE_NONE. */
uint32_t table_get(const struct table *table, struct text key);

/*
 * table_put(table, key, value):
 * Set the value of ${key}; the key's bytes stay the caller's and must outlive the table.
 * 0 or -ENOMEM (the table is then unchanged).
 */
int table_put(struct table *table, struct text key, uint32_t value) MUST_USE;

/* Free what it holds; a zeroed table is an empty one. */
void table_done(struct table *table);

static inline void auto_table(struct table *table)
{
	table_done(table);
}

/* FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/ */
uint32_t table_hash(struct text key);
