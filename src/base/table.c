// SPDX-License-Identifier: Apache-2.0
// A map from text to numbers, growing as needed; it remembers the order of insertion.
#include "base/table.h"

#include <errno.h>

uint32_t table_hash(struct text key)
{
	uint32_t hash = 2166136261u;

	for (size_t i = 0; i < key.size; i++)
		hash = (hash ^ (uint8_t)key.at[i]) * 16777619u;
	return hash;
}

/* The slot that holds ${key}, or the free one where it would go. */
static uint32_t *table_slot(const struct table *table, struct text key, uint32_t hash)
{
	uint32_t at = hash & table->mask;

	for (; table->slots[at]; at = (at + 1) & table->mask) {
		const struct table_entry *entry = &table->entries[table->slots[at] - 1];

		if (entry->hash == hash && text_is(entry->key, key))
			break;
	}
	return &table->slots[at];
}

uint32_t table_get(const struct table *table, struct text key)
{
	uint32_t slot;

	if (!table->count)
		return TABLE_NONE;
	slot = *table_slot(table, key, table_hash(key));
	return slot ? table->entries[slot - 1].value : TABLE_NONE;
}

static int table_grow(struct table *table)
{
	uint32_t capacity = table->capacity ? table->capacity * 2 : 16;
	struct table_entry *entries;
	uint32_t *slots;

	if (capacity > UINT32_MAX / 4)
		return -ENOMEM;
	entries = realloc(table->entries, capacity * sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	table->entries = entries;
	slots = calloc((size_t)capacity * 2, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(table->slots);
	table->slots = slots;
	table->capacity = capacity;
	table->mask = capacity * 2 - 1;
	for (uint32_t i = 0; i < table->count; i++)
		*table_slot(table, entries[i].key, entries[i].hash) = i + 1;
	return 0;
}

int table_put(struct table *table, struct text key, uint32_t value)
{
	uint32_t hash = table_hash(key), *slot;

	if (table->count == table->capacity && table_grow(table) < 0)
		return -ENOMEM;
	slot = table_slot(table, key, hash);
	if (!*slot) {
		table->entries[table->count] =
			(struct table_entry){ .key = key, .hash = hash };
		*slot = ++table->count;
	}
	table->entries[*slot - 1].value = value;
	return 0;
}

void table_done(struct table *table)
{
	free(table->entries);
	free(table->slots);
	*table = (struct table){ 0 };
}
