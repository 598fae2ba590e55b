/* SPDX-License-Identifier: Apache-2.0 */
/*
 * For tests and fuzz targets only: a pack, in place of that of model/pack.c, as far as the intake
 * asks one.  It has one class.
 */
#pragma once

#include "model/pack.h"

struct pack {
	const char *const *names; /* of fields, by number */
	uint16_t count;
	bool by_letter;    /* or short names are fields 0 to 7, by their first letter */
	bool reads_halves; /* rules read fields with odd numbers alone; else all */
};
