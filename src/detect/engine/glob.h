/* SPDX-License-Identifier: Apache-2.0 */
/* Wildcard patterns as the pack carries them. */
#pragma once

#include "base/text.h"

/*
 * glob_match(glob, value, steps):
 * Whether ${glob} (bytes 0xff: any run of characters, 0xfe: exactly one) is the whole of
 * ${value}.  Compares bytes: fold both, or neither.  Lowers ${*steps} by the work done, at
 * most size of glob times size of value; where they run out the answer is no.
 */
bool glob_match(struct text glob, struct text value, uint64_t *steps);
