/* SPDX-License-Identifier: Apache-2.0 */
/* A "correlation" document, with its rules still by name. */
#pragma once

#include "update/rule/reference.h"

#define CORRELATION_PARTS_MAX 1024u
#define CORRELATION_KEYS_MAX  64u  /* group-by fields; fields of value_count */
#define CORRELATION_DAYS_MAX  3660 /* of a timespan */

/* A field's name in the events of one rule. */
struct alias_field {
	struct reference rule;
	struct text field;
};

struct alias {
	struct text name;
	uint32_t count;
	struct alias_field *fields;
};

struct correlation_draft {
	/* Complete but for its parts, and the names that keys and fields have in each. */
	struct correlation body;
	uint32_t reference_count;
	struct reference *references; /* the parts, in the order written */
	uint32_t alias_count;
	struct alias *aliases;
	bool generate; /* the parts alert themselves too */
};

int correlation_read(const struct reading *reading, struct text file,
		     const struct yaml_node *root,
		     struct correlation_draft **out) MUST_USE;
