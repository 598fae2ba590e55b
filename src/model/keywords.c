// SPDX-License-Identifier: Apache-2.0
// What can be said of a class's keywords beforehand.
#include "model/keywords.h"

#include "model/pack_view.h"

/* Is there a byte that no number, GUID, SID, time, hexadecimal, true, false, NaN or INF has? */
static bool is_word(struct text text)
{
	static const char others[] = "0123456789abcdefxtzsrulni+-.:";

	for (size_t i = 0; i < text.size; i++)
		if (!memchr(others, text.at[i], sizeof(others) - 1))
			return true;
	return false;
}

bool keywords_are_words(const struct pack *pack, uint32_t class)
{
	const struct pack_gram_table *table;
	const uint32_t *slots;

	if (!pack || class >= pack->count[PACK_CLASSES])
		return false;
	table = &pack->classes[class].traces;
	slots = pack->gram_slots + table->slots.first;
	if (pack->classes[class].keywords == PACK_NONE || !table->bits.count)
		return false;
	for (uint32_t slot = 0; slot < table->slots.count; slot++) {
		const struct pack_gram *gram;

		if (!slots[slot])
			continue;
		gram = &pack->grams[slots[slot] - 1];
		for (uint32_t i = 0; i + 1 < gram->places.count; i += 2) {
			uint32_t pattern = pack->numbers[gram->places.first + i];

			if (!is_word(pack_text(pack, pack->patterns[pattern].text)))
				return false;
		}
	}
	return true;
}
