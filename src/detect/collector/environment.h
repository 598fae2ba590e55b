/* SPDX-License-Identifier: Apache-2.0 */
/* Environments of programs that start: kept until their exec comes; what of them may be told. */
#pragma once

#include "base/text.h"
#include "detect/collector/process_table.h"
#include "detect/kernel/record.h"

/*
 * A CPU sends an environment and its exec one after the other, but those of other CPUs come between
 * them: so many wait at most.  The oldest makes room for a new one.
 */
#define ENVIRONMENTS_MAX 8

struct environment {
	struct process_key key; /* pid 0: there is none */
	bool is_cut;
	uint32_t size;
	char bytes[RECORD_ENVIRONMENT_SIZE];
};

struct environments {
	struct environment kept[ENVIRONMENTS_MAX];
	unsigned next; /* place to be taken */
};

/* Keep the text ${bytes}, at most RECORD_ENVIRONMENT_SIZE, for the exec of ${key}. */
void environments_keep(struct environments *all, struct process_key key,
		       struct text bytes, bool is_cut);

/* The environment of ${key}, out of the list and valid until the next is kept; or NULL. */
const struct environment *environments_take(struct environments *all,
					    struct process_key key);

/*
 * environment_next(rest, out):
 * The next variable of ${*rest} that may be told, as NAME=VALUE; false: there are no more.  Which
 * may is fixed: those that change what a program runs or loads, that say who came from where, or
 * what a shell keeps of its history.  Others can hold secrets, and are told to nobody.
 */
bool environment_next(struct text *rest, struct text *out);
