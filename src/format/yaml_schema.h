/* SPDX-License-Identifier: Apache-2.0 */
/* What a YAML scalar is: null, a truth value, a number or text.  For yaml.c alone. */
#pragma once

#include "format/yaml.h"

/*
 * yaml_resolve(node, tag):
 * Set the scalar's kind, and truth, from ${tag} (NULL: none) or by the core schema.  False where
 * the tag is not one of the core schema's or the text is not what the tag says.
 */
bool yaml_resolve(struct yaml_node *node, const char *tag);
