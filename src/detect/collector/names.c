// SPDX-License-Identifier: Apache-2.0
// Numbers and their names, made once and then only looked up: users, groups.
#include "detect/collector/names.h"

#include <errno.h>

int names_add(struct names *names, uint32_t number, struct text text)
{
	if (names->count == names->capacity) {
		uint32_t capacity = names->capacity ? names->capacity * 2 : 64;
		struct name *grown = realloc(names->all, capacity * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		names->all = grown;
		names->capacity = capacity;
	}
	names->all[names->count] =
		(struct name){ .number = number, .order = names->count, .text = text };
	names->count++;
	return 0;
}

static int compare(const void *left, const void *right)
{
	const struct name *a = left, *b = right;

	if (a->number != b->number)
		return a->number < b->number ? -1 : 1;
	return a->order < b->order ? -1 : a->order > b->order;
}

void names_sort(struct names *names)
{
	if (names->count)
		qsort(names->all, names->count, sizeof(*names->all), compare);
}

struct text names_find(const struct names *names, uint32_t number)
{
	uint32_t low = 0, high = names->count;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (names->all[middle].number < number)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == names->count || names->all[low].number != number)
		return (struct text){ 0 };
	return names->all[low].text;
}

void names_done(struct names *names)
{
	free(names->all);
	*names = (struct names){ 0 };
}
