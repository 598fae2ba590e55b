/* SPDX-License-Identifier: Apache-2.0 */
/* "Field|contains|all": which field, and what its modifiers ask for together. */
#pragma once

#include "update/rule/encode.h"
#include "update/rule/literal.h"
#include "update/rule/reading.h"

/* What the values are. */
enum chain_kind {
	CHAIN_TEXT,
	CHAIN_REGEX,
	CHAIN_CIDR,
	CHAIN_LOOKALIKE, /* ours: a brand's domain */
	CHAIN_REF,
	CHAIN_EXISTS,
	CHAIN_NUMBER, /* lt lte gt gte */
	CHAIN_TIME,   /* minute ... year */
};

/* Modifiers in their effect: the order in which they were written is checked already. */
struct chain {
	enum chain_kind kind;
	enum match_kind match;    /* NUMBER, TIME */
	enum literal_place place; /* TEXT, REGEX, REF */
	uint8_t regex_flags;
	bool all, negated, cased, expand;
	/* TEXT only, applied in this order */
	bool windash;
	enum utf16_form utf16;
	bool base64, base64offset;
	/* The name of the modifier that gave each, for messages; NULL: none did. */
	const char *kind_name, *place_name, *utf16_name, *base64_name;
};

/*
 * modifier_read(key, field, chain, why):
 * Take apart the key of a detection item.  ${*field} is empty for keywords.  0, or -EINVAL where
 * a modifier is unknown, is there twice, or does not go with another.
 */
int modifier_read(const struct yaml_node *key, struct text *field, struct chain *chain,
		  struct why *why) MUST_USE;
