/* SPDX-License-Identifier: Apache-2.0 */
/* What can be said of a class's keywords beforehand. */
#pragma once

#include "model/pack.h"

/*
 * keywords_are_words(pack, class):
 * Has the class keywords, and can none of them stand in a number, GUID, SID, time, hexadecimal or
 * truth value, however logs write these?  Then it is enough to search an event's texts for them.
 * Accepts NULL, which has none.
 */
bool keywords_are_words(const struct pack *pack, uint32_t class);
