/* SPDX-License-Identifier: Apache-2.0 */
/* A detection as a datagram of journald's native protocol. */
#pragma once

#include "base/buffer.h"
#include "model/detection.h"
#include "model/pack.h"
#include "model/sensed.h"

#define JOURNAL_VALUE_MAX 2048 /* bytes of each field; the rest is cut */
#define JOURNAL_SIZE_MAX  (16u << 10)

/* Append the datagram: message, priority by level, rule, technique, process, command line. */
void journal_alert(const struct pack *pack, const struct detection *detection,
		   const struct sensed *sensed, struct buffer *out);

/* Append one field: NAME=value, or framed by size where the value has a newline. */
void journal_field(struct buffer *out, const char *name, struct text value);
