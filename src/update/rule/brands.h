/* SPDX-License-Identifier: Apache-2.0 */
/* Brands whose look-alikes are to be told: a short way to write the rules for them. */
#pragma once

#include "base/arena.h"
#include "base/buffer.h"
#include "format/yaml.h"
#include "model/lookalike.h"

/* One entry of a document with the key "brands" (docs/lookalike.md). */
struct brand {
	struct lookalike_brand alike;
	struct text written; /* its domain, with the '+' if it has one */
	struct text level;   /* "high" where none is given */
	struct text *own;    /* other names of its owner, which all below them are too */
	uint32_t own_count;
};

/*
 * brands_read(root, arena, out, count, why):
 * The brands of the document, in ${arena} with all their texts.  0; -ENOMEM; or -EINVAL with the
 * place of what is wrong in ${why}.
 */
int brands_read(const struct yaml_node *root, struct arena *arena, struct brand **out,
		uint32_t *count, struct why *why) MUST_USE;

/* Whether ${name} looks like the brand and is none of its owner's. */
enum lookalike brand_check(const struct brand *brand, struct text name);

/* Append the rules for ${brand} to ${out}, as YAML. */
void brand_write(const struct brand *brand, struct buffer *out);
