/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and their names, made once and then only looked up: users, groups. */
#pragma once

#include "base/auto.h"
#include "base/text.h"

struct name {
	uint32_t number;
	uint32_t order; /* of two names for a number, the earlier counts */
	struct text text;
};

struct names {
	struct name *all;
	uint32_t count, capacity;
};

/* Add a name whose bytes outlive ${names}.  0 or -ENOMEM. */
int names_add(struct names *names, uint32_t number, struct text text) MUST_USE;

/* To be called once, after the last names_add. */
void names_sort(struct names *names);

/* The name of ${number}; empty where it has none. */
struct text names_find(const struct names *names, uint32_t number);

void names_done(struct names *names);
