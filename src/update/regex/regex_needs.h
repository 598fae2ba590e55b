/* SPDX-License-Identifier: Apache-2.0 */
/* What a text must have for a regex to match at all: asked before anything else. */
#pragma once

#include "update/regex/regex_tree.h"

struct regex_needs {
	uint32_t least; /* bytes of the shortest text that could match */
	uint8_t byte;   /* of ASCII, in every text that matches; 0: none is known */
};

/* Find them.  0 or -ENOMEM. */
int regex_needs(const struct regex_tree *tree, struct regex_needs *out) MUST_USE;
