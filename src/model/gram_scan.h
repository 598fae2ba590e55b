/* SPDX-License-Identifier: Apache-2.0 */
/* Where in a value the filter over a table's grams lets one pass; for the reader and the engine. */
#pragma once

#include "model/pack_view.h"

/*
 * gram_scan(pack, table, value, from):
 * The first of the places ${from}, ${from} + stride, ... in ${value} whose 4-byte gram passes the
 * filter of ${table}, or value.size where none does.  Those that are in the table pass, and a few
 * others.
 */
size_t gram_scan(const struct pack *pack, const struct pack_gram_table *table,
		 struct text value, size_t from);

/* The same for grams of 2 bytes. */
size_t gram_scan_narrow(const struct pack *pack, const struct pack_gram_table *table,
			struct text value, size_t from);
