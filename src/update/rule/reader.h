/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a rule_reader: what was read so far, and the verdicts. */
#pragma once

#include "update/rule/document.h"

#define READER_SIZE_MAX      ((size_t)1 << 30) /* bytes of all rules together */
#define READER_DOCUMENTS_MAX 1000000u

/* A document that was read, usable until something says otherwise. */
struct entry {
	struct document document;
	uint32_t report; /* number of its report */
	uint32_t
		depth; /* correlations: 1 + the deepest among its parts; 0: not settled yet */
};

struct rule_reader {
	struct arena *arena;
	struct placeholders *placeholders;
	struct rule_report *reports; /* one per document, refused ones too */
	uint32_t report_count, report_capacity;
	struct entry *entries; /* only documents that could be read */
	uint32_t entry_count, entry_capacity;
};

static inline bool entry_is_usable(const struct rule_reader *reader,
				   const struct entry *entry)
{
	return reader->reports[entry->report].verdict == RULE_USABLE;
}

/* Turn the entry's verdict around: what the other documents say of it does not fit. */
void entry_refuse(struct rule_reader *reader, const struct entry *entry, unsigned line,
		  unsigned column, const char *format, ...)
	__attribute__((format(printf, 5, 6)));
