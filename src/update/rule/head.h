/* SPDX-License-Identifier: Apache-2.0 */
/* What every kind of document says of itself: title, id, level, tags, log source ... */
#pragma once

#include "update/rule/reading.h"

/* Read title, id ... of ${root}; the title must be there. */
int head_read(const struct reading *reading, struct text file,
	      const struct yaml_node *root, struct rule_head *out) MUST_USE;

/* Read the map below "logsource", which must be there and name something. */
int head_logsource(const struct reading *reading, const struct yaml_node *root,
		   struct logsource *out) MUST_USE;

/*
 * head_text(reading, map, key, out):
 * The scalar below ${key} as written; empty where the key or its value is absent.
 */
int head_text(const struct reading *reading, const struct yaml_node *map, const char *key,
	      struct text *out) MUST_USE;

/* The scalars of a list, or the one scalar, below ${key}; none where it is absent. */
int head_texts(const struct reading *reading, const struct yaml_node *map,
	       const char *key, struct text **out, uint32_t *count) MUST_USE;

/* Is ${level} a word that head_read takes for one? */
bool head_knows_level(struct text level);
