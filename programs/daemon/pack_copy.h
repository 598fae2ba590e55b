/* SPDX-License-Identifier: Apache-2.0 */
/* A pack's file as a sealed copy in memory. */
#pragma once

#include "base/auto.h"

/*
 * pack_copy(path, out):
 * Whoever writes to the file afterwards, or cuts it short, does not reach into a running sensor.
 * Nothing of it is looked at here.  A descriptor to ${*out}; 0 or -errno.
 */
int pack_copy(const char *path, int *out) MUST_USE;
