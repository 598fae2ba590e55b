/* SPDX-License-Identifier: Apache-2.0 */
/* What there is to know of a kind of record: record_kind.def as a table. */
#pragma once

#include "base/text.h"
#include "detect/kernel/record.h"

struct record_kind_info {
	struct text name; /* of its events: "exec" */
	struct text
		source; /* of its events: "linux:process_creation"; empty: it is none */
	enum record_class class;
};

/* For every kind below RECORD_KINDS; RECORD_NONE has empty texts. */
const struct record_kind_info *record_kind_info(enum record_kind kind);

/* "process", "file", "network". */
struct text record_class_name(enum record_class class);
