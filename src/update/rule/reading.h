/* SPDX-License-Identifier: Apache-2.0 */
/* What every step of reading a document has at hand. */
#pragma once

#include "format/yaml.h"
#include "update/rule/rule.h"

#define DOCUMENT_SIZE_MAX (64u << 20) /* bytes in the arena that one document may take */

struct placeholders;

/*
 * A step returns 0; -ENOMEM; or -EINVAL where the document is refused, with place and reason
 * in ${why}.
 */
struct reading {
	struct arena *arena;     /* keeps the rules, their texts included */
	struct arena_mark begin; /* where this document's part of it begins */
	const struct placeholders *placeholders; /* NULL: none have values */
	struct why *why;
};
