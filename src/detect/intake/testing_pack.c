// SPDX-License-Identifier: Apache-2.0
// For tests and fuzz targets only: a pack, in place of that of model/pack.c.
#include "detect/intake/testing_pack.h"

#include "model/event.h"
#include "model/keywords.h"

uint32_t pack_class_of(const struct pack *pack, struct text source, uint32_t id)
{
	(void)pack;
	(void)source;
	(void)id;
	return 0;
}

bool pack_wants(const struct pack *pack, uint32_t class, uint16_t field)
{
	(void)class;
	return !pack || !pack->reads_halves || field % 2;
}

uint16_t pack_field(const struct pack *pack, struct text name)
{
	if (pack && pack->by_letter && name.size && name.size < 12)
		return name.at[0] & 7;
	for (uint16_t i = 0; pack && i < pack->count; i++)
		if (text_is(text_of(pack->names[i]), name))
			return i;
	return EVENT_FIELD_NONE;
}

/* So that texts are gathered for them. */
bool keywords_are_words(const struct pack *pack, uint32_t class)
{
	(void)pack;
	(void)class;
	return true;
}
