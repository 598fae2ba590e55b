/* SPDX-License-Identifier: Apache-2.0 */
/* The names that foreign logs use, and what Sigma calls the same things. */
#pragma once

#include "detect/intake/names.h"

struct meaning {
	struct text sigma; /* Sigma's name; on entry the log's own */
	uint8_t role, rank;
	uint16_t tells;
};

/*
 * vocabulary_look_up(space, name, meaning):
 * Fill in what is known of ${name} in ${space} (below NAMES_MAPPED); what is not known is left.
 * ${meaning} may point into ${name} afterwards.
 */
void vocabulary_look_up(enum name_space space, struct text name, struct meaning *meaning);

/* Sigma's name for a role; empty for roles that are no field. */
struct text vocabulary_of_role(enum role role);

/* What the value ${text} of a ROLE_MARK name says: bits of enum mark, or 0. */
uint32_t vocabulary_mark(struct text text);

/* What kind of event an ECS document is, gathered from event.category, .type, .action, .module
   and host.os.*. */
enum mark {
	MARK_PROCESS = 1 << 0,
	MARK_NETWORK = 1 << 1,
	MARK_FILE = 1 << 2,
	MARK_DNS = 1 << 3,
	MARK_REGISTRY = 1 << 4,
	MARK_LIBRARY = 1 << 5,
	MARK_DRIVER = 1 << 6,
	MARK_START = 1 << 8,
	MARK_END = 1 << 9,
	MARK_CREATION = 1 << 10,
	MARK_DELETION = 1 << 11,
	MARK_CHANGE = 1 << 12,
	MARK_FORK = 1 << 13,
	MARK_WINDOWS = 1 << 16,
	MARK_LINUX = 1 << 17,
	MARK_MACOS = 1 << 18,
	MARK_AUDITD = 1 << 19,
	MARK_HEALTH = 1 << 20, /* the sensor speaks of itself */
};
