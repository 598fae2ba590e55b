/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the machine looks like when a sensor starts: its processes, users, groups and names, as
 * records like the kernel's, one after the other.  A helper with the rights to look writes it;
 * the sensor, which has none, reads it.
 */
#pragma once

#include "base/auto.h"
#include "base/text.h"
#include "detect/kernel/record.h"

#define CENSUS_SIZE_MAX (64u << 20) /* bytes; what would go beyond it is left out */

/* census_next(): the next record of ${*census}, which loses it; an empty text at the end, or
   where what follows is no record. */
struct text census_next(struct text *census);

/*
 * census_write(fd, root):
 * Write the census of the machine whose /proc and /etc are below ${root} ("" for this one's).
 * A process that ends while it is looked at is left out, as is what can't be read of one.
 * 0 or -errno.
 */
int census_write(int fd, const char *root) MUST_USE;
