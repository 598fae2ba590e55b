/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers as logs write them. */
#pragma once

#include <math.h>

#include "base/auto.h"
#include "base/text.h"

#define NUMBER_SIZE_MAX 63 /* characters of a number; a longer one is no number */

/*
 * number_read(text, out):
 * Whether the whole of ${text} is a finite number, decimal or hexadecimal with 0x; sets
 * ${out}.
 */
static inline bool number_read(struct text text, double *out)
{
	char copy[NUMBER_SIZE_MAX + 1], *end;
	const char *digit;
	double number;

	if (text.size == 0 || text.size > NUMBER_SIZE_MAX)
		return false;
	memcpy(copy, text.at, text.size);
	copy[text.size] = 0;
	digit = copy + (copy[0] == '-' || copy[0] == '+');
	if (*digit != '.' && (*digit < '0' || *digit > '9'))
		return false;
	/* C's hexadecimal fractions ("0x1p4") are no numbers of a log. */
	if (copy[strcspn(copy, "pP")])
		return false;
	number = strtod(copy, &end);
	if (end != copy + text.size || !isfinite(number))
		return false;
	*out = number;
	return true;
}
