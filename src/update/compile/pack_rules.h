/* SPDX-License-Identifier: Apache-2.0 */
/* What a pack says of its rules, and its correlations. */
#pragma once

#include "update/compile/builder.h"

/*
 * pack_rules_write(builder, set):
 * Write all rules, then all correlations, each after those that it counts.
 */
int pack_rules_write(struct builder *builder, const struct rule_set *set) MUST_USE;
