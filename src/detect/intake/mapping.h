/* SPDX-License-Identifier: Apache-2.0 */
/* What a mapping file says of log shapes that cannot be told by themselves. */
#pragma once

#include "base/arena.h"
#include "base/why.h"

#define MAPPINGS_MAX 64 /* documents of one mapping file */

/* A name and what it is compared with or becomes. */
struct mapping_pair {
	struct text name, value;
};

struct mapping {
	struct text name;     /* for people */
	struct text source;   /* as in struct event */
	struct text time, id; /* paths of the time and of the event id; empty: none */
	bool is_text;         /* every line is an event; when and fields are not used */
	uint32_t when_count, field_count;
	struct mapping_pair
		*when; /* path is there with value (or any, for "*"); all must hold */
	struct mapping_pair *fields; /* path -> Sigma's name */
};

/* Tried in this order: the first whose conditions hold is taken. */
struct mappings {
	struct arena *arena;
	uint32_t count;
	struct mapping *mapping;
};

/*
 * mappings_read(path, out, why):
 * Read a mapping file: YAML documents as docs/modules/intake.md shows.  Returns 0; -ENOMEM; or
 * another negative errno, with the reason in ${why}.
 */
int mappings_read(const char *path, struct mappings *out, struct why *why) MUST_USE;

/* The same from memory; ${name} stands for the file. */
int mappings_parse(struct text yaml, const char *name, struct mappings *out,
		   struct why *why) MUST_USE;

/* Accepts zeroes. */
void mappings_done(struct mappings *mappings);

/* The first one for text, or NULL.  Accepts NULL. */
const struct mapping *mappings_text(const struct mappings *mappings);
