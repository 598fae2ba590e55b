/* SPDX-License-Identifier: Apache-2.0 */
/* The journal export format -> documents: https://systemd.io/JOURNAL_EXPORT_FORMATS/ */
#pragma once

#include "base/why.h"
#include "format/json.h"
#include "format/window.h"

#define JOURNAL_FIELDS_MAX 4096 /* of one entry; further ones are left out and counted */

struct journal_export;

enum journal_export_result {
	JOURNAL_EXPORT_END,
	JOURNAL_EXPORT_ENTRY,
	JOURNAL_EXPORT_BAD, /* something there is no field; the entry comes without it */
};

/* Do these bytes, the first of a stream, begin an entry? */
bool journal_export_tell(struct text head);

/* 0 or -ENOMEM. */
int journal_export_create(struct journal_export **out) MUST_USE;
void journal_export_free(struct journal_export *journal);

/* Begin with a stream; what was left of the one before is forgotten. */
void journal_export_start(struct journal_export *journal, window_read *read, void *user);

/*
 * journal_export_next(journal, why):
 * The next entry, or what is wrong with one: then ${why} has line and reason, and the next call
 * gives what could be read of it, if anything.  An enum journal_export_result, or negative
 * errno where the stream can't be read or memory is out.
 */
int journal_export_next(struct journal_export *journal, struct why *why) MUST_USE;

/* The entry: an object of texts, as json_parse would give it; valid until the next call. */
const struct json_document *journal_export_document(const struct journal_export *journal);

/* Where it begins: the line, from 1, and the offset in bytes. */
uint64_t journal_export_line(const struct journal_export *journal);
uint64_t journal_export_offset(const struct journal_export *journal);
