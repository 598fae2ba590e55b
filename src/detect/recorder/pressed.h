/* SPDX-License-Identifier: Apache-2.0 */
/* A block's events, compressed with zstd in memory got beforehand. */
#pragma once

#include "base/auto.h"
#include "base/text.h"

struct pressed;

/* ${writes}: it will compress; otherwise decompress.  NULL: there is no memory. */
struct pressed *pressed_create(bool writes) MUST_USE;
void pressed_free(struct pressed *pressed);

/* Bytes that ${raw_size} bytes become at most. */
size_t pressed_bound(size_t raw_size);

/* Compress ${raw} into ${out}.  Its size; 0 where it does not fit into ${room} bytes. */
size_t pressed_write(struct pressed *pressed, struct text raw, char *out, size_t room);

/* Decompress ${payload} into ${out}.  False where it is not exactly ${raw_size} bytes. */
bool pressed_read(struct pressed *pressed, struct text payload, char *out,
		  size_t raw_size);
