/* SPDX-License-Identifier: Apache-2.0 */
/* The patterns of a class -> the matchers of its fields. */
#pragma once

#include "update/compile/class.h"

/*
 * matchers_write(class, out, matchers):
 * Write the patterns of ${class} and one matcher for each of its fields to the pack; sets the
 * matchers and keywords of ${out}.  ${matchers} gets a pair (field, matcher + 1 within the
 * class) for each field.
 */
int matchers_write(struct class_builder *class, struct pack_class *out,
		   struct buffer *matchers) MUST_USE;
