/* SPDX-License-Identifier: Apache-2.0 */
/* For the tests of this folder: rules from text, and their trees as text. */
#pragma once

#include "base/buffer.h"
#include "update/rule/rule_read.h"

struct testing {
	struct rule_reader *reader;
	struct rule_set set;
	struct buffer shown;
	const char *placeholders; /* path, or NULL */
};

int testing_setup(void **state);
int testing_teardown(void **state);

/* Read ${yaml} as the only text; the set is what finish gives. */
void testing_read(struct testing *testing, const char *yaml);

/* The same for a detection alone, indented by nothing: a title and a log source are added. */
void testing_detect(struct testing *testing, const char *detection);

/*
 * The tree of rule 0 as text: (a and b), (a or b), not a; an item is its field with its values
 * in parentheses, each behind a sign for its kind:
 *   = exact  ^ prefix  $ suffix  * contains  ~ glob  any  /regex/ims  in  < <= > >=  null
 *   exists  absent  @ (a field, behind the sign for its place)  hour ...
 * "!" before a value: cased; "all" before the values: all of them; "*" as field: keywords.
 */
const char *testing_tree(struct testing *testing);

/* Read the detection and compare its tree. */
void testing_tree_is(struct testing *testing, const char *detection, const char *tree);

/* Read the detection; it must be refused at this place of it with a reason that has ${reason}. */
void testing_refused(struct testing *testing, const char *detection, unsigned line,
		     unsigned column, const char *reason);

/* The verdict on document ${number} of what was read is a refusal for ${reason}. */
void testing_report_refused(const struct testing *testing, uint32_t number,
			    const char *reason);
void testing_report_usable(const struct testing *testing, uint32_t number);

#define TESTING_CASE(name)                                                               \
	cmocka_unit_test_setup_teardown(name, testing_setup, testing_teardown)
