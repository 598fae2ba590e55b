// SPDX-License-Identifier: Apache-2.0
// Documents that a mapping file describes.
#include "detect/intake/state.h"

/* The node that ${path}, names joined by '.', leads to from ${root}; 0: none. */
static uint32_t find(const struct json_document *d, uint32_t root, struct text path)
{
	uint32_t at = root, i;

	while (d->nodes[at].type == JSON_OBJECT) {
		for (i = at + 1; i < d->nodes[at].end; i = d->nodes[i].end) {
			struct text key = json_key(d, &d->nodes[i]);

			if (text_is(key, path))
				return i;
			if (path.size > key.size && path.at[key.size] == '.' &&
			    text_starts(path, key))
				break;
		}
		if (i >= d->nodes[at].end)
			return 0;
		path = text_part(path, d->nodes[i].key_size + 1, SIZE_MAX);
		at = i;
	}
	return 0;
}

static bool holds(const struct json_document *d, uint32_t node, struct text wanted)
{
	if (!node)
		return false;
	if (text_is(wanted, TEXT("*")))
		return true;
	if (d->nodes[node].type == JSON_OBJECT)
		return false;
	if (d->nodes[node].type != JSON_ARRAY)
		return text_is(json_text(d, &d->nodes[node]), wanted);
	for (uint32_t i = node + 1; i < d->nodes[node].end; i = d->nodes[i].end)
		if (d->nodes[i].end == i + 1 &&
		    text_is(json_text(d, &d->nodes[i]), wanted))
			return true;
	return false;
}

bool mapped_matches(const struct json_document *document, const struct mapping *mapping,
		    uint32_t root)
{
	for (uint32_t i = 0; i < mapping->when_count; i++)
		if (!holds(document, find(document, root, mapping->when[i].name),
			   mapping->when[i].value))
			return false;
	return true;
}

void mapped_document(struct intake *intake, const struct mapping *mapping, uint32_t root,
		     unsigned number)
{
	const struct walk walk = { .space = NAMES_MAPPED + number, .joint = '.' };

	walk_members(intake, &walk, (struct text){ 0 }, root);
	intake->event->source = mapping->source;
}
